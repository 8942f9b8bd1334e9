"""The page on a phone of the middle price: what Lighthouse takes off for its speed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reportlib.study import Study
from tests.bench.load import Load
from tests.bench.timing import Line, held, line
from tests.built_study import built_as_people_do
from tests.conftest import copy_of
from tests.page_checkers import lighthouse, served

MOST = 5
"""Points of a hundred that may be missing."""


def measure(folder: Path, original: Study, load: Load) -> Iterator[Line]:
    """Build the page of this article, and let Lighthouse load it some times.

    How busy it keeps a processor depends on what else runs there, so this is no test.
    """
    if not load.article:
        return
    study = copy_of(original.root, folder / "study")
    built_as_people_do(study).check_returncode()
    try:
        with served(study.build("base").page) as address:
            reports = [lighthouse(address, "performance") for _ in range(load.times)]
    except pytest.skip.Exception as lacking:
        print(f"the page is not measured: {lacking}", file=sys.stderr)
        return
    missing = [100 - 100 * one["categories"]["performance"]["score"] for one in reports]
    yield held(line("the page on a phone", "points that are missing of 100", missing, ""), MOST)
