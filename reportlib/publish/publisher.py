"""Publishing: from executed notebooks to the page and what lies beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from reportlib.assess.argument import Argument
from reportlib.assess.assessment import Assessment
from reportlib.errors import RunFailed
from reportlib.load.datapackage import Descriptor, PackageMetadata
from reportlib.load.parameters import Parameters, Settings
from reportlib.load.study_data import StudyData
from reportlib.model.evidence import SOURCES, table_of
from reportlib.model.findings import Record
from reportlib.model.formatting import join_words
from reportlib.notebook.outputs import load_figures, load_records
from reportlib.publish.citations import make_citation
from reportlib.publish.exports import export_tables, make_exports
from reportlib.publish.html_page import render_page
from reportlib.publish.report_sections import Report
from reportlib.publish.schema_org import Dataset, make_linked_data
from reportlib.publish.verify import ClaimInputs, PageInputs
from reportlib.render.appendix import list_cited_documents
from reportlib.study import Build, Study


def make_publication(
    study: Study, settings: Settings, parameters: Parameters, inputs: Mapping[str, str]
) -> dict[Path, str]:
    """Return all that readers get, by where it belongs; the page last. Nothing is written.

    Args:
        study: what is published.
        settings: what was chosen.
        parameters: what the parameters mean.
        inputs: the digests of what people keep, which the page carries.

    Raises:
        RunFailed: not one checkable claim is settled.
    """
    build = study.build(settings.set_name)
    report = Report(study, Assessment(StudyData.read(study, parameters), settings))
    assessment, argument = report.assessment, report.argument
    if unsettled := argument.settles_nothing:
        nothing = f"not one checkable claim is settled, of {join_words(unsettled)}"
        raise RunFailed("The report", nothing)
    executed = [build.executed / path.name for path in [*study.chapters(), study.report]]
    shown = {figure.id: figure for figure in load_figures(executed[-1])}
    imprint = PackageMetadata.read(study)
    page = render_page(
        executed[-1],
        settings,
        PageInputs.of(study, settings.set_name, inputs, _read_for(study, build, argument)),
        make_linked_data(imprint, assessment, argument, _datasets(study, build)),
    )
    citations = [
        make_citation(document.source, imprint.document_types)
        for document in list_cited_documents(assessment, argument, imprint.article)
    ]
    figures = (report.figures | shown).values()
    return {
        **{build.notebooks / path.name: path.read_text(encoding="utf-8") for path in executed},
        **make_exports(build, assessment, argument, figures, citations),
        **export_tables(study, build, assessment.provenance),
        build.page: page,
    }


def find_obsolete_files(build: Build, made: Collection[Path]) -> list[Path]:
    """Return what an earlier build made and this one did not, archive and print of its page too."""
    tables = {*build.tables.glob("*.csv"), *build.figures.glob("*.csv")}
    there = {*build.notebooks.glob("*.ipynb"), *tables, build.crate, build.printed}
    return sorted(there.difference(made))


def _read_for(study: Study, build: Build, argument: Argument) -> dict[str, ClaimInputs]:
    """What was read for each claim that a chapter recorded, and what stands on it."""
    chapters: list[tuple[Path, Sequence[Record]]] = [
        (path, load_records(build.executed / path.name)) for path in study.chapters()
    ]
    return {
        record.claim: ClaimInputs(
            study.relative(path),
            tuple(sorted({*record.tables_read, *_tables_cited(record)})),
            argument.ledger.above(record.claim),
        )
        for path, records in chapters
        for record in records
    }


def _tables_cited(record: Record) -> Iterator[str]:
    for item in record.items:
        yield from (table_of(target) for target in item.targets if table_of(target) != SOURCES)


def _datasets(study: Study, build: Build) -> list[Dataset]:
    """The findings, and the tables, which lie beside the page."""
    found = {"application/json": build.findings, "text/csv": build.findings_table}
    tables = Descriptor.read(study).tables.values()
    return [
        Dataset(
            "findings",
            "Findings",
            "One record a claim: its state and why, its value, rows, sources, and what was tried.",
            {media_type: build.address(path) for media_type, path in found.items()},
        ),
        *(
            Dataset(
                one.name,
                one.title,
                one.description,
                {"text/csv": build.address(build.table(one.name))},
            )
            for one in tables
        ),
    ]
