"""The closed word lists of the vocabulary. Each word is written here and nowhere else."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What kind of statement a claim is. The first five can be checked, the others cannot."""

    DATE = "factual-date"
    COUNT = "factual-count"
    AMOUNT = "factual-amount"
    EXISTENCE = "factual-existence"
    ORDERING = "ordering"
    CAUSAL = "causal"
    INTERPRETIVE = "interpretive"
    NORMATIVE = "normative"
    PREDICTION = "prediction"

    @property
    def checkable(self) -> bool:
        """Whether data can decide a claim of this kind."""
        return self in (Kind.DATE, Kind.COUNT, Kind.AMOUNT, Kind.EXISTENCE, Kind.ORDERING)


class Stance(StrEnum):
    """How an item of evidence bears on a claim."""

    SUPPORTS = "supports"
    QUALIFIES = "qualifies"
    CONTRADICTS = "contradicts"
    CONTEXT = "context"


class Directness(StrEnum):
    """How near an item of evidence comes to the claim, nearest first."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    PROXY = "proxy"


class Basis(StrEnum):
    """Who decided that an item bears on the claim: a test, or a person who read a document."""

    COMPUTED = "computed"
    READ = "read"


class Grade(StrEnum):
    """How far a source is trusted: A and B are good, C is fair, D is unreliable."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Comparison(StrEnum):
    """What the article says of a value."""

    EQUALS = "equals"
    INCLUDES = "includes"
    ONE_OF = "one_of"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    MORE_THAN = "more_than"
    FEWER_THAN = "fewer_than"
    NONE_FOUND = "none_found"
    BEFORE = "before"
    ON_OR_BEFORE = "on_or_before"
    AFTER = "after"
    ON_OR_AFTER = "on_or_after"
    HOLDS = "holds"


class Match(StrEnum):
    """How a finding compares with what is asserted."""

    EXACT = "as asserted"
    LOOSE = "only loosely as asserted"
    DIFFERS = "not as asserted"
    NO_DATA = "no data"


class Verdict(StrEnum):
    """The state of a checkable claim, best first."""

    SUPPORTED = "supported"
    CAVEAT = "supported with a caveat"
    DEPENDS = "depends on the definition"
    NOT_SETTLED = "not settled"
    NOT_SUPPORTED = "not supported as written"

    @property
    def rank(self) -> int:
        """The place on the scale, higher is better."""
        return list(reversed(Verdict)).index(self)

    @property
    def holds(self) -> bool:
        """Whether the claim is supported, with or without a caveat."""
        return self in (Verdict.SUPPORTED, Verdict.CAVEAT)


class Unsettled(StrEnum):
    """Why a verdict is not settled."""

    NO_DATA = "no data"
    WEAK = "weak"
    CONFLICT = "conflict"


class Grounding(StrEnum):
    """The state of a judgement or a cause, from the checkable premises beneath it."""

    GROUNDED = "grounded"
    PARTLY = "partly grounded"
    UNGROUNDED = "ungrounded"
    ASSUMED = "assumed"


class Outcome(StrEnum):
    """What came of a forecast (the first three) or of a recommendation (the last three)."""

    CONSISTENT = "consistent"
    CONTRARY = "contrary"
    INDETERMINATE = "indeterminate"
    ADOPTED = "adopted"
    NOT_ADOPTED = "not adopted"


class OutcomeKind(StrEnum):
    """Which claims have an outcome."""

    FORECAST = "forecast"
    RECOMMENDATION = "recommendation"


class Mode(StrEnum):
    """How the premises of a group stand together: all needed, or k of them."""

    LINKED = "linked"
    CONVERGENT = "convergent"


class Relation(StrEnum):
    """How a claim bears on another outside any group."""

    CONTEXT = "context"
    QUALIFIES = "qualifies"
    CONTRADICTS = "contradicts"


class TextRelation(StrEnum):
    """How places of the article stand to each other if it agrees with itself."""

    SAME_DATE = "same_date"
    SAME_NAME = "same_name"
    IN_ORDER = "in_order"
    ADDS_UP = "adds_up"


class Agreement(StrEnum):
    """Whether the article agrees with itself."""

    AGREES = "agrees"
    DISAGREES = "disagrees"


class Role(StrEnum):
    """What a sentence of the article does."""

    CLAIM = "claim"
    OPINION = "opinion"
    QUOTATION = "quotation"
    CONTEXT = "context"


class Cause(StrEnum):
    """What moved a claim: the part of the study in which something is not as it was accepted."""

    METHOD = "method"
    PARAMETERS = "parameters"
    DATA = "data"
    UNKNOWN = "unknown"


NOT_LOOKED_AT = "not looked at yet"
"""Stands in place of a state where no chapter has recorded the claim."""
