"""The drawer: who is asked for a chart, and who draws it where there is none, or it has gone."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from unittest import mock

import pytest

from reportlib.execute import drawings
from reportlib.execute.drawings import draw_svg, run_drawing_process
from reportlib.execute.process_pool import find_descendants
from reportlib.render.vega import convert_to_svg
from tests.notebook_runs import fresh_context, fresh_processes
from tests.processes import assert_gone

SPEC = (
    '{"data": {"values": [{"x": "2017-06-29T22:00:00Z"}, {"x": "2017-07-01T02:00:00Z"}]},'
    ' "mark": "bar", "encoding": {"x": {"field": "x", "type": "temporal"}}}'
)
NO_CHART = "{}"


def here(_spec: str) -> str:
    return "drawn here"


def be_in(zone: str) -> None:
    os.environ["TZ"] = zone
    time.tzset()


def drawn_in(zone: str, spec: str) -> str:
    be_in(zone)
    return convert_to_svg(spec)


def asked(*specs: str, zone: str = "UTC", kill: bool = False) -> tuple[list[str], list[int]]:
    """What a process with a drawer gets for charts, and at last without it; and who drew."""
    be_in(zone)
    with run_drawing_process():
        mock.patch.object(
            drawings, "convert_to_svg", here
        ).start()  # of this process: the drawer has begun
        started = list(find_descendants(os.getpid()))
        for one in started if kill else ():
            os.kill(one, signal.SIGKILL)
        got = [draw_svg(spec) for spec in specs]
    return [*got, draw_svg(specs[-1])], started


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland"])
def test_a_drawer_draws_as_notebooks_do_wherever_the_machine_is(zone: str) -> None:
    with fresh_processes(2) as apart:
        alone = apart(drawn_in, "UTC", SPEC).result()
        assert apart(drawn_in, "Pacific/Auckland", SPEC).result() != alone
        got, started = apart(asked, SPEC, zone=zone).result()

    assert got == [alone, "drawn here"]
    assert len(started) == 1
    assert_gone(started)


def test_what_is_no_chart_is_left_to_who_asked_and_the_drawer_goes_on() -> None:
    with fresh_processes(1) as apart:
        alone = apart(drawn_in, "UTC", SPEC).result()
        got, _ = apart(asked, NO_CHART, SPEC).result()

    assert got == ["drawn here", alone, "drawn here"]


def test_where_the_drawer_has_gone_a_process_draws_itself() -> None:
    with fresh_processes(1) as apart:
        got, started = apart(asked, SPEC, kill=True).result()

    assert got == ["drawn here", "drawn here"]
    assert len(started) == 1
    assert_gone(started)


def linger(file: Path) -> None:
    with run_drawing_process():
        file.write_text(" ".join(map(str, find_descendants(os.getpid()))), encoding="utf-8")
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_drawer_ends_with_the_build_however_that_ends(tmp_path: Path) -> None:
    process = fresh_context().Process(target=linger, args=(tmp_path / "started",))
    process.start()
    process.join()

    assert process.exitcode == -signal.SIGKILL
    (drew,) = (tmp_path / "started").read_text(encoding="utf-8").split()
    assert_gone([int(drew)])
