"""The lines of the files of a made-up study, by arithmetic and a seeded draw."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import sha256
from itertools import product

from tests.bench.size import ACTS_A_PLACE, Size

SORTS = "abcde"
"""The parameters that a claim can turn on, each about a column of its own."""
_ORIGINS = tuple(f"Body {number}" for number in range(12))
_DOCUMENTS = 48

Line = Mapping[str, object]


def files_of(size: Size) -> Mapping[str, Iterator[Line]]:
    """Return the lines of every file, by its name below data/; the same for the same size."""
    drawn = random.Random(f"{size}")
    return {
        **{f"tables/{table}": _acts(size, drawn) for table in size.tables},
        "tables/coverage": _coverage(size),
        "sources/classes": _classes(),
        "sources/sources": _sources(),
        "sources/row_sources": _row_sources(size),
        "chain/claims": _claims(size),
        "chain/assertions": _assertions(size, drawn),
        "chain/definitions": _definitions(size),
        "chain/groups": _groups(size),
        "chain/members": _members(size),
        "chain/evidence": _evidence(size, drawn),
        "chain/sentences": _sentences(size),
    }


def _month(number: int) -> date:
    return date(2015 + number // 12, number % 12 + 1, 1)


def _acts(size: Size, drawn: random.Random) -> Iterator[Line]:
    for row in range(size.rows):
        month = drawn.randrange(36)
        yield {
            "key": f"act-{row}",
            "day": _month(month),
            "place": size.place(row),
            **{f"word_{sort}": drawn.choice("abc") for sort in SORTS},
            "known_from": _month(month + drawn.choice((0, 0, 0, 1, 6))),
        }


def _row_sources(size: Size) -> Iterator[Line]:
    """Two bodies speak of a place, of every eighth row both."""
    for table, row in product(size.tables, range(size.rows)):
        turn, place = divmod(row, size.places)
        told_by = (0, 1) if turn % 8 == 0 else (turn % 2,)
        for number in ((place + other) % len(_ORIGINS) for other in told_by):
            yield {
                "table": table, "key": f"act-{row}", "source": f"document_{number}",
                "origin": _ORIGINS[number], "class": ("own_act", "study", "press")[number % 3],
                "locator": "", "note": "",
            }  # fmt: skip


def _coverage(size: Size) -> Iterator[Line]:
    for table in size.tables:
        yield {
            "key": table, "register": f"register of {table}", "table": table, "from": "2015-01-01",
            "to": "2018-12-31", "completeness": "complete", "basis": "made up",
        }  # fmt: skip


def _classes() -> Iterator[Line]:
    for name, grade, primary in (
        ("own_act", "A", "yes"), ("study", "B", "no"), ("press", "C", "no"),
    ):  # fmt: skip
        yield {"class": name, "grade": grade, "primary": primary, "meaning": "made up"}


def _sources() -> Iterator[Line]:
    for number in range(_DOCUMENTS):
        origin = _ORIGINS[number % len(_ORIGINS)]
        yield {
            "source": f"document_{number}", "title": f"Document {number}", "publisher": origin,
            "origin": origin, "published_date": _month(number % 40), "url": "", "part": "",
            "also_at": "", "kind": "press", "seen_as": "whole", "confidence": "high", "note": "",
        }  # fmt: skip


def _claims(size: Size) -> Iterator[Line]:
    for number in range(size.claims):
        yield {
            "claim": size.id(number), "paraphrase": f"So much is at {size.place(number)}.",
            "kind": "interpretive" if size.premises(number) else "factual-count",
            "chapter": size.chapter(number), "outcome_kind": "", "horizon": "", "indicator": "",
            "method": "counted", "falsifier": "fewer", "settled_by": "", "reconstructed": "",
        }  # fmt: skip


def _assertions(size: Size, drawn: random.Random) -> Iterator[Line]:
    for number in size.checkable:
        yield {
            "claim": size.id(number), "part": "whole", "comparison": "at_least",
            "value": round(ACTS_A_PLACE * drawn.uniform(0, 0.9)), "unit": "acts",
            "tolerance": "", "hedge": "", "attributed_to": "",
        }  # fmt: skip


def _definitions(size: Size) -> Iterator[Line]:
    for number in size.checkable:
        fixed = "yes" if number % 3 == 0 else "no"
        yield {"claim": size.id(number), "parameter": "sort_a", "fixed": fixed, "why": "made up"}


def _groups(size: Size) -> Iterator[Line]:
    for number in size.judgements:
        linked = number == 0 or number % 3 == 1
        yield {
            "group": f"G{number}", "parent": size.id(number),
            "mode": "linked" if linked else "convergent",
            "needed": "" if linked else -(-len(size.premises(number)) // 2),
            "warrant": "made up",
        }  # fmt: skip


def _members(size: Size) -> Iterator[Line]:
    for number in size.judgements:
        for member in size.premises(number):
            needs_less = member % 5 == 0 and not size.premises(member)
            yield {
                "group": f"G{number}", "member": size.id(member),
                "requires": "at_least" if needs_less else "",
                "requires_value": 1 if needs_less else "", "why": "",
            }  # fmt: skip


def _evidence(size: Size, drawn: random.Random) -> Iterator[Line]:
    for number in size.checkable:
        for piece in range(2):
            document = drawn.randrange(_DOCUMENTS)
            yield {
                "key": f"{size.id(number).lower()}-{piece}", "claim": size.id(number),
                "target": f"sources#document_{document}",
                "stance": drawn.choice(("supports", "supports", "contradicts", "qualifies")),
                "directness": drawn.choice(("direct", "indirect")),
                "origin": _ORIGINS[document % len(_ORIGINS)], "class": "press", "note": "made up",
            }  # fmt: skip


def _sentences(size: Size) -> Iterator[Line]:
    for number in range(size.claims):
        yield {
            "locator": f"p{number + 1}s1", "role": "claim", "claims": size.id(number), "words": 9,
            "sha256": sha256(size.id(number).encode()).hexdigest(),
        }  # fmt: skip
