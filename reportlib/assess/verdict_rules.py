"""Rules 1 to 5 of the verdict: from items to a verdict at one setting. No averages, no weights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from reportlib.model.evidence import Item
from reportlib.model.vocabulary import Basis, Directness, Grade, Stance, Unsettled, Verdict


@dataclass(frozen=True)
class Weighing:
    """A verdict, why it is not settled if it is not, and every item, counted or set aside."""

    verdict: Verdict
    unsettled: Unsettled | None
    items: tuple[Item, ...]

    @property
    def counted(self) -> tuple[Item, ...]:
        """The items that decided."""
        return tuple(item for item in self.items if not item.set_aside)


def weigh(items: Iterable[Item], floor: Grade, *, loose: bool = False) -> Weighing:
    """Weigh what bears on a claim, by the rules of the design.

    Args:
        items: everything that bears on the claim, in any order.
        floor: the lowest grade that counts; what is below is set aside.
        loose: the finding matches only loosely, which caps support.

    Returns:
        The verdict. Adding support never lowers it, adding contradiction never raises it, and a
        second item of one origin and stance changes nothing.
    """
    sifted = _strongest(_sift(items, floor))
    counted = [item for item in sifted if not item.set_aside]
    verdict, unsettled = _decide(counted)
    qualified = loose or any(item.stance is Stance.QUALIFIES for item in counted)
    if verdict is Verdict.SUPPORTED and qualified:
        verdict = Verdict.CAVEAT
    return Weighing(verdict, unsettled, tuple(sifted))


def _sift(items: Iterable[Item], floor: Grade) -> list[Item]:
    """Rule 1: context and unreliable items do not count."""
    allowed = [grade for grade in Grade if grade <= floor and grade is not Grade.D]
    sifted = []
    for item in items:
        if item.set_aside:
            sifted.append(item)
        elif item.stance is Stance.CONTEXT:
            sifted.append(replace(item, set_aside="it gives context"))
        elif item.grade not in allowed:
            sifted.append(replace(item, set_aside=f"its grade, {item.grade}, is below the floor"))
        else:
            sifted.append(item)
    return sifted


def _strongest(items: list[Item]) -> list[Item]:
    """Rule 2: of each origin and stance the strongest item; what qualifies always stays."""
    alike: dict[tuple[str, Stance], list[Item]] = defaultdict(list)
    for item in items:
        if not item.set_aside:
            alike[item.origin, item.stance].append(item)
    best = {
        said: min(same, key=_strength) if len(same) > 1 else same[0] for said, same in alike.items()
    }
    return [
        item
        if item.set_aside
        or item.stance is Stance.QUALIFIES
        or item is best[item.origin, item.stance]
        else replace(item, set_aside="the same origin says it more strongly")
        for item in items
    ]


def _strength(item: Item) -> tuple[int, bool, str, bool, tuple[str, ...], str]:
    """Direct first, then what can decide alone, then the better grade; the rest fixes the order."""
    nearness = list(Directness).index(item.directness)
    read = item.basis is Basis.READ
    return nearness, not item.direct_primary, item.grade, read, item.targets, item.note


def _decide(counted: list[Item]) -> tuple[Verdict, Unsettled | None]:
    """Rules 3 and 4: a direct primary word first, then the count of origins."""
    for_it = [item for item in counted if item.stance is Stance.SUPPORTS]
    against = [item for item in counted if item.stance is Stance.CONTRADICTS]
    primary_for = any(item.direct_primary for item in for_it)
    primary_against = any(item.direct_primary for item in against)
    if primary_against:
        if primary_for:
            return Verdict.NOT_SETTLED, Unsettled.CONFLICT
        return Verdict.NOT_SUPPORTED, None
    if primary_for:
        return Verdict.SUPPORTED, None
    pro = len({item.origin for item in for_it})
    con = len({item.origin for item in against})
    if pro >= 2 and con < pro:
        return Verdict.SUPPORTED, None
    if con >= 2 and pro < con:
        return Verdict.NOT_SUPPORTED, None
    if pro == con and pro >= 1:
        return Verdict.NOT_SETTLED, Unsettled.CONFLICT
    return Verdict.NOT_SETTLED, Unsettled.WEAK if counted else Unsettled.NO_DATA
