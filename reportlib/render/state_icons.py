"""State icons: a shape and a tone for each word, the same in cards, lists and drawings."""

from __future__ import annotations

from dataclasses import dataclass

from reportlib.model.findings import Record
from reportlib.model.vocabulary import NOT_LOOKED_AT, Agreement, Grounding, Outcome, Verdict

_DISC = "M0,-1A1,1,0,1,1,0,1A1,1,0,1,1,0,-1Z"
_HOLE = "M0,-.66A.66,.66,0,1,0,0,.66A.66,.66,0,1,0,0,-.66Z"
_DOT = "M0,-.34A.34,.34,0,1,1,0,.34A.34,.34,0,1,1,0,-.34Z"
_DIAMOND = "M0,-1.1L1.1,0L0,1.1L-1.1,0Z"
_DIAMOND_HOLE = "M0,-.66L0,.66L.66,0Z"
_CROSS = "M-1,-.6L-.6,-1L0,-.4L.6,-1L1,-.6L.4,0L1,.6L.6,1L0,.4L-.6,1L-1,.6L-.4,0Z"
_TRIANGLE = "M0,-1L1.1,.9L-1.1,.9Z"
_TRIANGLE_HOLE = "M0,-.38L-.5,.56L.5,.56Z"
_TRIANGLE_TOP_HOLE = "M0,-.38L-.28,.15L.28,.15Z"
_SQUARE = "M-.9,-.9L.9,-.9L.9,.9L-.9,.9Z"
_SQUARE_HOLE = "M-.58,-.58L-.58,.58L.58,.58L.58,-.58Z"
_SLASHED_HOLES = "M-.58,-.58L-.58,.22L.22,-.58ZM.58,-.22L-.22,.58L.58,.58Z"
_BAR = "M-1,-.3L1,-.3L1,.3L-1,.3Z"
_EQUAL = "M-.9,-.62L.9,-.62L.9,-.18L-.9,-.18ZM-.9,.18L.9,.18L.9,.62L-.9,.62Z"
_STROKE = "M.3,-1.1L.68,-1.1L-.3,1.1L-.68,1.1Z"


@dataclass(frozen=True)
class Mark:
    """A shape, as an SVG path in a box from -1 to 1, and the tone it is drawn in."""

    path: str
    tone: str


MARKS = {
    Verdict.SUPPORTED: Mark(_DISC, "good"),
    Verdict.CAVEAT: Mark(_DISC + _HOLE + _DOT, "good"),
    Verdict.DEPENDS: Mark(_DIAMOND + _DIAMOND_HOLE, "open"),
    Verdict.NOT_SETTLED: Mark(_DISC + _HOLE, "none"),
    Verdict.NOT_SUPPORTED: Mark(_CROSS, "bad"),
    Grounding.GROUNDED: Mark(_TRIANGLE, "good"),
    Grounding.PARTLY: Mark(_TRIANGLE + _TRIANGLE_TOP_HOLE, "open"),
    Grounding.UNGROUNDED: Mark(_TRIANGLE + _TRIANGLE_HOLE, "bad"),
    Grounding.ASSUMED: Mark(_BAR, "none"),
    Outcome.CONSISTENT: Mark(_SQUARE, "good"),
    Outcome.ADOPTED: Mark(_SQUARE, "good"),
    Outcome.INDETERMINATE: Mark(_SQUARE + _SQUARE_HOLE, "none"),
    Outcome.CONTRARY: Mark(_SQUARE + _SLASHED_HOLES, "bad"),
    Outcome.NOT_ADOPTED: Mark(_SQUARE + _SLASHED_HOLES, "bad"),
    NOT_LOOKED_AT: Mark(_DOT, "none"),
}

AGREEMENTS = {
    Agreement.AGREES: Mark(_EQUAL, "good"),
    Agreement.DISAGREES: Mark(_EQUAL + _STROKE, "bad"),
}
"""The marks for an article that agrees with itself or not; no states, so in no chart of states."""

TONES = {"good": "#00855f", "open": "#b86a00", "none": "#7a7f87", "bad": "#d1453b"}
"""The tones in charts, each at least 3 to 1 on the page's light and on its dark."""
PALETTE = ("#3b7dc4", "#c2700a", "#00855f", "#a35bb8", "#d1453b", "#7a7f87")
"""The colours of categories in charts, to the same measure; shapes tell them apart as well."""
IN_THE_DARK = {
    "#3b7dc4": "#7fb2ee",
    "#c2700a": "#f0a94e",
    "#00855f": "#4fd0a5",
    "#a35bb8": "#cf94e0",
    "#d1453b": "#ff8f85",
    "#7a7f87": "#b4b1a9",
    "#b86a00": "#f0a94e",
}
"""The colour that the page uses instead of each on its dark."""

MEANINGS = {
    "A fact that data can check has a verdict": {
        Verdict.SUPPORTED: "What the record shows is what the article says.",
        Verdict.CAVEAT: "It holds, and something that the article does not say belongs beside it.",
        Verdict.DEPENDS: "It holds under one plausible reading and fails under another, and the "
        "text does not say which is meant.",
        Verdict.NOT_SETTLED: "The record does not decide: no data, too little, or words against "
        "words.",
        Verdict.NOT_SUPPORTED: "The record shows something else than what is written. The claim "
        "may still do its work in the argument; its card says so.",
    },
    "A judgement or a cause is not rated; its grounding says how its premises stand": {
        Grounding.GROUNDED: "Every premise that it needs stands; that does not make it true.",
        Grounding.PARTLY: "A premise that it needs stands only in part.",
        Grounding.UNGROUNDED: "A premise that it needs falls.",
        Grounding.ASSUMED: "No checkable claim that it needs stands beneath it; its card has "
        "what was read.",
    },
    "A forecast or a recommendation has an outcome, which hindsight adds": {
        Outcome.CONSISTENT: "What came within the horizon is what was foreseen.",
        Outcome.CONTRARY: "What came within the horizon is not what was foreseen.",
        Outcome.ADOPTED: "What was recommended was done.",
        Outcome.NOT_ADOPTED: "What was recommended was not done.",
        Outcome.INDETERMINATE: "What came does not tell, or the horizon is not over.",
    },
    "No state yet": {NOT_LOOKED_AT: "No chapter has recorded the claim."},
}
"""The meaning of each state, in the words of the page."""


@dataclass(frozen=True)
class StateLabel:
    """A claim's state as it is shown: a word, a detail in brackets behind it, and a mark."""

    word: str
    detail: str = ""
    """Why it is not settled, or how the premises of a forecast stand; else empty."""

    @classmethod
    def of(cls, record: Record | None) -> StateLabel:
        """Return the state of a record; without one, that the claim was not looked at yet."""
        if record is None or record.state is None:
            return cls(NOT_LOOKED_AT)
        if record.outcome is not None and record.grounding is not None:
            return cls(record.state, describe_premises(record.grounding))
        return cls(record.state, record.unsettled or "")

    @property
    def mark(self) -> Mark:
        """The mark of its word. A word of another version of the library has none of its own."""
        return MARKS.get(self.word, MARKS[NOT_LOOKED_AT])

    @property
    def words(self) -> str:
        """Word and detail."""
        return f"{self.word} ({self.detail})" if self.detail else self.word


def describe_premises(grounding: str) -> str:
    """Return how the premises of a forecast or a recommendation stand."""
    return f"its premises: {grounding}"


def name_state(record: Record | None) -> str:
    """Return the word of a claim's state, or that it was not looked at yet."""
    return StateLabel.of(record).word
