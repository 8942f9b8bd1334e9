"""Files appear whole or not at all, whoever else writes them, and what is left is removed."""

from __future__ import annotations

import os
from pathlib import Path
from time import monotonic

import pytest

from reportlib.errors import NotWritten
from reportlib.execute import drawings
from reportlib.execute.files import write_atomically, write_together
from tests.notebook_runs import fresh_processes

LONG = 1.5
"""Seconds, which is longer than one process takes to begin after the other."""


def write_for_long(path: Path, content: str) -> None:
    until = monotonic() + LONG
    while monotonic() < until:
        write_atomically(path, content)


def test_a_file_that_two_processes_write_at_once_is_that_of_one_of_them(tmp_path: Path) -> None:
    path, contents = tmp_path / "drawing.svg", ("a" * 50_000, "b" * 60_000)
    with fresh_processes(2) as submit:
        for writing in [submit(write_for_long, path, content) for content in contents]:
            writing.result()

    assert path.read_text(encoding="utf-8") in contents
    assert list(tmp_path.iterdir()) == [path]


def test_of_files_that_belong_together_none_is_new_if_one_cannot_be_written(
    tmp_path: Path,
) -> None:
    first, stranger, last = tmp_path / "first", tmp_path / "stranger", tmp_path / "last" / "x"
    for path in (first, stranger, last.parent):
        path.write_text("old", encoding="utf-8")

    with pytest.raises(NotWritten, match=r"last/x cannot be written \(File exists\)"):
        write_together({first: "new", last: "new"}, gone=[stranger])

    assert first.read_text(encoding="utf-8") == stranger.read_text(encoding="utf-8") == "old"
    assert len(list(tmp_path.iterdir())) == 3


def test_what_killed_builds_left_of_drawings_is_removed_once_nobody_can_be_writing_it(
    tmp_path: Path,
) -> None:
    forgotten, at_work = tmp_path / ".a.svg.1.partial", tmp_path / ".b.svg.2.partial"
    for path in (forgotten, at_work):
        path.write_text("<svg", encoding="utf-8")
    os.utime(forgotten, (1_000, 1_000))

    drawings.trim_cache(tmp_path)

    assert list(tmp_path.iterdir()) == [at_work]
