"""What was tried on each verdict: the same lines on the page and on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from reportlib.assess.argument import Argument
from reportlib.load.parameters import Parameters
from reportlib.model.findings import Record
from reportlib.model.formatting import format_count, format_day, join_words
from reportlib.model.robustness import (
    Backtest,
    Perturbation,
    Robustness,
    ScenarioResult,
    StressTests,
)
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
    perturbation: str
    backtest: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The line of a table, as the columns stand."""
        return (
            self.claim, self.verdict, self.settings, self.flips, self.origins, self.floor,
            self.perturbation, self.backtest,
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
    tests = record.stress_tests
    return RobustnessRow(
        claim=record.claim,
        verdict=format_state(record),
        settings=_settings(record.robustness),
        flips=_flips(record, parameters),
        origins=_origins(tests),
        floor=_floor(tests),
        perturbation=_perturbation(tests.perturbation),
        backtest=_backtest(tests.backtest),
    )


def render_robustness_table(argument: Argument, parameters: Parameters) -> Markup:
    """Return the lines as a table."""
    lines = [line.cells for line in list_robustness_rows(argument, parameters)]
    return render("tried.html.j2", columns=COLUMNS, lines=lines)


def format_robustness(argument: Argument, parameters: Parameters) -> str:
    """Return the lines for a terminal: a claim and its verdict, and beneath it what was tried."""
    width = max(len(column) for column in COLUMNS[2:])
    lines = []
    for row in list_robustness_rows(argument, parameters):
        lines.append(f"{row.claim}  {row.verdict}")
        cells = zip(COLUMNS[2:], row.cells[2:], strict=True)
        lines += [f"  {column.lower():<{width}}  {cell}" for column, cell in cells]
    if not lines:
        return "No checkable claim has been looked at yet."
    return "\n".join(map(strip_controls, lines))


def format_state(answer: Record | ScenarioResult) -> str:
    """Return a verdict with what leaves it unsettled."""
    return f"{answer.verdict} ({answer.unsettled})" if answer.unsettled else str(answer.verdict)


def _settings(robust: Robustness) -> str:
    if not robust.decided:
        return "none has data"
    same = f"{robust.same} of {robust.decided}"
    if robust.same == robust.decided or robust.allowed == robust.decided:
        return same
    return f"{same}; of those that the text allows {robust.same_allowed} of {robust.allowed}"


def _flips(record: Record, parameters: Parameters) -> str:
    flips = [
        f"{parameters.by_name[flip.parameter].taken_as(flip.value)} gives “{flip.verdict}”"
        + (", against the text" if flip.fixed else "")
        for flip in record.robustness.flips
    ]
    return "; ".join(flips) or "no definition alone"


def _origins(tests: StressTests) -> str:
    """What the verdict rests on, by leaving out each origin."""
    if not tests.without_origin:
        return "nothing counts"
    if not tests.rests_on and len(tests.without_origin) == 1:
        return f"the same answer without {tests.without_origin[0].name}"
    if not tests.rests_on:
        origins = format_count(len(tests.without_origin), "origin")
        return f"the same answer without any one of {origins}"
    return "; ".join(
        f"without {result.name}{' (its own act or count)' if result.own_act else ''}: "
        f"{format_state(result)}"
        for result in tests.rests_on
    )


def _floor(tests: StressTests) -> str:
    if not tests.from_grade:
        return "no better grade"
    turning = [f"from {r.name} on: {format_state(r)}" for r in tests.from_grade if r.turns]
    grades = " or ".join(result.name for result in tests.from_grade)
    return "; ".join(turning) or f"the same answer with nothing below grade {grades}"


def _perturbation(result: Perturbation | None) -> str:
    if result is None:
        return "no test"
    if result.insensitive_rows:
        return f"SILENT: {join_words(result.insensitive_rows)} can change unheard"
    new = {True: "a row put in is heard", False: "SILENT: no row put in is heard", None: ""}
    count = result.changed_rows
    rows = {0: "", 1: "its row is heard"}.get(count, f"each of {count} rows is heard")
    return "; ".join(filter(None, [rows, new[result.detects_new_row]])) or "SILENT"


def _backtest(backtest: Backtest | None) -> str:
    if backtest is None:
        return ""
    if not backtest.differs:
        return "the same"
    then, now = format_state(backtest.then), format_state(backtest.now)
    since = f" from {format_day(backtest.turned_on)}" if backtest.turned_on else ""
    rows = f": {join_words(backtest.rows)}" if backtest.rows else ""
    return f"{then} then, {now} now{since}{rows}"
