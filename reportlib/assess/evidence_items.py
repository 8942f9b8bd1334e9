"""Turning findings and read documents into items, one an origin, with their grades."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from reportlib.model.evidence import SOURCES, Evidence, Item, Link, SourceClass, key_of, table_of
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
    best: dict[str, dict[str, Link]] = defaultdict(dict)
    sources: dict[str, set[str]] = defaultdict(set)
    context = set(finding.context)
    for row in (row for row in finding.rows if row not in context):
        for link in links.get(row, ()):
            sources[link.origin].add(link.source)
            kept = best[link.origin].get(row)
            if kept is None or _worth(link.source_class) > _worth(kept.source_class):
                best[link.origin][row] = link
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
        for weakest in [min((link.source_class for link in by_row.values()), key=_worth)]
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
    told = _told(evidence, finding, links) if finding is not None and evidence else frozenset()
    for piece in evidence:
        for item in _items_of(piece, links, classes):
            if piece.target not in known:
                item = replace(item, set_aside="not public yet on the day of this run")
            elif _retells(item, told):
                item = replace(item, set_aside="already counted by the test")
            items.append(item)
    return items


def _items_of(piece: Evidence, links: Links, classes: Mapping[str, SourceClass]) -> Iterable[Item]:
    if piece.origin:
        source = piece.target.partition("#")[2]
        by_origin = {piece.origin: (classes[piece.source_class], [source])}
    else:
        by_origin = {}
        for link in links.get(piece.target, ()):
            seen, sources = by_origin.get(link.origin, (link.source_class, []))
            by_origin[link.origin] = (
                max(seen, link.source_class, key=_worth),
                [*sources, link.source],
            )
    for origin, (source_class, sources) in sorted(by_origin.items()):
        yield Item(
            origin=origin,
            stance=piece.stance,
            directness=piece.directness,
            basis=Basis.READ,
            grade=source_class.grade,
            primary=source_class.primary,
            targets=(piece.target,),
            sources=tuple(sorted(set(sources))),
            note=piece.note,
        )


def _told(
    evidence: Iterable[Evidence], finding: Finding, links: Links
) -> Collection[tuple[str, str]]:
    """Which of what was read each origin says by the rows of a finding too: rows, or documents."""
    if not finding.decides:
        return frozenset()
    read = {piece.target for piece in evidence}
    documents = {key_of(target) for target in read if table_of(target) == SOURCES}
    told = set()
    for row in finding.rows:
        for link in links.get(row, ()):
            if row in read:
                told.add((link.origin, row))
            if link.source in documents:
                told.add((link.origin, f"{SOURCES}#{link.source}"))
    return told


def _retells(item: Item, told: Collection[tuple[str, str]]) -> bool:
    """The same fact from the same origin, quoted again; a qualification is never displaced."""
    if item.stance in (Stance.QUALIFIES, Stance.CONTEXT):
        return False
    return any((item.origin, target) in told for target in item.targets)


_RANK = {grade: rank for rank, grade in enumerate(reversed(Grade))}


def _worth(source_class: SourceClass) -> tuple[int, bool]:
    return _RANK[source_class.grade], source_class.primary
