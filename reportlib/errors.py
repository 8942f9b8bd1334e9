"""What can go wrong, said so that the reader knows what, where and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong: where it stands, what is wrong there, and what would be right."""

    where: str
    what: str
    allowed: str = ""

    def __str__(self) -> str:
        """Return the fault as one line."""
        hint = f" {self.allowed}" if self.allowed else ""
        return f"{self.where}: {self.what}.{hint}"


class ReportError(Exception):
    """The work cannot go on; the message says what to do."""


class FaultsFound(ReportError):
    """Several things are wrong at once; all of them are listed."""

    title = "This must be put right first"

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Keep the faults, sorted by place, and make one message of them."""
        self.faults: Sequence[Fault] = sorted(set(faults))
        count = len(self.faults)
        lines = [f"{self.title} ({count} {'fault' if count == 1 else 'faults'}):"]
        lines += [f"  {fault}" for fault in self.faults]
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[Any, ...]:
        """Cross from one process to another with every fault."""
        return type(self), (list(self.faults),)


class BadData(FaultsFound):
    """A file under data/ holds something that its description does not allow."""

    title = "The data package has faults"


class BadParameters(FaultsFound):
    """A parameter is unknown, mistyped, or has a value that it cannot have."""

    title = "The parameters have faults"


class BadNotebook(FaultsFound):
    """A notebook breaks the contract that lets it run anywhere with the same result."""

    title = "The notebooks break their contract"


class BadTest(ReportError):
    """A claim's test cannot be used as it is written."""


class StudyNotFound(ReportError):
    """No folder here or above holds data/datapackage.json, params/ and notebooks/."""


class NotBuilt(ReportError):
    """Something asks for the result of a run that has not been made."""


class NotAPage(ReportError):
    """A file is no page of this library, or not one of the study that it is held against."""


class BadLock(ReportError):
    """The lock cannot be read: it is damaged, or no lock of this library."""


class NotAccepted(ReportError):
    """There is no lock: no state of this study has been accepted yet."""


class ForeignFile(ReportError):
    """A notebook opens a file that belongs neither to its study nor to what it is run with."""


class NotWritten(ReportError):
    """A file cannot be written: the disk is full, or nothing may be written there."""

    @classmethod
    def of(cls, path: Path | None, problem: OSError) -> NotWritten:
        """Say which file, why, and what to do."""
        return cls(
            f"{path} cannot be written ({problem.strerror}). What was there before is as it was: "
            "make room, or let it be written, and build again."
        )


class SavedMeanwhile(ReportError):
    """What a page is made from was saved again and again while it was made."""


class RunFailed(ReportError):
    """A notebook stopped with an error; the page of the last good run stays in place."""

    def __init__(
        self,
        notebook: str,
        error: str,
        *,
        cell: str = "",
        claims: Sequence[str] = (),
        rows: Sequence[str] = (),
        source: str = "",
        traceback: str = "",
    ) -> None:
        """Keep what a reader of the failure needs: where it stopped, and with which words."""
        self.notebook = notebook
        self.error = error
        self.cell = cell
        self.claims = claims
        self.rows = rows
        self.source = source
        self.traceback = traceback
        super().__init__(f"{self.where}: {error}")

    @property
    def where(self) -> str:
        """The notebook, the cell and its claims, as far as they are known."""
        cell = f", cell [{self.cell}]" if self.cell else ""
        claims = f" ({', '.join(self.claims)})" if self.claims else ""
        return f"{self.notebook}{cell}{claims}"

    def __reduce__(self) -> tuple[Any, ...]:
        """Cross from one process to another with all that is known."""
        return _run_failed, (dict(vars(self)),)


class RunsFailed(ReportError):
    """Notebooks stopped with errors; what the others gave is kept."""

    def __init__(self, failures: Iterable[RunFailed]) -> None:
        """Keep the failures, in the order of the notebooks, and make one message of them."""
        self.failures: Sequence[RunFailed] = sorted(failures, key=lambda one: one.notebook)
        super().__init__("\n".join(map(str, self.failures)))


class Stopped(KeyboardInterrupt):
    """Somebody, or the system, asked this process to end."""

    def __init__(self, number: int) -> None:
        """Keep the number of the signal."""
        self.number = number
        super().__init__(number)


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return a sentence with the nearest valid name, or with all of them.

    Example: ``did_you_mean("partys", ["parties"])`` is ``'Did you mean "parties"?'``.
    """
    known = sorted(names)
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f'Did you mean "{near[0]}"?'
    return f"Known: {', '.join(known)}." if known else "None is known."


def _run_failed(told: dict[str, Any]) -> RunFailed:
    return RunFailed(**told)
