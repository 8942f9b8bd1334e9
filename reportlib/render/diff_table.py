"""What is not as it was accepted: as a table for a terminal, and as a section of the page."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from textwrap import wrap

from markupsafe import Markup

from reportlib.model.formatting import format_count, format_value, join_words
from reportlib.model.snapshots import ClaimChange, Diff, Snapshot
from reportlib.render.state_icons import StateLabel, describe_premises
from reportlib.render.templating import render, strip_controls

SAME = (
    "Nothing has changed since the last acceptance: every claim has the state, the value and the "
    "rows that were accepted then."
)
_KINDS = (("came", "+"), ("went", "-"), ("changed", "~"))
_HEADS = ("claim", "state", "value", "moves", "cause")
_WIDTHS = (5, 40, 28, 13, 16)
_GAP = "  "
_WIDTH = sum(_WIDTHS) + len(_GAP) * (len(_WIDTHS) - 1)
_INDENT = " " * (_WIDTHS[0] + len(_GAP))
_LISTED = 12
"""So many references of a kind stand in the table; of more the number is told."""


@dataclass(frozen=True)
class ChangeShown:
    """A change in words."""

    claim: str
    paraphrase: str
    states: tuple[StateLabel, ...]
    """Before and after; one where it is the same."""
    values: tuple[str, ...]
    """Likewise; none where there was and is no value."""
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    """What came, went and changed, each with its references."""
    read: tuple[tuple[str, tuple[str, ...]], ...]
    """The same of the evidence that a person read."""
    moves: tuple[str, ...]
    cause: str
    reason: str


def format_diff(changes: Diff) -> str:
    """Return the changes as text that a person can judge, up to 110 characters wide."""
    if not changes.changes:
        return "\n".join([SAME, *_wrapped(_on_the_unmoved(changes))])
    lines = [*_wrapped(_summary(changes)), ""]
    for title, found in _sections(changes):
        lines += [title, "", *_columns([[head] for head in _HEADS])]
        lines += _columns([["-" * width] for width in _WIDTHS])
        for one in found:
            lines += [*_told(one), ""]
    signs = ", ".join(f"{sign} {kind}" for kind, sign in _KINDS)
    lines += _wrapped(f"{signs}; “read” is evidence that a person judged.")
    for note in (*changes.notes, _on_the_unmoved(changes)):
        lines += _wrapped(note)
    return "\n".join(lines)


def render_diff(changes: Diff, cited: Collection[str], claims: Collection[str]) -> Markup:
    """Return the changes as a section of the page.

    Args:
        changes: what is not as it was accepted.
        cited: the rows and documents that the page shows, and that can be linked.
        claims: the claims that have a card.
    """
    return render(
        "changes.html.j2",
        summary=_summary(changes) if changes.changes else SAME,
        sections=_sections(changes),
        notes=changes.notes,
        cited=cited,
        claims=claims,
    )


def _summary(changes: Diff) -> str:
    moved = sum(change.of_state for change in changes.changes)
    others = len(changes.changes) - moved
    told = [
        f"{format_count(number, 'claim has', 'claims have')} {what}"
        for number, what in (
            (moved, "another state than was accepted"),
            (others, "the accepted state with another value or other rows"),
        )
        if number
    ]
    return f"{join_words(told)}."


def _on_the_unmoved(changes: Diff) -> str:
    if not changes.unmoved:
        return ""
    return (
        f"{format_count(changes.unmoved, 'claim')} of which data, test or parameters are others "
        f"{'stands' if changes.unmoved == 1 else 'stand'} as accepted."
    )


def _sections(changes: Diff) -> list[tuple[str, list[ChangeShown]]]:
    """First the claims in another state, then those of which only value or rows changed."""
    titles = {True: "Another state", False: "The same state, with another value or other rows"}
    parted = [
        (title, [_shown(one) for one in changes.changes if one.of_state is of_state])
        for of_state, title in titles.items()
    ]
    return [(title, found) for title, found in parted if found]


def _shown(change: ClaimChange) -> ChangeShown:
    states = (_state(change.before, "new"), _state(change.after, "gone"))
    values = (_value(change.before), _value(change.after))
    return ChangeShown(
        claim=change.claim,
        paraphrase=change.paraphrase,
        states=tuple(dict.fromkeys(states)),
        values=tuple(dict.fromkeys(values)) if any(values) else (),
        rows=tuple((kind, refs) for kind, _ in _KINDS if (refs := getattr(change.rows, kind))),
        read=tuple((kind, refs) for kind, _ in _KINDS if (refs := getattr(change.read, kind))),
        moves=change.moves,
        cause=", then ".join(" or ".join(causes) for causes in change.causes),
        reason=change.reason,
    )


def _state(snapshot: Snapshot | None, without: str) -> StateLabel:
    if snapshot is None:
        return StateLabel(without)
    if snapshot.grounding and snapshot.grounding != snapshot.state:
        return StateLabel(snapshot.state, describe_premises(snapshot.grounding))
    return StateLabel(snapshot.state, snapshot.detail)


def _value(snapshot: Snapshot | None) -> str:
    if snapshot is None or snapshot.value is None:
        return ""
    return format_value(snapshot.value, snapshot.unit)


def _told(one: ChangeShown) -> Iterator[str]:
    """The lines of a change: its columns, and below them what moved it."""
    cells = (
        (one.claim,),
        [state.words for state in one.states],
        [value or "no value" for value in one.values],
        [", ".join(one.moves)],
        [one.cause],
    )
    yield from _columns(
        [
            [line for number, text in enumerate(cell) for line in _cell(text, width, number)]
            for cell, width in zip(cells, _WIDTHS, strict=True)
        ]
    )
    yield from _below(one.paraphrase)
    for what, moved in (("row", one.rows), ("read", one.read)):
        for kind, references in moved:
            sign = dict(_KINDS)[kind]
            for reference in references[:_LISTED]:
                yield from _below(f"{sign} {what} {reference}")
            if len(references) > _LISTED:
                yield from _below(f"{sign} and {len(references) - _LISTED:,} more")
    yield from _below(f"Now: {one.reason}" if one.reason and len(one.states) > 1 else "")


def _cell(text: str, width: int, number: int) -> list[str]:
    """The lines of what was (the first) or is now."""
    return wrap(
        strip_controls(f"-> {text}" if number else text), width, subsequent_indent=" " * 3 * number
    )


def _columns(cells: Sequence[Sequence[str]]) -> Iterator[str]:
    for line in zip_longest(*cells, fillvalue=""):
        padded = (text.ljust(width) for text, width in zip(line, _WIDTHS, strict=True))
        yield _GAP.join(padded).rstrip()


def _below(text: str) -> list[str]:
    return wrap(
        strip_controls(text),
        _WIDTH,
        initial_indent=_INDENT,
        subsequent_indent=_INDENT + "  ",
        break_on_hyphens=False,
    )


def _wrapped(text: str) -> list[str]:
    return wrap(text, _WIDTH)
