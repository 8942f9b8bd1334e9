"""The published form of findings: the types of ``findings.json``, and its JSON Schema from them.

Names and order are a promise to those who read the file; the library's own may differ.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, NonNegativeInt, WithJsonSchema
from pydantic.json_schema import GenerateJsonSchema

from reportlib.model.evidence import Item, Reference
from reportlib.model.robustness import Flip
from reportlib.model.text_checks import PrintedValue
from reportlib.model.vocabulary import (
    NOT_LOOKED_AT,
    Grounding,
    Kind,
    Outcome,
    TextRelation,
    Unsettled,
    Verdict,
)

SCHEMA_NAME: Final = "findings.schema.json"

ClaimId = Annotated[str, Field(pattern=r"^\S+$")]
Day = Annotated[
    date,
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
]
Setting = dict[str, str | int]
Roles = dict[str, bool | None]
Scalar = str | int | float | bool
Value = Scalar | tuple[Scalar, ...] | None
NotLookedAt = Annotated[str, Field(pattern=NOT_LOOKED_AT), WithJsonSchema({"const": NOT_LOOKED_AT})]
_UNIQUE: dict[str, Any] = {"uniqueItems": True}


class _Published(BaseModel):
    """A closed object, read from the attributes of the library's own value.

    The library's own dataclasses in it are closed and described alike: they take over its config.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        from_attributes=True,
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,
    )


class AtSetting(_Published):
    """What comes out at one setting."""

    setting: Setting = Field(validation_alias="changes")
    found: str
    verdict: Verdict
    unsettled: Unsettled | None
    outcome: Outcome | None
    """What the verdict makes of a forecast or a recommendation; null for a checkable claim."""


class Robustness(_Published):
    """How far an answer survives the plausible settings."""

    settings: tuple[AtSetting, ...]
    same: NonNegativeInt
    """Settings with data that give the answer of the setting in use."""
    decided: NonNegativeInt
    """Settings with data."""
    same_allowed: NonNegativeInt
    """Those of the same answer that change no parameter which the text fixes for the claim."""
    allowed: NonNegativeInt
    """Settings with data that change no such parameter."""
    flips: tuple[Flip, ...]
    whole_grid: bool
    """False: too many combinations; each parameter alone and in pairs was tried."""


class LeftOut(_Published):
    """What comes out without the word of one origin, or of every source below a grade."""

    name: str
    """The origin, or the lowest grade that is kept."""
    verdict: Verdict
    unsettled: Unsettled | None
    turns: bool
    """The answer is another without it."""
    own_act: bool
    """The origin speaks of its own acts or counts."""


class OnDay(_Published):
    """What comes out with the knowledge of a day."""

    day: Day = Field(validation_alias="name")
    found: str
    verdict: Verdict
    unsettled: Unsettled | None
    roles: Roles


class ThenAndNow(_Published):
    """A claim on the article's day and in hindsight."""

    then: OnDay
    now: OnDay
    turned_on: Day | None
    """The first day from which the verdict is that of today."""
    rows: tuple[Reference, ...]
    """What became known on that day and bears on the claim."""


class Canary(_Published):
    """Whether a finding moves when what it cites is changed."""

    tried: NonNegativeInt = Field(validation_alias="changed_rows")
    deaf: tuple[Reference, ...] = Field(validation_alias="insensitive_rows")
    new_row_heard: bool | None = Field(validation_alias="detects_new_row")


class AtPosition(_Published):
    """A claim at another position of the definition switch, where it differs."""

    verdict: Verdict | None
    unsettled: Unsettled | None
    outcome: Outcome | None
    reason: str
    roles: Roles


class Trials(_Published):
    """Every attempt to turn an answer."""

    without_origin: tuple[LeftOut, ...]
    from_grade: tuple[LeftOut, ...]
    then_and_now: ThenAndNow | None = Field(validation_alias="backtest")
    canary: Canary | None = Field(validation_alias="perturbation")
    positions: dict[str, AtPosition]
    """By the id of the position."""


class Nothing(_Published):
    """No chapter has recorded the claim."""


class PublishedFinding(_Published):
    """A claim of the article, and what was found. The claim is theirs, the finding ours."""

    id: ClaimId
    kind: Kind
    chapter: str
    """The notebook that tests it."""
    state: Verdict | Outcome | Grounding | NotLookedAt
    """The verdict, outcome or grounding, whichever the claim's kind has."""
    detail: Unsettled | Literal[""]
    """Why it is not settled; empty if it is."""
    found: str
    """What was found, as the card says it; empty without rows."""
    value: Value | dict[str, Value]
    """What the test computed: a value, several, or one by part; null if data do not decide."""
    unit: str
    parameters: Setting
    rows: tuple[Reference, ...] = Field(json_schema_extra=_UNIQUE)
    """What the value rests on."""
    sources: tuple[str, ...] = Field(json_schema_extra=_UNIQUE)
    """The documents of every item that counts."""
    reason: str
    """Why it has its state."""
    test: str
    """The function that computed it; empty if there is none."""
    grounding: Grounding | None
    """Of a judgement, a cause or a forecast."""
    load_bearing: bool
    """Its fall would change one of the pillars."""
    if_it_falls: dict[str, Grounding]
    """By claim, the grounding that would be another."""
    roles: Roles
    """By group, whether it does what its parent needs; null where the data do not say."""
    evidence: tuple[Item, ...]
    robustness: Robustness | Nothing
    trials: Trials | Nothing


class AtTolerance(_Published):
    """The answer at one plausible value of the tolerance."""

    value: str | int
    agrees: bool


def _list_answers(agrees_at: dict[str | int, bool]) -> list[dict[str, Any]]:
    return [{"value": value, "agrees": agrees} for value, agrees in agrees_at.items()]


class Consistency(_Published):
    """Places of the article held against each other; no outside fact is needed."""

    key: str
    about: str
    note: str
    relation: TextRelation
    agrees: bool
    found: str
    """What stands where, and how it compares."""
    places: tuple[PrintedValue, ...]
    claims: tuple[ClaimId, ...]
    parameters: Setting
    tried: Annotated[tuple[AtTolerance, ...], BeforeValidator(_list_answers)] = Field(
        validation_alias="agrees_at"
    )


class Findings(_Published):
    """What a run found of every claim of an article, under one parameter set."""

    schema_name: Literal["findings.schema.json"] = Field(
        default=SCHEMA_NAME, serialization_alias="$schema"
    )
    set: str
    """The parameter set."""
    settings: Setting
    """By name, the chosen value of each parameter."""
    claims: tuple[PublishedFinding, ...]
    """One for each claim of the ledger, in its order."""
    consistency: tuple[Consistency, ...]
    """How the text agrees with itself."""


def make_findings_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``findings.json``: closed, with every property required."""
    schema = Findings.model_json_schema(mode="serialization")
    dialect = GenerateJsonSchema.schema_dialect
    return {"$schema": dialect, "$id": SCHEMA_NAME, **schema}
