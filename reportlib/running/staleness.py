"""Staleness: whether an executed notebook is what today's inputs would give, and if not why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlib.reading.parameters import Parameters, Settings
from reportlib.running.digests import (
    digest_of_bytes,
    digest_of_code,
    digest_of_environment,
    digest_of_parameter,
    digests_of_inputs,
    digests_of_modules,
    parameters_named,
)
from reportlib.running.executed import Executed
from reportlib.running.seen import Seen
from reportlib.study import Study

_NAMED = 2
"""So many reasons stand in a line; `make why` has all."""


@dataclass(frozen=True)
class Reason:
    """Why a notebook is stale."""

    what: str
    """A file, a parameter, or a part of the run."""
    was: str
    now: str
    claims: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The reason in a line."""
        digests = f" ({self.was[:8]} -> {self.now[:8]})" if self.was else ""
        claims = f", which {', '.join(self.claims)} rest on" if self.claims else ""
        return f"{self.what}{digests}{claims}"


def in_brief(found: Sequence[Reason]) -> str:
    """Return some reasons in one line: the first of them, and how many more there are."""
    more = len(found) - _NAMED
    return "; ".join([*map(str, found[:_NAMED]), *([f"and {more} more"] if more > 0 else [])])


def reasons(
    study: Study,
    notebook: Path,
    artefact: Path,
    executed: Executed | None,
    parameters: Parameters,
    settings: Settings,
    reads: Iterable[str] = (),
) -> list[Reason]:
    """Return why a notebook must be executed; nothing, if it need not.

    Args:
        study: the study as it is now.
        notebook: as people keep it.
        artefact: as it was executed.
        executed: what it was executed with; None if that is not known.
        parameters: what the parameters mean now.
        settings: what is chosen now.
        reads: files that it reads now, whether or not it did before.
    """
    if executed is None:
        return [Reason("it was not run yet", "", "")]
    files = Seen((*executed.inputs, *reads), tuple(executed.library))
    now = digests_of(study, notebook, files, executed.parameters, parameters, settings)
    found = [
        Reason("its code", executed.code, now.code),
        Reason("the environment", executed.environment, now.environment),
        *_between(executed.library, now.library),
        *_between(executed.inputs, now.inputs, executed),
        *_between(executed.parameters, now.parameters, executed),
        Reason("its executed notebook", executed.artefact, digest_of_bytes(artefact)),
    ]
    return [reason for reason in found if reason.was != reason.now]


def digests_of(
    study: Study,
    notebook: Path,
    seen: Seen,
    named: Iterable[str],
    parameters: Parameters,
    settings: Settings,
) -> Executed:
    """Return the digests of today of what a notebook is executed with; nothing has come out yet."""
    names = {*named, *parameters_named(notebook, parameters)} & parameters.by_name.keys()
    return Executed(
        code=digest_of_code(notebook),
        inputs=digests_of_inputs(study, set(seen.study)),
        parameters={n: digest_of_parameter(n, parameters, settings) for n in sorted(names)},
        library=digests_of_modules(seen.library),
        environment=digest_of_environment(),
        source=digest_of_bytes(notebook),
        artefact="",
        claims={},
    )


def _between(
    was: Mapping[str, str], now: Mapping[str, str], executed: Executed | None = None
) -> Iterator[Reason]:
    for name in sorted(was.keys() | now.keys()):
        old, new = was.get(name, ""), now.get(name, "")
        touched = executed.touched_by(name) if executed is not None and old != new else ()
        yield Reason(name, old, new, touched)
