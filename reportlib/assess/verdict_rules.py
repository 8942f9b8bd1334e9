"""The rules of the verdict: from items to an answer, with no averages and no weights.

Rules 1 to 5 weigh the items at one setting. Rule 6 looks at all plausible settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reportlib.model.evidence import Item
from reportlib.model.robustness import Flip, Robustness, ScenarioResult
from reportlib.model.vocabulary import Basis, Directness, Grade, Stance, Unsettled, Verdict


@dataclass(frozen=True)
class WeighedVerdict:
    """A verdict, why it is not settled if it is not, and every item, counted or set aside."""

    verdict: Verdict
    unsettled: Unsettled | None
    items: tuple[Item, ...]

    @property
    def counted(self) -> tuple[Item, ...]:
        """The items that decided."""
        return tuple(item for item in self.items if not item.set_aside)


def weigh(items: Iterable[Item], floor: Grade, *, loose: bool = False) -> WeighedVerdict:
    """Weigh what bears on a claim, in any order.

    Adding support never lowers the verdict, adding contradiction never raises it, and a second
    item of one origin and stance changes nothing. Items below the floor are set aside; a finding
    that matches only loosely caps support.
    """
    sifted = _keep_strongest([_set_aside(item, floor) for item in items])
    counted = [item for item in sifted if not item.set_aside]
    verdict, unsettled = _decide(counted)
    qualified = loose or any(item.stance is Stance.QUALIFIES for item in counted)
    if verdict is Verdict.SUPPORTED and qualified:
        verdict = Verdict.CAVEAT
    return WeighedVerdict(verdict, unsettled, tuple(sifted))


def _set_aside(item: Item, floor: Grade) -> Item:
    """Rule 1: context and unreliable items do not count."""
    if item.set_aside:
        return item
    if item.stance is Stance.CONTEXT:
        return replace(item, set_aside="it gives context")
    if item.grade > floor or item.grade is Grade.D:
        return replace(item, set_aside=f"its grade, {item.grade}, is below the floor")
    return item


def _keep_strongest(items: Sequence[Item]) -> list[Item]:
    """Rule 2: of each origin and stance the strongest item; what qualifies always stays."""
    best: dict[tuple[str, Stance], Item] = {}
    for item in items:
        key = item.origin, item.stance
        if not item.set_aside and (key not in best or _strength(item) < _strength(best[key])):
            best[key] = item
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


def settle(
    verdict: Verdict, results: Sequence[ScenarioResult], fixed: Mapping[str, bool]
) -> Verdict:
    """Apply rule 6 to a verdict, given the results at every setting, the one in use first.

    Settings at which a parameter that the text fixes has another value are not what the article
    says: where they differ, support is capped. Among the rest, support and contradiction together
    mean that the claim depends on the definition. Where the setting in use is without data, what
    other settings have does not settle it.
    """
    own, *_ = results
    if not own.has_data:
        return verdict
    allowed, against_text = _split_by_text(results, fixed)
    if {"for", "against"} <= {classify_verdict(result.verdict) for result in allowed}:
        return Verdict.DEPENDS
    differs = {classify_verdict(r.verdict) for r in against_text} - {classify_verdict(own.verdict)}
    return Verdict.CAVEAT if differs and verdict is Verdict.SUPPORTED else verdict


def measure_robustness(
    results: Sequence[ScenarioResult], fixed: Mapping[str, bool], whole: bool
) -> Robustness:
    """Count the settings that agree with the first, and name the parameters that flip it alone.

    Args:
        results: one for each setting, the one in use first.
        fixed: by parameter, whether the article's text fixes it for this claim.
        whole: whether all combinations were tried.
    """
    own = results[0]
    allowed, against_text = _split_by_text(results, fixed)
    same_allowed = sum(_answer(result) == _answer(own) for result in allowed)
    flips = []
    for result in results:
        changed = _list_changed(own, result)
        if result.has_data and len(changed) == 1 and _answer(result) != _answer(own):
            name, verdict = changed[0], result.verdict
            assert verdict is not None
            value, is_fixed = result.changes[name], fixed.get(name, False)
            flips.append(Flip(name, value, verdict, is_fixed, result.outcome))
    return Robustness(
        settings=tuple(results),
        same=same_allowed + sum(_answer(result) == _answer(own) for result in against_text),
        decided=len(allowed) + len(against_text),
        same_allowed=same_allowed,
        allowed=len(allowed),
        flips=tuple(flips),
        whole_grid=whole,
    )


def classify_verdict(verdict: Verdict | None) -> str:
    """Return the answer of a verdict, which has to change before one speaks of a flip.

    ``for``, ``against``, ``either`` (it depends on the definition) or ``open``.
    """
    if verdict is not None and verdict.holds:
        return "for"
    if verdict is Verdict.DEPENDS:
        return "either"
    return "against" if verdict is Verdict.NOT_SUPPORTED else "open"


def _split_by_text(
    results: Sequence[ScenarioResult], fixed: Mapping[str, bool]
) -> tuple[list[ScenarioResult], list[ScenarioResult]]:
    """Return the settings with data that the article's text allows, and those against it."""
    allowed: list[ScenarioResult] = []
    against_text: list[ScenarioResult] = []
    for result in results:
        if result.has_data:
            changes_fixed = any(fixed.get(name) for name in _list_changed(results[0], result))
            (against_text if changes_fixed else allowed).append(result)
    return allowed, against_text


def _answer(result: ScenarioResult) -> str:
    return result.outcome or classify_verdict(result.verdict)


def _list_changed(own: ScenarioResult, result: ScenarioResult) -> list[str]:
    return [name for name, value in result.changes.items() if value != own.changes[name]]
