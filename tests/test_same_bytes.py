"""The real study gives the same bytes wherever and however it is built; the tiny: test_build."""

from __future__ import annotations

from pathlib import Path

from reportlib.study import Study
from tests.built_study import WAYS, started
from tests.conftest import copy_of
from tests.test_build import assert_same_bytes


def test_the_real_study_gives_the_same_bytes_wherever_and_however_it_is_built(
    built: Study, tmp_path: Path
) -> None:
    other = copy_of(built.root, tmp_path / "another folder")
    build = started(other, *WAYS[1])
    said, _ = build.communicate()
    assert build.returncode == 0, said
    assert_same_bytes(built, other)
