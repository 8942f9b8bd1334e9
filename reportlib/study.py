"""The study: a folder of data, parameters and notebooks. The one place that spells paths."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from reportlib.errors import BadData, Fault, StudyNotFound

_PASSING = re.compile(
    r"[.#].*"  # hidden: checkpoints, what JupyterLab, emacs and vim keep while they write
    r"|.*~|~\$.*"  # the last version, and a word processor's lock
    r"|.*\.(sw.|tmp|part|partial|py[co])"
    r"|4913"  # with which vim finds out whether it may write
    r"|__pycache__"
)
"""Names of files that tools put beside those that people save."""
_HOLDS = "a study holds data/datapackage.json, params/ and notebooks/."


def _is_no_text(path: Path) -> bool:
    return any("\ud800" <= sign <= "\udfff" for sign in path.name)


def is_passing(path: Path, folder: Path) -> bool:
    """Whether a path below a folder is of what tools put beside the files that people save."""
    return any(_PASSING.fullmatch(part) for part in path.relative_to(folder).parts)


@dataclass(frozen=True)
class Build:
    """Where the artefacts of one parameter set are written; everything here is made by machines."""

    folder: Path

    @property
    def page(self) -> Path:
        """The page that readers open."""
        return self.folder / "report.html"

    @property
    def printed(self) -> Path:
        """The page as PDF, if it was printed."""
        return self.folder / "report.pdf"

    @property
    def findings(self) -> Path:
        """One record a claim, as JSON."""
        return self.folder / "findings.json"

    @property
    def findings_table(self) -> Path:
        """The same records, flat, as CSV."""
        return self.folder / "findings.csv"

    @property
    def findings_schema(self) -> Path:
        """The JSON Schema of the findings."""
        return self.folder / "findings.schema.json"

    @property
    def citations(self) -> Path:
        """The documents on the page as citation records, in CSL-JSON."""
        return self.folder / "sources.csl.json"

    @property
    def bibliography(self) -> Path:
        """The same records as BibTeX."""
        return self.folder / "sources.bib"

    @property
    def crate(self) -> Path:
        """The page, all it was made from and how, as one archive."""
        return self.folder / "report.crate.zip"

    @property
    def manifest(self) -> Path:
        """What went in and came out, with digests and times."""
        return self.folder / "run.json"

    @property
    def notebooks(self) -> Path:
        """The executed notebooks."""
        return self.folder / "notebooks"

    @property
    def figures(self) -> Path:
        """The plotted rows of each figure, as CSV."""
        return self.folder / "figures"

    def figure(self, id: str) -> Path:
        """The plotted rows of one of them."""
        return self.figures / f"{id}.csv"

    @property
    def tables(self) -> Path:
        """The tables that tests read, whole, as CSV, each row with its sources."""
        return self.folder / "tables"

    def table(self, name: str) -> Path:
        """One of them."""
        return self.tables / f"{name}.csv"

    @property
    def sources_table(self) -> Path:
        """Every document on file, as CSV."""
        return self.folder / "sources.csv"

    @property
    def work(self) -> Path:
        """What the next build goes on from, whether or not it has been published."""
        return self.folder / ".work"

    @property
    def executed(self) -> Path:
        """The notebooks as they were last executed, published or not yet."""
        return self.work / "notebooks"

    @property
    def state(self) -> Path:
        """The record of what each notebook was last executed with, by digest."""
        return self.work / "executed.json"

    @property
    def copies(self) -> Path:
        """The tables in the state in which notebooks were executed with them, by digest."""
        return self.work / "tables"

    @property
    def stamp(self) -> Path:
        """The listing of all files as make found them before the last good build."""
        return self.folder / ".stamp"

    @property
    def new_stamp(self) -> Path:
        """The listing of all files as make found them before it called a build."""
        return self.folder / ".stamp.new"

    @property
    def guard(self) -> Path:
        """Held by the one build that writes here."""
        return self.folder.with_name(f".{self.folder.name}.building")

    @property
    def failure(self) -> Path:
        """The account of a run that failed; absent after a good one."""
        return self.folder / "failure.html"

    def address(self, path: Path) -> str:
        """The address, from the page, of a file beside it."""
        return quote(path.relative_to(self.folder).as_posix())


@dataclass(frozen=True)
class Study:
    """One folder with ``data/``, ``params/`` and ``notebooks/``; results go to ``build/<set>/``."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Study:
        """Return the study that holds ``start`` (the working folder if not given).

        Raises:
            StudyNotFound: neither that folder nor one above it is a study.
        """
        here = (start if start is not None else Path.cwd()).resolve()
        for folder in (here, *here.parents):
            study = cls(folder)
            if study.is_whole:
                return study
        raise StudyNotFound(
            f"No study at {here} or above it: {_HOLDS} Start from inside one, or name it with "
            "--study."
        )

    @classmethod
    def at(cls, folder: Path) -> Study:
        """Return the study that a folder is.

        Raises:
            StudyNotFound: it is none; one above it does not count.
        """
        study = cls(folder.resolve())
        if not study.is_whole:
            raise StudyNotFound(f"{folder} is no study: {_HOLDS}")
        return study

    @property
    def is_whole(self) -> bool:
        """Whether its three folders are there."""
        return self.descriptor.is_file() and self.params.is_dir() and self.notebooks.is_dir()

    @property
    def data(self) -> Path:
        """Everything that people keep as rows."""
        return self.root / "data"

    @property
    def descriptor(self) -> Path:
        """The Data Package descriptor of every table."""
        return self.data / "datapackage.json"

    @property
    def links(self) -> Path:
        """The links from rows to their sources."""
        return self.data / "sources" / "row_sources.csv"

    def tables(self) -> list[Path]:
        """The files of the tables that tests read."""
        return sorted((self.data / "tables").glob("*.csv"))

    def is_table(self, path: Path) -> bool:
        """Whether a path is that of a table which tests read, be it there or not."""
        return path.parent == self.data / "tables" and path.suffix == ".csv"

    @property
    def params(self) -> Path:
        """The parameter sets and what each parameter means."""
        return self.root / "params"

    @property
    def meanings(self) -> Path:
        """What each parameter means."""
        return self.params / "parameters.yaml"

    @property
    def notebooks(self) -> Path:
        """The chapters and the report."""
        return self.root / "notebooks"

    @property
    def lock(self) -> Path:
        """The accepted state of every claim, and on what it rests."""
        return self.root / "verdicts.lock.json"

    @property
    def report(self) -> Path:
        """The notebook that assembles the page."""
        return self.notebooks / "report.ipynb"

    def parameter_set(self, name: str) -> Path:
        """The file of a parameter set."""
        return self.params / f"{name}.yaml"

    def set_names(self) -> list[str]:
        """The names of the parameter sets, sorted."""
        return sorted(p.stem for p in self.params.glob("*.yaml") if p != self.meanings)

    def chapters(self) -> list[Path]:
        """The chapters in reading order: every notebook but the report, by name."""
        return sorted(p for p in self.notebooks.glob("*.ipynb") if p != self.report)

    def kept(self) -> list[Path]:
        """The files below data/, whatever they are, less what passes.

        Raises:
            BadData: one has a name that cannot be written down.
        """
        below = (path for path in self.data.rglob("*") if not is_passing(path, self.data))
        kept = [path for path in below if path.is_file()]
        unreadable = [path for path in kept if _is_no_text(path)]
        if unreadable:
            raise BadData(
                [
                    Fault(f"data/, {path.name!r}", "has a name that is not UTF-8", "Rename it.")
                    for path in unreadable
                ]
            )
        return kept

    def inputs(self) -> list[Path]:
        """Every file that people write and a page is made from."""
        return [
            *self.kept(),
            *self.params.glob("*.yaml"),
            *self.notebooks.glob("*.ipynb"),
            *([self.lock] if self.lock.is_file() else []),
        ]

    def build(self, set_name: str) -> Build:
        """Where the artefacts of that parameter set are."""
        return Build(self.root / "build" / set_name)

    @property
    def drawings(self) -> Path:
        """The charts that were drawn for any parameter set, by what they were drawn from."""
        return self.root / "build" / ".drawings"

    def relative(self, path: Path) -> str:
        """The path as it is written in messages and manifests: from the study, with slashes."""
        return path.relative_to(self.root).as_posix()
