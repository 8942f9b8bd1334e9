"""The build: from a study and a parameter set to the page and what lies beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from reportlib.errors import ReportError, RunFailed
from reportlib.judging.inquiry import Inquiry
from reportlib.reading.parameters import Parameters, Setting
from reportlib.reading.validation import check_package
from reportlib.running.carried import figures_in, records_in
from reportlib.running.contract import check_notebooks
from reportlib.running.exports import write_exports
from reportlib.running.manifest import inputs_of, write_manifest, write_whole
from reportlib.running.namespace import PARAMETER_SET
from reportlib.running.page import failure_page, page_from
from reportlib.running.report import Report
from reportlib.running.run import run
from reportlib.study import Build, Study
from reportlib.values.phrases import joined

Say = Callable[[str], None]


def build_report(study: Study, set_name: str, say: Say) -> Build:
    """Run every notebook of a study under a parameter set, and publish what comes out.

    Parameters, data and notebooks are checked before anything runs. Each artefact appears whole or
    not at all; a failed run leaves the last good page in place, and an account of the failure.

    Raises:
        BadParameters, BadData, BadNotebook: before anything ran, with every fault at once.
        RunFailed: a notebook stopped, or a chapter recorded nothing.
    """
    started = datetime.now(UTC)
    parameters = Parameters.read(study)
    settings = parameters.settings(set_name)
    check_package(study)
    check_notebooks(study)
    build = study.build(set_name)
    inputs = inputs_of(study)
    try:
        _run_all(study, build, {PARAMETER_SET: set_name, **settings.values}, say)
        report = Report(study, Inquiry.open(study, settings, parameters))
        if unsettled := report.argument.settles_nothing:
            nothing = f"not one checkable claim is settled, of {joined(unsettled)}"
            raise RunFailed("The report", nothing)
        shown = {figure.id: figure for figure in figures_in(build.notebooks / study.report.name)}
        figures = report.figures | shown
        _drop_strangers(study, build, figures)
        write_exports(build, report.inquiry, report.argument, figures.values())
        write_whole(build.page, page_from(build.notebooks / study.report.name, settings))
    except ReportError as problem:
        told = problem if isinstance(problem, RunFailed) else RunFailed("The report", str(problem))
        write_whole(build.failure, failure_page(told))
        raise
    build.failure.unlink(missing_ok=True)
    write_manifest(build, settings, started, inputs, _made(build))
    say(f"wrote {study.relative(build.page)}")
    return build


def _run_all(study: Study, build: Build, given: Mapping[str, Setting], say: Say) -> None:
    """Run the chapters, and then the report on what they found."""
    for notebook in [*study.chapters(), study.report]:
        say(f"running {study.relative(notebook)}")
        run(study, notebook, build.notebooks / notebook.name, given)
        if notebook != study.report and not records_in(build.notebooks / notebook.name):
            raise RunFailed(study.relative(notebook), "recorded no claim: it shows no card")


def _drop_strangers(study: Study, build: Build, figures: Iterable[str]) -> None:
    """Remove what an earlier run made of a notebook or a figure that is gone."""
    kept = {path.name for path in study.notebooks.glob("*.ipynb")}
    kept |= {f"{id}.csv" for id in figures}
    for path in (*build.notebooks.glob("*.ipynb"), *build.figures.glob("*.csv")):
        if path.name not in kept:
            path.unlink()


def _made(build: Build) -> list[Path]:
    kept = (build.page, build.findings, build.findings_table)
    return [
        *kept,
        *build.notebooks.glob("*.ipynb"),
        *build.figures.glob("*.csv"),
    ]
