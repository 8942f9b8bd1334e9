"""Publishing: from executed notebooks to the page and what lies beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from reportlib.errors import RunFailed
from reportlib.judging.argument import Argument
from reportlib.judging.inquiry import Inquiry
from reportlib.reading.descriptor import Descriptor
from reportlib.reading.imprint import Imprint
from reportlib.reading.parameters import Parameters, Settings
from reportlib.running.carried import figures_in, records_in
from reportlib.running.exports import exports_of, whole_tables
from reportlib.running.made_from import MadeFrom, ReadFor
from reportlib.running.page import page_from
from reportlib.running.report import Report
from reportlib.showing.appendix import cited_documents
from reportlib.showing.bibliography import citation
from reportlib.showing.linked_data import Dataset, linked_data
from reportlib.study import Build, Study
from reportlib.values.findings import Record
from reportlib.values.phrases import joined
from reportlib.values.sources import SOURCES, table_of


def made_of(
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
    report = Report(study, Inquiry.open(study, settings, parameters))
    inquiry, argument = report.inquiry, report.argument
    if unsettled := argument.settles_nothing:
        nothing = f"not one checkable claim is settled, of {joined(unsettled)}"
        raise RunFailed("The report", nothing)
    executed = [build.executed / path.name for path in [*study.chapters(), study.report]]
    shown = {figure.id: figure for figure in figures_in(executed[-1])}
    imprint = Imprint.read(study)
    page = page_from(
        executed[-1],
        settings,
        MadeFrom.of(study, settings.set_name, inputs, _read_for(study, build, argument)),
        linked_data(imprint, inquiry, argument, _datasets(study, build)),
    )
    citations = [
        citation(document.source, imprint.document_types)
        for document in cited_documents(inquiry, argument, imprint.article)
    ]
    figures = (report.figures | shown).values()
    return {
        **{build.notebooks / path.name: path.read_text(encoding="utf-8") for path in executed},
        **exports_of(build, inquiry, argument, figures, citations),
        **whole_tables(study, build, inquiry.provenance),
        build.page: page,
    }


def strangers(build: Build, made: Collection[Path]) -> list[Path]:
    """Return what an earlier build made and this one did not, archive and print of its page too."""
    tables = {*build.tables.glob("*.csv"), *build.figures.glob("*.csv")}
    there = {*build.notebooks.glob("*.ipynb"), *tables, build.crate, build.printed}
    return sorted(there.difference(made))


def _read_for(study: Study, build: Build, argument: Argument) -> dict[str, ReadFor]:
    """What was read for each claim that a chapter recorded, and what stands on it."""
    chapters: list[tuple[Path, Sequence[Record]]] = [
        (path, records_in(build.executed / path.name)) for path in study.chapters()
    ]
    return {
        record.claim: ReadFor(
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
