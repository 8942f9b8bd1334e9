"""Sharing: what one parameter set has executed serves every other that gives it the same inputs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import nbformat

from reportlib.reading.parameters import Parameters, Settings
from reportlib.running.digests import digest_of_bytes, digest_of_text
from reportlib.running.executed import Executed, Memory
from reportlib.running.namespace import INJECTED_TAG, PARAMETER_SET
from reportlib.running.rewording import reworded
from reportlib.running.staleness import reasons
from reportlib.study import Study


def shared(
    study: Study, notebook: Path, parameters: Parameters, settings: Settings
) -> tuple[str, str, Executed] | None:
    """Return a chapter as another set has executed it, if its inputs are the same under this one.

    A chapter shows nothing of a set but the values that its code names, so what comes out is what
    executing it would give.

    Returns:
        The name of that set, the executed notebook with this set's name in it and today's prose,
        and what it rests on; None, if it must be executed.
    """
    for name in study.set_names():
        build = study.build(name)
        artefact = build.executed / notebook.name
        executed = Memory.read(build).notebooks.get(notebook.name)
        if executed is None or name == settings.set_name or not artefact.is_file():
            continue
        text = artefact.read_text(encoding="utf-8")
        if digest_of_text(text) != executed.artefact:  # another build is at work there
            continue
        if not reasons(study, notebook, artefact, executed, parameters, settings):
            source = digest_of_bytes(notebook)  # first: what is saved from now on is seen next
            given = _under(settings.set_name, reworded(notebook, text))
            return name, given, replace(executed, source=source, artefact=digest_of_text(given))
    return None


def _under(set_name: str, text: str) -> str:
    """The notebook with another set's name among the parameters that were put in."""
    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        if INJECTED_TAG in cell.metadata.get("tags", []):
            cell.source = "\n".join(
                f"{PARAMETER_SET} = {json.dumps(set_name)}"
                if line.startswith(f"{PARAMETER_SET} = ")
                else line
                for line in cell.source.split("\n")
            )
    return f"{nbformat.writes(notebook)}\n"
