"""Builds that are killed, whenever that is: no half page, no wrong page, no lost page."""

from __future__ import annotations

import json
import os
import random
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import pytest

from reportlib.execute.process_pool import find_descendants
from reportlib.study import Study
from tests.build.test_build import artefacts, replace
from tests.conftest import TINY, copy_of, in_notebook, set_cell
from tests.processes import assert_gone
from tests.warm_builds import WarmBuilds, said

KILLS = int(os.environ.get("KILLS", "20"))
"""How many builds are killed at random moments, half of them in each of two studies."""


def in_code(study: Study) -> None:
    in_notebook(study, "len(chapter.data.works)", "len(chapter.data.works) + 100")


def in_prose(study: Study) -> None:
    replace(study, "## The rows", "## The rows of this day")
    replace(study, "## Then and now", "## Now and then", "report.ipynb")


def in_a_row(study: Study) -> None:
    set_cell(study, "tables/works.csv", "painting", "closed_to", "everyone")


def in_a_parameter(study: Study) -> None:
    replace(study, 'closures: str = "whole"', 'closures: str = "any"')
    base = study.parameter_set("base")
    base.write_text(base.read_text(encoding="utf-8").replace("whole", "any"), encoding="utf-8")


def nowhere(_study: Study) -> None:
    """As it was: whatever was edited before is undone."""


EDITS: tuple[Callable[[Study], None], ...] = (
    nowhere, in_a_row, in_a_parameter, in_prose, in_code,
)  # fmt: skip


def edit(study: Study, change: Callable[[Study], None]) -> None:
    """Put a study into the state of one edit, and of no other."""
    for original in Study(TINY).inputs():
        (study.root / original.relative_to(TINY)).write_bytes(original.read_bytes())
    change(study)


@pytest.fixture(scope="module")
def whole(
    builds: WarmBuilds, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[Callable[[Study], None], Study]:
    """Every state, built from nothing in a study of its own."""
    studies = {change: copy_of(TINY, tmp_path_factory.mktemp("whole") / "s") for change in EDITS}
    for change, study in studies.items():
        edit(study, change)
    started = [builds.start(study) for study in studies.values()]
    assert [builds.status(one) for one in started] == [0] * len(EDITS)
    pages = {study.build("base").page.read_bytes() for study in studies.values()}
    assert len(pages) == len(EDITS)
    return studies


def assert_nothing_is_half_or_wrong(
    study: Study, whole: Mapping[Callable[[Study], None], Study], pages: set[bytes]
) -> None:
    """Each file is that of a whole build of some state, and the page is one of those given."""
    known = [artefacts(one) for one in whole.values()]
    found = artefacts(study)
    assert study.build("base").page.read_bytes() in pages
    for name in (name for name in found if not Path(name).name.startswith(".")):
        assert found[name] in [one.get(name) for one in known], name
    manifest = json.loads(study.build("base").manifest.read_text(encoding="utf-8"))
    assert sorted(manifest["artefacts"]) == sorted(known[0])


@pytest.mark.parametrize("lane", [1, 2])
def test_builds_that_are_killed_at_any_moment_never_show_a_half_or_wrong_page_and_are_mended(
    lane: int,
    builds: WarmBuilds,
    whole: Mapping[Callable[[Study], None], Study],
    scratch: Path,
    tmp_path: Path,
) -> None:
    study, draw = copy_of(TINY, tmp_path / "a study"), random.Random(lane)
    began = monotonic()
    assert builds.run(study) == 0
    lasts = monotonic() - began
    state: Callable[[Study], None] = nowhere
    for _ in range(KILLS // 2):
        state = draw.choice([change for change in EDITS if change != state])
        shown = study.build("base").page.read_bytes()
        edit(study, state)
        build = builds.start(study)
        sleep(draw.uniform(0, lasts))
        started = find_descendants(build)
        with suppress(ProcessLookupError):
            os.kill(build, signal.SIGKILL)
        for one in started if draw.random() < 0.3 else ():
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        assert builds.status(build) in (-signal.SIGKILL, 0), said(study)
        assert_gone(started)
        assert_nothing_is_half_or_wrong(
            study, whole, {shown, whole[state].build("base").page.read_bytes()}
        )
    assert builds.run(study) == 0, said(study)
    assert artefacts(study) == artefacts(whole[state])
    assert list(scratch.iterdir()) == []


KILL_AT = """
import os, signal
from pathlib import Path
main, put, left = os.getpid(), Path.replace, [{number}]
def put_or_end(path, place):
    if os.getpid() == main:
        if left[0] == 0:
            os.kill(main, signal.SIGKILL)
        left[0] -= 1
    return put(path, place)
Path.replace = put_or_end
"""
"""Ends a build before it puts a certain file into its place."""


def test_a_build_that_is_killed_between_any_two_files_leaves_each_of_them_whole(
    builds: WarmBuilds, whole: Mapping[Callable[[Study], None], Study], tmp_path: Path
) -> None:
    study = copy_of(TINY, tmp_path / "a study")
    assert builds.run(study) == 0
    pages = {whole[one].build("base").page.read_bytes() for one in (nowhere, in_a_row)}
    edit(study, in_a_row)
    number = 0
    while (status := builds.run(study, first=KILL_AT.format(number=number))) != 0:
        assert status == -signal.SIGKILL, said(study)
        assert_nothing_is_half_or_wrong(study, whole, pages)
        number += 1
    assert number >= len(artefacts(study))
    assert artefacts(study) == artefacts(whole[in_a_row])
