"""Rule 6: over the plausible settings of the parameters that a claim turns on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations, product

from reportlib.load.parameters import Setting
from reportlib.model.robustness import AtSetting, Flip, Robustness
from reportlib.model.vocabulary import Verdict

LARGEST_GRID = 512
"""Up to so many combinations all are tried; above, each parameter alone and in pairs."""

Plausible = Mapping[str, tuple[Setting, ...]]


def make_grid(
    plausible: Plausible, chosen: Mapping[str, Setting]
) -> tuple[list[dict[str, Setting]], bool]:
    """Return the settings to try, the chosen one first, and whether they are all combinations."""
    names = list(plausible)
    own = {name: chosen[name] for name in names}
    size = 1
    for name in names:
        size *= len(plausible[name])
    if size <= LARGEST_GRID:
        tried = (dict(zip(names, values, strict=True)) for values in product(*plausible.values()))
        return _distinct([own, *tried]), True
    changed = [
        {**own, **dict(zip(some, values, strict=True))}
        for count in (1, 2)
        for some in combinations(names, count)
        for values in product(*(plausible[name] for name in some))
    ]
    return _distinct([own, *changed]), False


def measure_robustness(
    tried: Iterable[tuple[AtSetting, bool]], fixed: Mapping[str, bool], whole: bool
) -> Robustness:
    """Count the settings that agree with the first, and name the parameters that flip it alone.

    Args:
        tried: what came out at each setting, the chosen one first, and whether the data decided.
        fixed: by parameter, whether the article's text fixes it for this claim.
        whole: whether all combinations were tried.
    """
    pairs = list(tried)
    own = pairs[0][0]
    decided = [at for at, has_data in pairs if has_data]
    flips = [
        Flip(name, at.setting[name], at.verdict, fixed.get(name, False), at.outcome)
        for at in decided
        for name in _changed(own, at)
        if len(_changed(own, at)) == 1 and _said(at) != _said(own)
    ]
    allowed = _allowed(decided, own, fixed)
    return Robustness(
        settings=tuple(at for at, _ in pairs),
        same=_same(decided, own),
        decided=len(decided),
        same_allowed=_same(allowed, own),
        allowed=len(allowed),
        flips=tuple(flips),
        whole_grid=whole,
    )


def settle(
    verdict: Verdict, tried: Iterable[tuple[AtSetting, bool]], fixed: Mapping[str, bool]
) -> Verdict:
    """Apply rule 6 to a verdict.

    Settings at which a parameter that the text fixes has another value are not what the article
    says: where they differ, support is capped. Among the rest, support and contradiction together
    mean that the claim depends on the definition. Where the setting in use is without data, what
    other settings have does not settle it.
    """
    (own, own_has_data), *_ = pairs = list(tried)
    if not own_has_data:
        return verdict
    decided = [at for at, has_data in pairs if has_data]
    free = _allowed(decided, own, fixed)
    answers = {classify_answer(at.verdict) for at in free}
    if {"for", "against"} <= answers:
        return Verdict.DEPENDS
    differs = any(
        classify_answer(at.verdict) != classify_answer(own.verdict)
        for at in decided
        if at not in free
    )
    if differs and verdict is Verdict.SUPPORTED:
        return Verdict.CAVEAT
    return verdict


def classify_answer(verdict: Verdict) -> str:
    """Return the answer of a verdict: what has to change before one speaks of a flip.

    ``for``, ``against``, ``either`` (it depends on the definition) or ``open``.
    """
    if verdict.holds:
        return "for"
    if verdict is Verdict.DEPENDS:
        return "either"
    return "against" if verdict is Verdict.NOT_SUPPORTED else "open"


def _allowed(
    decided: Iterable[AtSetting], own: AtSetting, fixed: Mapping[str, bool]
) -> list[AtSetting]:
    """The settings that change no parameter which the article's text fixes."""
    return [at for at in decided if not any(fixed.get(name) for name in _changed(own, at))]


def _same(decided: Iterable[AtSetting], own: AtSetting) -> int:
    return sum(_said(at) == _said(own) for at in decided)


def _said(at: AtSetting) -> str:
    """What is said at a setting: the outcome where there is one, else the answer."""
    return at.outcome or classify_answer(at.verdict)


def _changed(own: AtSetting, at: AtSetting) -> list[str]:
    return [name for name, value in at.setting.items() if value != own.setting[name]]


def _distinct(settings: Iterable[dict[str, Setting]]) -> list[dict[str, Setting]]:
    return list({tuple(setting.items()): setting for setting in settings}.values())
