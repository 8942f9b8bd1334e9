"""What is not as it was accepted: as a table for a terminal, and as a section of the page."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
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
_SIGNS = {"came": "+", "went": "-", "changed": "~"}
_WIDTHS = {"claim": 5, "state": 40, "value": 28, "moves": 13, "cause": 16}
"""The columns of the table."""
_GAP = "  "
_WIDTH = sum(_WIDTHS.values()) + len(_GAP) * (len(_WIDTHS) - 1)
_INDENT = " " * (_WIDTHS["claim"] + len(_GAP))
_LISTED = 12
"""The number of references of a kind that the table lists; the rest is counted."""


def format_diff(diff: Diff) -> str:
    """Return the changes as text that a person can judge, up to 110 characters wide."""
    if not diff.changes:
        return "\n".join([SAME, *wrap(_count_unmoved(diff), _WIDTH)])
    lines = [*wrap(_summarise(diff), _WIDTH), ""]
    for title, changes in _sections(diff):
        lines += [title, "", *_format_columns([[name] for name in _WIDTHS])]
        lines += _format_columns([["-" * width] for width in _WIDTHS.values()])
        for change in changes:
            lines += [*_format_change(change), ""]
    signs = ", ".join(f"{sign} {kind}" for kind, sign in _SIGNS.items())
    legend = f"{signs}; “read” is evidence that a person judged."
    for paragraph in (legend, *diff.notes, _count_unmoved(diff)):
        lines += wrap(paragraph, _WIDTH)
    return "\n".join(lines)


def render_diff(diff: Diff, cited: Collection[str], claims: Collection[str]) -> Markup:
    """Return the changes as a section of the page.

    Args:
        diff: what is not as it was accepted.
        cited: the rows and documents that the page shows, and that can be linked.
        claims: the claims that have a card.
    """
    return render(
        "changes.html.j2",
        summary=_summarise(diff) if diff.changes else SAME,
        sections=_sections(diff),
        notes=diff.notes,
        cited=cited,
        claims=claims,
        states_of=_label_states,
        values_of=_format_values,
        cause_of=_describe_cause,
    )


def _summarise(diff: Diff) -> str:
    moved = sum(change.of_state for change in diff.changes)
    counts = {
        "another state than was accepted": moved,
        "the accepted state with another value or other rows": len(diff.changes) - moved,
    }
    have = (
        f"{format_count(n, 'claim has', 'claims have')} {what}" for what, n in counts.items() if n
    )
    return f"{join_words(have)}."


def _count_unmoved(diff: Diff) -> str:
    if not diff.unmoved:
        return ""
    return (
        f"{format_count(diff.unmoved, 'claim')} of which data, test or parameters are others "
        f"{'stands' if diff.unmoved == 1 else 'stand'} as accepted."
    )


def _sections(diff: Diff) -> list[tuple[str, list[ClaimChange]]]:
    """Return the claims in another state, then those of which only value or rows changed."""
    titles = {True: "Another state", False: "The same state, with another value or other rows"}
    sections = [
        (title, [change for change in diff.changes if change.of_state is of_state])
        for of_state, title in titles.items()
    ]
    return [(title, changes) for title, changes in sections if changes]


def _label_states(change: ClaimChange) -> list[StateLabel]:
    """Return the states before and after, or one where it is the same."""
    return list(dict.fromkeys([_label(change.before, "new"), _label(change.after, "gone")]))


def _label(snapshot: Snapshot | None, absent: str) -> StateLabel:
    if snapshot is None:
        return StateLabel(absent)
    if snapshot.grounding and snapshot.grounding != snapshot.state:
        return StateLabel(snapshot.state, describe_premises(snapshot.grounding))
    return StateLabel(snapshot.state, snapshot.detail)


def _format_values(change: ClaimChange) -> list[str]:
    """Return the values before and after, one where it is the same, or none if there is none."""
    values = [
        "no value" if side is None or side.value is None else format_value(side.value, side.unit)
        for side in (change.before, change.after)
    ]
    return [] if set(values) == {"no value"} else list(dict.fromkeys(values))


def _describe_cause(change: ClaimChange) -> str:
    through = f", through {join_words(change.beneath)}" if change.beneath else ""
    return join_words(change.causes) + through


def _format_change(change: ClaimChange) -> Iterator[str]:
    """Return the lines of a change: its columns, and below them the rows that moved it."""
    states = [state.words for state in _label_states(change)]
    columns = (
        [change.claim],
        states,
        _format_values(change),
        [", ".join(change.moves)],
        [_describe_cause(change)],
    )
    yield from _format_columns(columns)
    yield from _indent(change.paraphrase)
    for what, references_by_kind in (("row", change.rows), ("read", change.read)):
        for kind, references in references_by_kind.items():
            for reference in references[:_LISTED]:
                yield from _indent(f"{_SIGNS[kind]} {what} {reference}")
            if len(references) > _LISTED:
                yield from _indent(f"{_SIGNS[kind]} and {len(references) - _LISTED:,} more")
    if change.reason and len(states) > 1:
        yield from _indent(f"Now: {change.reason}")


def _format_columns(columns: Sequence[Sequence[str]]) -> Iterator[str]:
    """Return the lines of one row of the table; a second text in a cell is what is now."""
    cells = [
        [
            line
            for number, text in enumerate(texts)
            for line in wrap(
                strip_controls("-> " * number + text), width, subsequent_indent="   " * number
            )
        ]
        for texts, width in zip(columns, _WIDTHS.values(), strict=True)
    ]
    for lines in zip_longest(*cells, fillvalue=""):
        padded = (line.ljust(width) for line, width in zip(lines, _WIDTHS.values(), strict=True))
        yield _GAP.join(padded).rstrip()


def _indent(text: str) -> list[str]:
    return wrap(
        strip_controls(text),
        _WIDTH,
        initial_indent=_INDENT,
        subsequent_indent=f"{_INDENT}  ",
        break_on_hyphens=False,
    )
