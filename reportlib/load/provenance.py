"""Provenance: the documents of a study, and which of them stand behind each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reportlib.load.csv_rows import CsvRow, CsvRows, group_by_key, make_value
from reportlib.model.evidence import Link, Source, SourceClass
from reportlib.model.vocabulary import Grade
from reportlib.study import Study


@dataclass(frozen=True)
class Provenance:
    """Documents, the classes in which they speak, and the links from rows to them."""

    sources: Mapping[str, Source]
    classes: Mapping[str, SourceClass]
    links: Mapping[str, tuple[Link, ...]]
    """The sources of each row, by reference."""

    @classmethod
    def read(cls, study: Study) -> Provenance:
        """Read ``data/sources/``.

        Raises:
            BadData: with every fault of the data package.
        """
        with CsvRows(study) as rows:
            classes = {
                row["class"]: make_value(
                    SourceClass,
                    row,
                    name=row["class"],
                    grade=Grade(row["grade"]),
                    primary=row["primary"] == "yes",
                )
                for row in rows.of("classes")
            }
            sources = {
                row["source"]: make_value(Source, row, id=row["source"])
                for row in rows.of("sources")
            }
            links = group_by_key(
                (link.row, link)
                for row in rows.of("row_sources")
                for link in [_link(row, classes[row["class"]])]
            )
        return cls(sources, classes, links)


def _link(row: CsvRow, source_class: SourceClass) -> Link:
    reference = f"{row['table']}#{row['key']}"
    return Link(reference, row["source"], row["origin"], source_class, row["locator"], row["note"])
