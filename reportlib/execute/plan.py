"""The plan: which notebooks are stale, which only get other prose, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reportlib.execute.file_tracking import OpenedFiles
from reportlib.execute.inputs import (
    digest_code,
    digest_environment,
    digest_file,
    digest_inputs,
    digest_modules,
    digest_parameter,
    find_named_parameters,
)
from reportlib.execute.state import BuildState, ExecutionRecord, digest_study_inputs, is_published
from reportlib.load.parameters import Parameters, Settings
from reportlib.study import Build, Study

_REASONS_SHOWN = 2
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


def summarise_reasons(found: Sequence[Reason]) -> str:
    """Return some reasons in one line: the first of them, and how many more there are."""
    more = len(found) - _REASONS_SHOWN
    return "; ".join(
        [*map(str, found[:_REASONS_SHOWN]), *([f"and {more} more"] if more > 0 else [])]
    )


def find_reasons(
    study: Study,
    notebook: Path,
    artefact: Path,
    executed: ExecutionRecord | None,
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
    files = OpenedFiles((*executed.inputs, *reads), tuple(executed.library))
    now = digest_execution(study, notebook, files, executed.parameters, parameters, settings)
    found = [
        Reason("its code", executed.code, now.code),
        Reason("the environment", executed.environment, now.environment),
        *_between(executed.library, now.library),
        *_between(executed.inputs, now.inputs, executed),
        *_between(executed.parameters, now.parameters, executed),
        Reason("its executed notebook", executed.artefact, digest_file(artefact)),
    ]
    return [reason for reason in found if reason.was != reason.now]


def digest_execution(
    study: Study,
    notebook: Path,
    seen: OpenedFiles,
    named: Iterable[str],
    parameters: Parameters,
    settings: Settings,
) -> ExecutionRecord:
    """Return the digests of today of what a notebook is executed with; nothing has come out yet."""
    names = {*named, *find_named_parameters(notebook, parameters)} & parameters.by_name.keys()
    return ExecutionRecord(
        code=digest_code(notebook),
        inputs=digest_inputs(study, set(seen.study)),
        parameters={n: digest_parameter(n, parameters, settings) for n in sorted(names)},
        library=digest_modules(seen.library),
        environment=digest_environment(),
        source=digest_file(notebook),
        artefact="",
        claims={},
    )


def _between(
    was: Mapping[str, str], now: Mapping[str, str], executed: ExecutionRecord | None = None
) -> Iterator[Reason]:
    for name in sorted(was.keys() | now.keys()):
        old, new = was.get(name, ""), now.get(name, "")
        touched = executed.touched_by(name) if executed is not None and old != new else ()
        yield Reason(name, old, new, touched)


@dataclass(frozen=True)
class Plan:
    """What a build has to do."""

    stale: Mapping[Path, Sequence[Reason]]
    """The notebooks to execute, the report last."""
    reworded: Sequence[Path]
    """Those of which only the prose was edited."""
    unpublished: bool
    """Whether what is published is not what was made of the last execution."""

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.stale or self.reworded or self.unpublished)

    @property
    def lines(self) -> list[str]:
        """What has to be done, a line for each reason."""
        said = [
            f"{notebook.name} is stale: {reason}"
            for notebook, found in self.stale.items()
            for reason in found
        ]
        said += [f"{notebook.name} has other prose" for notebook in self.reworded]
        if self.unpublished and not said:
            said.append("the page is not what would be made now; nothing needs to be executed")
        return said or ["nothing is stale"]


def make_plan(
    study: Study, build: Build, memory: BuildState, parameters: Parameters, settings: Settings
) -> Plan:
    """Compare what was executed with what is there now.

    The report is stale with any of its chapters, since it reads what they found.
    """
    ask = partial(explain_staleness, study, build, memory, parameters, settings)
    notebooks = [*study.chapters(), study.report]
    stale = {notebook: found for notebook in notebooks if (found := ask(notebook))}
    if stale and study.report not in stale:
        stale[study.report] = [Reason("its chapters", "", "")]
    reworded = [
        notebook
        for notebook in notebooks
        if notebook not in stale and has_prose_update(memory, notebook)
    ]
    return Plan(stale, reworded, not is_published(build, memory, digest_study_inputs(study)))


def has_prose_update(memory: BuildState, notebook: Path) -> bool:
    """Return whether the prose of a notebook that is not stale was edited since it was executed."""
    return memory.notebooks[notebook.name].source != digest_file(notebook)


def explain_staleness(
    study: Study,
    build: Build,
    memory: BuildState,
    parameters: Parameters,
    settings: Settings,
    notebook: Path,
) -> list[Reason]:
    """Return why one notebook must be executed; nothing, if it need not."""
    read = [study.relative(build.executed / chapter.name) for chapter in study.chapters()]
    return find_reasons(
        study,
        notebook,
        build.executed / notebook.name,
        memory.notebooks.get(notebook.name),
        parameters,
        settings,
        reads=read if notebook == study.report else (),
    )


def plan_build(study: Study, set_name: str) -> Plan:
    """Return what a build would have to do, and why.

    Raises:
        BadParameters: with every fault at once.
    """
    parameters = Parameters.read(study)
    build = study.build(set_name)
    return make_plan(
        study, build, BuildState.read(build), parameters, parameters.settings(set_name)
    )
