"""Provenance: the documents of a study, and which of them stand behind each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reportlib.load.csv_rows import CsvRows, group_by_key
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
        with CsvRows(study) as lines:
            classes = {
                line["class"]: SourceClass(
                    line["class"], Grade(line["grade"]), line["primary"] == "yes", line["meaning"]
                )
                for line in lines.of("classes")
            }
            sources = {
                line["source"]: Source(
                    id=line["source"],
                    **{column: line[column] for column in line if column != "source"},
                )
                for line in lines.of("sources")
            }
            links = group_by_key(
                (
                    row := f"{line['table']}#{line['key']}",
                    Link(
                        row,
                        line["source"],
                        line["origin"],
                        classes[line["class"]],
                        line["locator"],
                        line["note"],
                    ),
                )
                for line in lines.of("row_sources")
            )
        return cls(sources, classes, links)
