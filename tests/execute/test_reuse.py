"""What parameter sets share: chapters with the same inputs, and drawings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reportlib.execute import drawings
from reportlib.study import Study
from tests.conftest import in_notebook
from tests.warm_builds import WarmBuilds, said

KEPT = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text>kept</text></svg>'


def test_a_chapter_that_another_set_gives_the_same_inputs_is_executed_once(
    builds: WarmBuilds, tiny: Study
) -> None:
    # Its code does not name the floor; but the floor is obeyed by every claim, so that counts.
    tiny.parameter_set("again").write_text("tolerance_days: 0\n", encoding="utf-8")
    tiny.parameter_set("week").write_text("tolerance_days: 7\n", encoding="utf-8")

    assert builds.became(tiny, "--set", "base")["01-bridge.ipynb"] == "executed"
    assert builds.became(tiny, "--set", "week")["01-bridge.ipynb"] == "executed"
    assert builds.became(tiny, "--set", "again") == {
        "01-bridge.ipynb": "shared",
        "report.ipynb": "executed",
    }

    shared = (tiny.build("again").notebooks / "01-bridge.ipynb").read_bytes()
    assert b'parameter_set = \\"again\\"' in shared
    for name in ("base", "week"):  # nobody is left to take it from
        tiny.build(name).state.unlink()
    tiny.build("again").state.unlink()
    assert builds.became(tiny, "--set", "again")["01-bridge.ipynb"] == "executed"
    assert (tiny.build("again").notebooks / "01-bridge.ipynb").read_bytes() == shared


def test_every_set_is_built_although_one_fails(builds: WarmBuilds, tiny: Study) -> None:
    tiny.parameter_set("again").write_text("tolerance_days: 0\n", encoding="utf-8")
    in_notebook(tiny, "len(chapter.data.works)", "assert parameter_set != 'again'")

    assert builds.run(tiny, "--all-sets", "--quiet") == 1

    assert "01-bridge.ipynb" in said(tiny)
    assert tiny.build("base").page.is_file()
    assert tiny.build("hindsight").page.is_file()
    assert not tiny.build("again").page.exists()
    assert "AssertionError" in tiny.build("again").failure.read_text(encoding="utf-8")


def test_a_chart_is_drawn_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["first", "second"])
    monkeypatch.setattr(drawings, "draw_svg", lambda _spec: next(drawn))

    asked = [drawings.draw_cached(tmp_path, spec) for spec in ("a", "b", "a")]

    assert asked == ["first", "second", "first"]


@pytest.mark.parametrize("kept", range(1, 8))
def test_drawings_that_have_not_been_needed_for_longest_go_first(
    kept: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawings, "draw_svg", str)
    monkeypatch.setattr(drawings, "_AT_MOST", kept)
    needed = {"a": 3, "b": 6, "c": 1, "d": 7, "e": 4, "f": 2, "g": 5}
    """The order in which they were last needed, which is none of names or of times of making."""
    for spec, when in needed.items():
        drawings.draw_cached(tmp_path, spec)
        (path,) = (p for p in tmp_path.iterdir() if p.read_text(encoding="utf-8") == spec)
        os.utime(path, (1_000 - when, 1_000 + when))
    drawings.draw_cached(tmp_path, "c")  # is needed again

    drawings.trim_cache(tmp_path)

    left = {path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert left == set(["c", "d", "b", "g", "e", "a", "f"][:kept])


def test_a_build_draws_only_charts_that_it_has_not_drawn(builds: WarmBuilds, tiny: Study) -> None:
    builds.became(tiny, draws=True)
    drawn = sorted(tiny.drawings.iterdir())
    assert drawn
    for path in drawn:
        path.write_text(KEPT, encoding="utf-8")
    before = tiny.build("base").notebooks / "01-bridge.ipynb"
    in_notebook(tiny, "len(chapter.data.works)", "len(chapter.data.works) + 0")

    assert builds.became(tiny, draws=True)["01-bridge.ipynb"] == "executed"

    assert ">kept</text>" in before.read_text(encoding="utf-8")
    assert sorted(tiny.drawings.iterdir()) == drawn
