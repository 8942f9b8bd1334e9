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


def is_passing(path: Path, folder: Path) -> bool:
    """Return whether a file below a folder is one that tools put beside those that people save."""
    return any(_PASSING.fullmatch(part) for part in path.relative_to(folder).parts)


class _Below:
    """A path below the folder of a study or of a build."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __get__(self, instance: Study | Build, _owner: type) -> Path:
        folder = instance.root if isinstance(instance, Study) else instance.folder
        return folder / self._path


@dataclass(frozen=True)
class Build:
    """The folder of one parameter set, in which machines write everything."""

    folder: Path

    page = _Below("report.html")
    """The page that readers open."""
    printed = _Below("report.pdf")
    """The page as PDF, if it was printed."""
    findings = _Below("findings.json")
    """One record a claim, as JSON."""
    findings_table = _Below("findings.csv")
    """The same records, flat, as CSV."""
    findings_schema = _Below("findings.schema.json")
    """The JSON Schema of the findings."""
    citations = _Below("sources.csl.json")
    """The documents on the page as citation records, in CSL-JSON."""
    bibliography = _Below("sources.bib")
    """The same records as BibTeX."""
    crate = _Below("report.crate.zip")
    """The page, all it was made from and how, as one archive."""
    manifest = _Below("run.json")
    """The record of what was published: inputs and artefacts, with digests and times."""
    notebooks = _Below("notebooks")
    """The executed notebooks."""
    figures = _Below("figures")
    """The plotted rows of each figure, as CSV."""
    tables = _Below("tables")
    """The tables that tests read, whole, as CSV, each row with its sources."""
    sources_table = _Below("sources.csv")
    """Every document on file, as CSV."""
    failure = _Below("failure.html")
    """The report of a build that failed; absent after a good one."""
    work = _Below(".work")
    """The folder from which the next build goes on, whether or not it has been published."""
    executed = _Below(".work/notebooks")
    """The notebooks as they were last executed, published or not yet."""
    state = _Below(".work/executed.json")
    """The record of what each notebook was last executed with, by digest."""
    copies = _Below(".work/tables")
    """The tables in the state in which notebooks were executed with them, by digest."""
    stamp = _Below(".stamp")
    """The listing of all files as make found them before the last good build."""
    new_stamp = _Below(".stamp.new")
    """The listing of all files as make found them before it called a build."""

    @property
    def guard(self) -> Path:
        """The file that is held by the one build that writes here."""
        return self.folder.with_name(f".{self.folder.name}.building")

    def figure(self, id: str) -> Path:
        """The plotted rows of one figure."""
        return self.figures / f"{id}.csv"

    def table(self, name: str) -> Path:
        """One of the published tables."""
        return self.tables / f"{name}.csv"

    def address(self, path: Path) -> str:
        """The address, from the page, of a file beside it."""
        return quote(path.relative_to(self.folder).as_posix())


@dataclass(frozen=True)
class Study:
    """One folder with ``data/``, ``params/`` and ``notebooks/``; results go to ``build/<set>/``."""

    root: Path

    data = _Below("data")
    """The folder of everything that people keep as rows."""
    descriptor = _Below("data/datapackage.json")
    """The Data Package descriptor of every table."""
    links = _Below("data/sources/row_sources.csv")
    """The links from rows to their sources."""
    params = _Below("params")
    """The folder of the parameter sets."""
    meanings = _Below("params/parameters.yaml")
    """The meaning of each parameter."""
    notebooks = _Below("notebooks")
    """The folder of the chapters and the report."""
    report = _Below("notebooks/report.ipynb")
    """The notebook that assembles the page."""
    lock = _Below("verdicts.lock.json")
    """The accepted state of every claim, and on what it rests."""
    drawings = _Below("build/.drawings")
    """The charts that were drawn for any parameter set, by what they were drawn from."""

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
        """True if its three folders are there."""
        return self.descriptor.is_file() and self.params.is_dir() and self.notebooks.is_dir()

    def tables(self) -> list[Path]:
        """The files of the tables that tests read."""
        return sorted((self.data / "tables").glob("*.csv"))

    def is_table(self, path: Path) -> bool:
        """Return whether a path is that of a table which tests read, be it there or not."""
        return path.parent == self.data / "tables" and path.suffix == ".csv"

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
        faults = [
            Fault(f"data/, {path.name!r}", "has a name that is not UTF-8", "Rename it.")
            for path in kept
            if any("\ud800" <= sign <= "\udfff" for sign in path.name)
        ]
        if faults:
            raise BadData(faults)
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
        """The build of a parameter set."""
        return Build(self.root / "build" / set_name)

    def relative(self, path: Path) -> str:
        """The path as it is written in messages and manifests: from the study, with slashes."""
        return path.relative_to(self.root).as_posix()
