"""Turning findings and read documents into items, one an origin, with their grades."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from reportlib.model.evidence import SOURCES, Evidence, Item, Link, SourceClass, key_of
from reportlib.model.findings import Finding
from reportlib.model.vocabulary import Basis, Directness, Grade, Match, Stance

Links = Mapping[str, tuple[Link, ...]]
"""The sources of each row, by reference."""

STANCE_OF = {
    Match.EXACT: Stance.SUPPORTS,
    Match.LOOSE: Stance.SUPPORTS,
    Match.DIFFERS: Stance.CONTRADICTS,
}


def list_computed_items(finding: Finding, match: Match, links: Links) -> list[Item]:
    """Return one direct, computed item for each origin of the rows that a finding rests on.

    An origin has the grade of its weakest row, and each row that of its best link: a finding is no
    better known from an origin than the least certain row which it takes from there.
    """
    if match is Match.NO_DATA:
        return []
    best: dict[str, dict[str, SourceClass]] = defaultdict(dict)
    sources: dict[str, set[str]] = defaultdict(set)
    context = set(finding.context)
    for row in (row for row in finding.rows if row not in context):
        for link in links.get(row, ()):
            sources[link.origin].add(link.source)
            by_row = best[link.origin]
            by_row[row] = max(by_row.get(row, link.source_class), link.source_class, key=_worth)
    return [
        Item(
            origin=origin,
            stance=STANCE_OF[match],
            directness=Directness.DIRECT,
            basis=Basis.COMPUTED,
            grade=weakest.grade,
            primary=weakest.primary,
            targets=tuple(by_row),
            sources=tuple(sorted(sources[origin])),
        )
        for origin, by_row in sorted(best.items())
        for weakest in [min(by_row.values(), key=_worth)]
    ]


def list_read_items(
    evidence: Collection[Evidence],
    links: Links,
    classes: Mapping[str, SourceClass],
    known: Collection[str],
    finding: Finding | None,
) -> list[Item]:
    """Return the items of what a person read, one for each origin of its target.

    What was not public yet (not in ``known``) is set aside, and so is a document that only retells,
    from the same origin, a row which the finding already counts.
    """
    items = []
    repeated = _list_repeated(evidence, finding, links) if finding is not None else frozenset()
    for piece in evidence:
        for item in _make_items(piece, links, classes):
            # A qualification is never displaced by the finding that it qualifies.
            displaceable = item.stance in (Stance.SUPPORTS, Stance.CONTRADICTS)
            if piece.target not in known:
                item = replace(item, set_aside="not public yet on the day of this run")
            elif displaceable and (item.origin, piece.target) in repeated:
                item = replace(item, set_aside="already counted by the test")
            items.append(item)
    return items


def _make_items(
    piece: Evidence, links: Links, classes: Mapping[str, SourceClass]
) -> Iterator[Item]:
    if piece.origin:
        by_origin = {piece.origin: (classes[piece.source_class], {key_of(piece.target)})}
    else:
        by_origin = {}
        for link in links.get(piece.target, ()):
            best, sources = by_origin.get(link.origin, (link.source_class, set()))
            best = max(best, link.source_class, key=_worth)
            by_origin[link.origin] = best, sources | {link.source}
    for origin, (source_class, sources) in sorted(by_origin.items()):
        yield Item(
            origin=origin,
            stance=piece.stance,
            directness=piece.directness,
            basis=Basis.READ,
            grade=source_class.grade,
            primary=source_class.primary,
            targets=(piece.target,),
            sources=tuple(sorted(sources)),
            note=piece.note,
        )


def _list_repeated(
    evidence: Collection[Evidence], finding: Finding, links: Links
) -> Collection[tuple[str, str]]:
    """The rows and documents read of which an origin says the same by the finding's own rows."""
    if not finding.decides or not evidence:
        return frozenset()
    targets = {piece.target for piece in evidence}
    return {
        (link.origin, target)
        for row in finding.rows
        for link in links.get(row, ())
        for target in (row, f"{SOURCES}#{link.source}")
        if target in targets
    }


_RANK = {grade: rank for rank, grade in enumerate(reversed(Grade))}


def _worth(source_class: SourceClass) -> tuple[int, bool]:
    return _RANK[source_class.grade], source_class.primary
