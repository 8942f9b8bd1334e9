"""Publishing: the page and what lies beside it, from executed notebooks."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from reportlib.assess.argument import Argument
from reportlib.assess.assessment import Assessment
from reportlib.errors import RunFailed
from reportlib.execute.inputs import digest_prose
from reportlib.execute.state import BuildContext
from reportlib.load.datapackage import Descriptor, PackageMetadata
from reportlib.load.study_data import StudyData
from reportlib.model.evidence import SOURCES, table_of
from reportlib.model.findings import Record
from reportlib.model.formatting import join_words
from reportlib.notebook.outputs import FIGURE, load_records
from reportlib.publish.citations import make_citation
from reportlib.publish.exports import export_tables, make_exports
from reportlib.publish.html_page import render_page
from reportlib.publish.report_sections import Report
from reportlib.publish.schema_org import Dataset, make_linked_data
from reportlib.publish.verify import ClaimInputs, PageInputs
from reportlib.render.appendix import list_cited_documents
from reportlib.study import Build, Study


def make_publication(context: BuildContext) -> dict[Path, str]:
    """Return all that readers get, by path, the page last. Nothing is written.

    Raises:
        RunFailed: not one checkable claim is settled.
    """
    study, build, settings = context.study, context.build, context.settings
    report = Report(study, Assessment(StudyData.read(study, context.parameters), settings))
    assessment, argument = report.assessment, report.argument
    if unsettled := argument.settles_nothing:
        error = f"not one checkable claim is settled, of {join_words(unsettled)}"
        raise RunFailed("The report", error)
    executed = [build.executed / path.name for path in [*study.chapters(), study.report]]
    metadata = PackageMetadata.read(study)
    claims = {
        record.claim: _list_inputs(record, path, study, argument)
        for path in study.chapters()
        for record in load_records(build.executed / path.name)
    }
    made_from = PageInputs(
        **vars(context.now),
        study=metadata.name,
        set_name=settings.set_name,
        prose=digest_prose(study.report),
        claims=claims,
    )
    page = render_page(
        executed[-1],
        settings,
        made_from,
        make_linked_data(metadata, assessment, argument, _list_datasets(study, build)),
    )
    citations = [
        make_citation(document.source, metadata.document_types)
        for document in list_cited_documents(assessment, argument, metadata.article)
    ]
    drawn = {figure.id: figure for figure in FIGURE.load(executed[-1])}
    figures = (report.figures | drawn).values()
    return {
        **{build.notebooks / path.name: path.read_text(encoding="utf-8") for path in executed},
        **make_exports(build, assessment, argument, figures, citations),
        **export_tables(study, build, assessment.provenance),
        build.page: page,
    }


def find_obsolete_files(build: Build, made: Collection[Path]) -> list[Path]:
    """Return what an earlier build made and this one did not, and what was made of its page."""
    tables = {*build.tables.glob("*.csv"), *build.figures.glob("*.csv")}
    earlier = {*build.notebooks.glob("*.ipynb"), *tables, build.crate, build.printed}
    return sorted(earlier.difference(made))


def _list_inputs(record: Record, chapter: Path, study: Study, argument: Argument) -> ClaimInputs:
    """The inputs of a claim that a chapter recorded, and the claims that stand on it."""
    cited = {table_of(target) for item in record.items for target in item.targets} - {SOURCES}
    tables = tuple(sorted({*record.tables_read, *cited}))
    return ClaimInputs(study.relative(chapter), tables, argument.ledger.above(record.claim))


def _list_datasets(study: Study, build: Build) -> list[Dataset]:
    """The findings, and the tables, which lie beside the page."""
    files = {"application/json": build.findings, "text/csv": build.findings_table}
    addresses = {media_type: build.address(path) for media_type, path in files.items()}
    text = "One record a claim: its state and why, its value, rows, sources, and what was tried."
    datasets = [Dataset("findings", "Findings", text, addresses)]
    for table in Descriptor.read(study).tables.values():
        addresses = {"text/csv": build.address(build.table(table.name))}
        datasets.append(Dataset(table.name, table.title, table.description, addresses))
    return datasets
