"""The plan of a build: which notebooks are stale, which only get other prose, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reportlib.execute.file_tracking import OpenedFiles
from reportlib.execute.input_snapshot import InputSnapshot, Reason
from reportlib.execute.inputs import (
    digest_environment,
    digest_file,
    digest_inputs,
    digest_modules,
    digest_parameter,
    find_named_parameters,
)
from reportlib.execute.state import BuildContext, ExecutionRecord, is_published
from reportlib.execute.table_copies import describe_row_changes
from reportlib.study import Study


def snapshot_execution(
    context: BuildContext, notebook: Path, files: OpenedFiles, named: Collection[str]
) -> InputSnapshot:
    """Return the snapshot of today of what a notebook is executed with.

    Args:
        context: the study as it is now.
        notebook: as people keep it; its own code counts.
        files: what its execution was seen to open.
        named: parameters that it names in other ways than by its code.
    """
    study, parameters = context.study, context.parameters
    named = find_named_parameters(notebook, parameters).union(named) & parameters.by_name.keys()
    return InputSnapshot(
        inputs=digest_inputs(study, {study.relative(notebook), *files.study}),
        library=digest_modules(files.library),
        environment=digest_environment(),
        parameters={
            name: digest_parameter(name, parameters, context.settings) for name in sorted(named)
        },
    )


def explain_staleness(
    context: BuildContext, notebook: Path, executed: ExecutionRecord | None = None
) -> list[Reason]:
    """Return why a notebook must be executed; nothing, if it need not.

    Args:
        context: the study as it is now.
        notebook: as people keep it.
        executed: what it was executed with, if that was under another parameter set.
    """
    study, build = context.study, context.build
    record = executed or context.state.notebooks.get(notebook.name)
    if record is None:
        return [Reason("it was not run yet")]
    opened = set(record.inputs)
    if notebook == study.report:  # it reads every chapter, also one that is new
        opened |= {study.relative(build.executed / path.name) for path in study.chapters()}
    files = OpenedFiles(tuple(opened), tuple(record.library))
    now = snapshot_execution(context, notebook, files, record.parameters)
    reasons = []
    for reason in record.diff(now):
        name = reason.what
        if name == study.relative(notebook):
            reasons.append(Reason("its code changed"))
        elif name in record.inputs and (rows := describe_row_changes(study, build, name, record)):
            reasons.append(Reason(name, rows, record.list_claims_on(name)))
        elif name in now.inputs or name.startswith("parameter "):
            reasons.append(replace(reason, claims=record.list_claims_on(name)))
        else:
            reasons.append(reason)
    if executed is None and digest_file(build.executed / notebook.name) != record.artefact:
        reasons.append(Reason("its executed notebook was altered or is gone"))
    return reasons


@dataclass(frozen=True)
class Plan:
    """The work of a build."""

    stale: Mapping[Path, Sequence[Reason]]
    """The notebooks to execute, the report last."""
    reworded: Sequence[Path]
    """Those of which only the prose was edited."""
    unpublished: bool
    """Whether what is published differs from what was made of the last executions."""

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.stale or self.reworded or self.unpublished)

    @property
    def lines(self) -> list[str]:
        """The plan in words, a line for each reason."""
        lines = [
            f"{notebook.name} is stale: {reason}"
            for notebook, reasons in self.stale.items()
            for reason in reasons
        ]
        lines += [f"{notebook.name} has other prose" for notebook in self.reworded]
        if self.unpublished and not lines:
            lines.append("the page is not what would be made now; nothing needs to be executed")
        return lines or ["nothing is stale"]


def make_plan(context: BuildContext) -> Plan:
    """Compare what was executed with what is there now.

    The report is stale with any of its chapters, since it reads what they found.
    """
    study = context.study
    notebooks = [*study.chapters(), study.report]
    stale = {path: reasons for path in notebooks if (reasons := explain_staleness(context, path))}
    if stale and study.report not in stale:
        stale[study.report] = [Reason("its chapters are executed again")]
    fresh = [path for path in notebooks if path not in stale]
    reworded = [path for path in fresh if has_prose_update(context, path)]
    return Plan(stale, reworded, not is_published(context))


def has_prose_update(context: BuildContext, notebook: Path) -> bool:
    """Return whether the prose of a notebook that is not stale was edited since it was executed."""
    return context.state.notebooks[notebook.name].source != digest_file(notebook)


def plan_build(study: Study, set_name: str) -> Plan:
    """Return the plan of a build, which is not carried out.

    Raises:
        BadParameters: with every fault at once.
    """
    return make_plan(BuildContext.read(study, set_name))
