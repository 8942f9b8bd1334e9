"""Publishing: from executed notebooks to the page and what lies beside it."""

from __future__ import annotations

from pathlib import Path

from reportlib.errors import RunFailed
from reportlib.judging.inquiry import Inquiry
from reportlib.reading.parameters import Parameters, Settings
from reportlib.running.carried import figures_in
from reportlib.running.exports import write_exports
from reportlib.running.files import write_whole
from reportlib.running.page import page_from
from reportlib.running.report import Report
from reportlib.study import Study
from reportlib.values.phrases import joined


def publish(study: Study, settings: Settings, parameters: Parameters) -> list[Path]:
    """Write all that readers get, the page last, and return it.

    Each file appears whole or not at all; what an earlier run made and this one does not is gone.

    Raises:
        RunFailed: not one checkable claim is settled.
    """
    build = study.build(settings.set_name)
    report = Report(study, Inquiry.open(study, settings, parameters))
    if unsettled := report.argument.settles_nothing:
        nothing = f"not one checkable claim is settled, of {joined(unsettled)}"
        raise RunFailed("The report", nothing)
    executed = [build.executed / path.name for path in [*study.chapters(), study.report]]
    shown = {figure.id: figure for figure in figures_in(executed[-1])}
    figures = report.figures | shown
    page = page_from(executed[-1], settings)
    for path in executed:
        write_whole(build.notebooks / path.name, path.read_text(encoding="utf-8"))
    write_exports(build, report.inquiry, report.argument, figures.values())
    write_whole(build.page, page)
    notebooks = [build.notebooks / path.name for path in executed]
    tables = [build.figures / f"{id}.csv" for id in figures]
    for stranger in {*build.notebooks.glob("*.ipynb"), *build.figures.glob("*.csv")} - {
        *notebooks,
        *tables,
    }:
        stranger.unlink()
    return [build.page, build.findings, build.findings_table, *notebooks, *tables]
