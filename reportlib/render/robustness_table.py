"""What was tried on each verdict: the same lines on the page and on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from reportlib.assess.argument import Argument
from reportlib.load.parameters import Parameters
from reportlib.model.findings import Record
from reportlib.model.formatting import format_count, format_day, join_words
from reportlib.model.robustness import Backtest, Perturbation, Robustness, StressTests
from reportlib.model.vocabulary import Unsettled, Verdict
from reportlib.render.templating import render, strip_controls


@dataclass(frozen=True)
class RobustnessRow:
    """One verdict, and what came of every attempt to turn it, in words."""

    claim: str
    verdict: str
    settings: str
    """How many plausible settings give the same answer, of those with data."""
    flips: str
    origins: str
    floor: str
    canary: str
    then_and_now: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The line of a table, as the columns stand."""
        return (
            self.claim, self.verdict, self.settings, self.flips, self.origins, self.floor,
            self.canary, self.then_and_now,
        )  # fmt: skip


COLUMNS = (
    "Claim", "Verdict", "Settings that agree", "Turned by", "Without one origin",
    "Better sources only", "Canary", "Then and now",
)  # fmt: skip


def list_robustness_rows(argument: Argument, parameters: Parameters) -> Iterator[RobustnessRow]:
    """Return a line for each checkable claim that was looked at."""
    for claim in argument.ledger.claims:
        record = argument.records.get(claim)
        if record is not None and record.verdict is not None:
            yield make_robustness_row(record, parameters)


def make_robustness_row(record: Record, parameters: Parameters) -> RobustnessRow:
    """Return the line of one claim."""
    assert record.verdict is not None
    robust, trials = record.robustness, record.trials
    return RobustnessRow(
        claim=record.claim,
        verdict=format_state(record.verdict, record.unsettled),
        settings=_settings(robust),
        flips=_flips(record, parameters),
        origins=_origins(trials),
        floor=_floor(trials),
        canary=_canary(trials.canary),
        then_and_now=_then_and_now(trials.then_and_now),
    )


def render_robustness_table(argument: Argument, parameters: Parameters) -> Markup:
    """Return the lines as a table."""
    lines = [line.cells for line in list_robustness_rows(argument, parameters)]
    return render("tried.html.j2", columns=COLUMNS, lines=lines)


def format_robustness(argument: Argument, parameters: Parameters) -> str:
    """Return the lines for a terminal: a claim and its verdict, and beneath it what was tried."""
    width = max(len(column) for column in COLUMNS[2:])
    said = []
    for line in list_robustness_rows(argument, parameters):
        said.append(f"{line.claim}  {line.verdict}")
        said += [
            f"  {column.lower():<{width}}  {cell}"
            for column, cell in zip(COLUMNS[2:], line.cells[2:], strict=True)
        ]
    return (
        "\n".join(map(strip_controls, said))
        if said
        else "No checkable claim has been looked at yet."
    )


def format_state(verdict: Verdict, unsettled: Unsettled | None) -> str:
    """Return a verdict with what leaves it unsettled."""
    return f"{verdict} ({unsettled})" if unsettled else str(verdict)


def _settings(robust: Robustness) -> str:
    if not robust.decided:
        return "none has data"
    same = f"{robust.same} of {robust.decided}"
    if robust.same == robust.decided or robust.allowed == robust.decided:
        return same
    return f"{same}; of those that the text allows {robust.same_allowed} of {robust.allowed}"


def _flips(record: Record, parameters: Parameters) -> str:
    said = [
        f"{parameters.by_name[flip.parameter].taken_as(flip.value)} gives “{flip.verdict}”"
        + (", against the text" if flip.fixed else "")
        for flip in record.robustness.flips
    ]
    return "; ".join(said) if said else "no definition alone"


def _origins(trials: StressTests) -> str:
    """What the verdict rests on, by leaving out each origin."""
    if not trials.without_origin:
        return "nothing counts"
    if not trials.rests_on and len(trials.without_origin) == 1:
        return f"the same answer without {trials.without_origin[0].name}"
    if not trials.rests_on:
        origins = format_count(len(trials.without_origin), "origin")
        return f"the same answer without any one of {origins}"
    without = [
        f"without {one.name}{' (its own act or count)' if one.own_act else ''}: "
        f"{format_state(one.verdict, one.unsettled)}"
        for one in trials.rests_on
    ]
    return "; ".join(without)


def _floor(trials: StressTests) -> str:
    turned = [one for one in trials.from_grade if one.turns]
    if not trials.from_grade:
        return "no better grade"
    if not turned:
        grades = " or ".join(one.name for one in trials.from_grade)
        return f"the same answer with nothing below grade {grades}"
    return "; ".join(
        f"from {one.name} on: {format_state(one.verdict, one.unsettled)}" for one in turned
    )


def _canary(found: Perturbation | None) -> str:
    if found is None:
        return "no test"
    if found.deaf:
        return f"SILENT: {join_words(found.deaf)} can change unheard"
    new = {True: "a row put in is heard", False: "SILENT: no row put in is heard", None: ""}
    rows = {0: "", 1: "its row is heard"}.get(found.tried, f"each of {found.tried} rows is heard")
    return "; ".join(part for part in (rows, new[found.new_row_heard]) if part) or "SILENT"


def _then_and_now(found: Backtest | None) -> str:
    if found is None:
        return ""
    if not found.differs:
        return "the same"
    now = format_state(found.now.verdict, found.now.unsettled)
    then = format_state(found.then.verdict, found.then.unsettled)
    since = f" from {format_day(found.turned_on)}" if found.turned_on else ""
    rows = f": {join_words(found.rows)}" if found.rows else ""
    return f"{then} then, {now} now{since}{rows}"
