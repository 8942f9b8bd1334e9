"""The past: the inputs with which the lock was accepted, as git has them."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from reportlib.errors import NotInHistory, ReportError
from reportlib.execute.inputs import digest_data, digest_parameters, is_data, join_descriptors
from reportlib.load.datapackage import Descriptor
from reportlib.model.snapshots import Causes
from reportlib.model.vocabulary import Cause
from reportlib.review.verdict_lock import VerdictLock
from reportlib.study import Study

_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY")
"""Set where git itself calls; they would name another folder than the study's."""

_REFUSALS = {
    "not a git repository": "The study stands in no git repository.",
    "does not have any commits": "Its git repository has no commit yet.",
    "dubious ownership": "Git refuses another user's repository; see its safe.directory.",
}
"""What git says, and what is told of it: without paths, since the page tells it, too."""


@dataclass(frozen=True)
class Past:
    """Data and parameters as they were committed with the lock."""

    study: Study
    """Without notebooks."""
    commit: str
    strayed: Causes
    """The parts that were committed otherwise than they were accepted: as a rule none."""


def accepted_inputs(study: Study, lock: VerdictLock, folder: Path) -> Past:
    """Put data and parameters as they were at the lock's last commit into a folder.

    Raises:
        NotInHistory: there is no git or no such commit, or its data cannot be read.
    """
    where = study.relative(study.lock)
    if shutil.which("git") is None:
        raise NotInHistory("Git is not installed.")
    commit = _git(study, "log", "-1", "--format=%H", "--", where).decode().strip()
    if not commit:
        raise NotInHistory(f"{where} has not been committed.")
    if _git(study, "diff", "--name-only", commit, "--", where):
        raise NotInHistory(f"{where} has been written anew and is not committed.")
    kept = [study.relative(study.data), study.relative(study.params)]
    archive = _git(study, "archive", "--format=zip", commit, "--", *kept)
    with ZipFile(io.BytesIO(archive)) as packed:
        packed.extractall(folder)
    past = Past(Study(folder), commit[:12], _strayed(Study(folder), lock, commit[:12]))
    if past.strayed and _git(study, "rev-parse", "--is-shallow-repository").strip() == b"true":
        raise NotInHistory(
            f"This clone is shallow and lacks the commit of {where}: see `git fetch --unshallow`."
        )
    return past


def _strayed(past: Study, lock: VerdictLock, commit: str) -> Causes:
    try:
        digests = {
            Cause.PARAMETERS: digest_parameters(past),
            Cause.DATA: digest_data(past),
        }
    except (OSError, ReportError) as problem:
        told = " ".join(str(problem).split()).replace(f"{past.root}/", "")
        raise NotInHistory(f"The data of commit {commit} cannot be read: {told}") from problem
    return tuple(part for part, digest in digests.items() if digest != lock.inputs.get(part))


def composed(folder: Path, *, method: Study, parameters: Study, data: Study) -> Study:
    """Put a study together in a folder: its method, its parameters and its data from three."""
    study = Study(folder)
    folder.mkdir()
    shutil.copytree(parameters.params, study.params)
    study.notebooks.mkdir()
    for path in method.notebooks.glob("*.ipynb"):
        shutil.copy(path, study.notebooks)
    files = [
        (origin, resource.path)
        for origin, wanted in ((data, True), (method, False))
        for resource in Descriptor.read(origin).resources.values()
        if is_data(resource) is wanted
    ]
    for origin, path in files:
        target = study.root / origin.relative(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    content = json.dumps(join_descriptors(method, data), ensure_ascii=False)
    study.descriptor.write_text(content, encoding="utf-8")
    return study


def _git(study: Study, *arguments: str) -> bytes:
    """What git says in the study's folder."""
    kept = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
    around = kept | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
    done = subprocess.run(
        ["git", "-C", str(study.root), *arguments], capture_output=True, env=around, check=False
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace")
        known = (told for words, told in _REFUSALS.items() if words in said)
        raise NotInHistory(next(known, f"`git {arguments[0]}` failed in the study's folder."))
    return done.stdout
