"""The plan: which notebooks must be executed, which only get other prose, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reportlib.reading.parameters import Parameters, Settings
from reportlib.running.digests import digest_of_bytes
from reportlib.running.executed import Memory
from reportlib.running.manifest import inputs_of, is_published
from reportlib.running.staleness import Reason, reasons
from reportlib.study import Build, Study


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


def plan(
    study: Study, build: Build, memory: Memory, parameters: Parameters, settings: Settings
) -> Plan:
    """Compare what was executed with what is there now.

    The report is stale with any of its chapters, since it reads what they found.
    """
    ask = partial(why, study, build, memory, parameters, settings)
    notebooks = [*study.chapters(), study.report]
    stale = {notebook: found for notebook in notebooks if (found := ask(notebook))}
    if stale and study.report not in stale:
        stale[study.report] = [Reason("its chapters", "", "")]
    reworded = [
        notebook
        for notebook in notebooks
        if notebook not in stale and has_other_prose(memory, notebook)
    ]
    return Plan(stale, reworded, not is_published(build, memory, inputs_of(study)))


def has_other_prose(memory: Memory, notebook: Path) -> bool:
    """Return whether the prose of a notebook that is not stale was edited since it was executed."""
    return memory.notebooks[notebook.name].source != digest_of_bytes(notebook)


def why(
    study: Study,
    build: Build,
    memory: Memory,
    parameters: Parameters,
    settings: Settings,
    notebook: Path,
) -> list[Reason]:
    """Return why one notebook must be executed; nothing, if it need not."""
    read = [study.relative(build.executed / chapter.name) for chapter in study.chapters()]
    return reasons(
        study,
        notebook,
        build.executed / notebook.name,
        memory.notebooks.get(notebook.name),
        parameters,
        settings,
        reads=read if notebook == study.report else (),
    )
