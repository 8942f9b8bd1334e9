"""Publishing: from executed notebooks to the page and what lies beside it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from reportlib.errors import RunFailed
from reportlib.judging.inquiry import Inquiry
from reportlib.reading.parameters import Parameters, Settings
from reportlib.running.carried import figures_in
from reportlib.running.exports import exports_of
from reportlib.running.page import page_from
from reportlib.running.report import Report
from reportlib.study import Build, Study
from reportlib.values.phrases import joined


def made_of(study: Study, settings: Settings, parameters: Parameters) -> dict[Path, str]:
    """Return all that readers get, by where it belongs; the page last. Nothing is written.

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
    return {
        **{build.notebooks / path.name: path.read_text(encoding="utf-8") for path in executed},
        **exports_of(build, report.inquiry, report.argument, figures.values()),
        build.page: page_from(executed[-1], settings),
    }


def strangers(build: Build, made: Collection[Path]) -> list[Path]:
    """Return what an earlier build made and this one did not."""
    there = {*build.notebooks.glob("*.ipynb"), *build.figures.glob("*.csv")}
    return sorted(there.difference(made))
