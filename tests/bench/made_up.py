"""A made-up study of any size, written as files and read as every other study is."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from reportlib.assess.assessment import Assessment
from reportlib.assess.claim_test import ClaimTest
from reportlib.load.data_view import DataView
from reportlib.load.parameters import Parameters
from reportlib.load.study_data import StudyData
from reportlib.model.findings import Finding
from reportlib.study import Study
from tests.bench.lines import SORTS, Line, files_of
from tests.bench.size import WORDS, Size

TITLE = "made-up"
DATED = ("day", "known_from", "from", "to")
EMPTY = {
    "chain/edges": ("child", "parent", "relation"),
    "chain/rivals": ("claim", "reading"),
    "chain/consistency": ("key", "about", "relation", "tolerance", "concerns", "note"),
    "chain/printed": ("consistency", "place", "locator", "claim", "part", "value"),
}
"""The columns of files in which nothing is made up."""


@dataclass(frozen=True)
class MadeUp:
    """A study that was made up, with the tests of its claims."""

    study: Study
    size: Size

    @classmethod
    def write(cls, folder: Path, size: Size) -> MadeUp:
        """Write a study into a folder; the same size gives the same bytes."""
        study = Study(folder)
        described = [_written(study, name, lines) for name, lines in files_of(size).items()]
        described += [_written(study, name, [], columns) for name, columns in EMPTY.items()]
        descriptor = {"name": TITLE, "resources": described}
        study.descriptor.write_text(json.dumps(descriptor), encoding="utf-8")
        _write_parameters(study)
        study.notebooks.mkdir(exist_ok=True)
        return cls(study, size)

    def open(self) -> Assessment:
        """Read it."""
        parameters = Parameters.read(self.study)
        return Assessment(StudyData.read(self.study, parameters), parameters.settings())

    def tests(self) -> dict[str, ClaimTest]:
        """The tests of its claims: each counts the acts at one place."""
        size = self.size
        names = tuple(f"sort_{sort}" for sort in SORTS[: size.turns_on])
        return {
            claim: ClaimTest(
                claim, _counting(self.size.table(number), self.size.place(number)), names
            )
            for number in self.size.checkable
            for claim in [self.size.id(number)]
        }


def _counting(table: str, place: str) -> Callable[..., Finding]:
    def acts_at_the_place(data: DataView, **sorts: str) -> Finding:
        acts = data.rows(table, **sorts)
        acts = acts[acts.place.eq(place)]
        return Finding(len(acts), acts.index, "acts")

    return acts_at_the_place


def _written(
    study: Study, name: str, lines: Iterable[Line], columns: Iterable[str] = ()
) -> dict[str, Any]:
    """Write a file, and return how the descriptor describes it."""
    path = study.data / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = list(columns)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if columns:
            writer.writerow(columns)
        for line in lines:
            if not columns:
                columns = list(line)
                writer.writerow(columns)
            writer.writerow(line.values())
    fields = [{"name": one, "type": "date" if one in DATED else "string"} for one in columns]
    return {"name": path.stem, "path": f"{name}.csv", "schema": {"fields": fields}}


def _write_parameters(study: Study) -> None:
    sorts = {f"sort_{sort}": f"word_{sort}" for sort in SORTS}
    days = {"from": "2015-01-01", "to": "2018-12-31"}
    meanings = {
        "as_of": _asked(days=days),
        "outcomes_until": _asked(days=days),
        "source_floor": _asked(values={grade: {"label": grade} for grade in "CBA"}),
        **{
            sort: _asked(
                values={
                    value: {"label": value, "rows": {column: list(words)}}
                    for value, words in WORDS.items()
                }
            )
            for sort, column in sorts.items()
        },
    }
    base = {
        "as_of": "2017-06-30",
        "outcomes_until": "2018-12-31",
        "source_floor": "C",
        **dict.fromkeys(sorts, "second"),
    }
    study.params.mkdir(exist_ok=True)
    for path, content in ((study.meanings, meanings), (study.parameter_set("base"), base)):
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def _asked(**about: Mapping[str, Any]) -> dict[str, Any]:
    return {"label": "Made up", "question": "Which?", "why": "Made up.", **about}
