"""A notebook runs in a fork of a process as in a kernel, and leaves nothing behind.

So do the notebooks of this project: `tests/test_same_bytes.py`. papermill's own tests were run with
this engine as its default, too: `tests/papermill_suite.md`.
"""

from __future__ import annotations

import atexit
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import nbformat
import papermill
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import NBClientEngine
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from reportlib.execute.engine.forked import FORKED
from tests.awkward import TOPICS
from tests.conftest import REPO
from tests.notebook_runs import Submit, execute, fresh_context, fresh_processes, notebook, shown
from tests.processes import assert_gone

ENGINE = "reportlib.execute.engine.forked"
PLAIN = "nbclient"
"""What papermill calls its own engine."""
Executed = tuple[Any, str]
"""A notebook as it was written, and the error that it ended with."""


@pytest.fixture(scope="module")
def apart() -> Iterator[Submit]:
    """Has a function called in a process in which nothing else has run."""
    with fresh_processes(3) as submit:
        yield submit


# The same outputs, cell by cell.


def run_topic(topic: str, engine: str, folder: Path) -> Executed:
    work = folder / engine / topic / "work"
    work.mkdir(parents=True)
    output = work.with_name("out.ipynb")
    error = ""
    with tempfile.TemporaryDirectory() as sockets:
        config = Config(KernelManager={"transport": "ipc", "ip": f"{sockets}/kernel"})
        try:
            options = {"cwd": work, "config": config, "execution_timeout": 120}
            execute(*TOPICS[topic], engine=engine, output=output, **options)
        except PapermillExecutionError as problem:
            error = f"{problem.ename}: {problem.evalue} in cell {problem.exec_count}"
    return nbformat.read(output, as_version=4), error


@pytest.mark.parametrize("topic", TOPICS)
def test_what_a_cell_can_do_comes_out_as_in_a_kernel(apart, topic, tmp_path):
    ways = [apart(run_topic, topic, engine, tmp_path) for engine in (PLAIN, FORKED)]
    (plain, plain_error), (forked, forked_error) = (way.result() for way in ways)
    assert forked_error == plain_error
    for in_kernel, in_fork in zip(plain.cells, forked.cells, strict=True):
        assert comparable(in_fork) == comparable(in_kernel)
    assert sorted(forked.metadata) == sorted(plain.metadata)
    assert forked.metadata.get("widgets") == plain.metadata.get("widgets")
    assert forked.metadata.language_info == plain.metadata.language_info


def comparable(cell: Any) -> tuple[Any, ...]:
    """A cell without what differs from run to run.

    - Where a stream is cut is a matter of time: neighbouring pieces of one are joined.
    - The file that a cell's code seems to come from is named after the process.
    - Altair names the place of a chart at random.
    - Objects are shown with their address.
    """
    outputs: list[Any] = []
    for output in json.loads(json.dumps(cell.get("outputs", []))):
        before = outputs[-1] if outputs else {}
        if output["output_type"] == "stream" and before.get("name") == output["name"]:
            before["text"] += output["text"]
        else:
            outputs.append(output)
    text = re.sub(r"ipykernel_\d+|altair-viz-\w+|0x[0-9a-f]{6,}", "…", json.dumps(outputs))
    ran = cell.metadata.get("papermill", {})  # not in the cells that it adds for an error
    how = ran.get("status"), ran.get("exception")
    return cell.source, cell.get("execution_count"), json.loads(text), how


# Nothing of one run in the next.


def shown_by(*cells: Any, **options: Any) -> list[list[Any]]:
    return shown(execute(*cells, **options))


def twice() -> list[Any]:
    """Two notebooks in one process: each changes what it can, and shows what it finds."""
    found = """
        import os, sys, decimal
        seen = [n for n in ('left', 'json.left', 'A_NAME') if n in globals() or n in os.environ]
        seen, os.path.basename(os.getcwd()), decimal.getcontext().prec, hasattr(sys, 'left')
    """
    changes = """
        left = 1
        os.environ['A_NAME'] = 'left'; os.chdir('/'); decimal.getcontext().prec = 3; sys.left = 1
    """
    lines = ["\n".join(line.strip() for line in text.splitlines()) for text in (found, changes)]
    return [shown(execute(*lines))[0] for _ in range(2)]


def test_nothing_of_one_notebook_is_there_in_the_next(apart):
    first, second = apart(twice).result()
    assert first == second
    assert first[0].startswith("([]")


def draws() -> list[Any]:
    random.seed(1)
    import numpy

    numpy.random.seed(1)
    cell = "import random, numpy\nrandom.random(), numpy.random.random()"
    return [shown(execute(cell))[0][0] for _ in range(2)]


def test_two_notebooks_draw_different_random_numbers_whatever_the_parent_drew(apart):
    first, second = apart(draws).result()
    assert first != second
    assert "0.134364244112401" not in first  # the first number after random.seed(1)


def imported_as_in_a_terminal() -> list[Any]:
    import pandas

    assert pandas.get_option("display.max_columns") == 0
    return shown_by("import pandas\npandas.get_option('display.max_columns')")


def test_pandas_shows_frames_as_in_a_kernel_wherever_it_was_imported(apart):
    assert apart(imported_as_in_a_terminal).result() == [["20"]]


def ended_in_order(folder: Path) -> list[Any]:
    kept = tempfile.TemporaryDirectory()
    atexit.register((folder / "by the parent").touch)
    execute(
        "import atexit, pathlib, tempfile\n"
        f"folder = pathlib.Path({str(folder)!r})\n"
        "atexit.register((folder / 'by the notebook').touch)\n"
        "own = tempfile.TemporaryDirectory()\n"
        "(folder / 'own').write_text(own.name)\n"
        "file = (folder / 'open').open('w')\n"
        "file.write('not closed')"
    )
    own = Path((folder / "own").read_text())
    return [Path(kept.name).exists(), own.exists(), *sorted(p.name for p in folder.iterdir())]


def test_a_notebook_ends_in_order_and_without_what_its_parent_wants_done_at_its_own_end(
    apart, tmp_path
):
    ended = apart(ended_in_order, tmp_path).result()
    assert ended[:2] == [True, False]  # folders for a time: the parent's stays, its own is gone
    assert ended[2:4] == ["by the notebook", "open"]
    assert (tmp_path / "open").read_text() == "not closed"


# A cell that does not come to an end, and what runs on.


def end_of(problem: type[Exception], output: Path, *cells: Any, **options: Any) -> str:
    with pytest.raises(problem) as raised:
        execute(*cells, output=output, **options)
    return str(raised.value)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import os; os._exit(3)", "ended with exit status 3"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "was ended by SIGSEGV"),
        ("exit()", "ended with exit status 0"),
    ],
)
def test_a_process_that_ends_before_its_notebook_is_told_of(apart, tmp_path, source, told):
    output = tmp_path / "out.ipynb"
    cells = ["print('before')", source, "import asyncio; await asyncio.sleep(20)"]
    said = apart(end_of, DeadKernelError, output, *cells).result()
    assert said == f"The notebook's process {told}."
    assert shown(nbformat.read(output, as_version=4))[0] == ["before\n"]


def test_a_cell_over_its_limit_is_ended_with_what_it_printed_kept(apart, tmp_path):
    output = tmp_path / "out.ipynb"
    cell = "import time\nprint('begun', flush=True)\ntime.sleep(60)"
    started = monotonic()
    said = apart(end_of, CellTimeoutError, output, cell, execution_timeout=1).result()
    assert "timed out while it was being executed, after 1 seconds" in said
    assert monotonic() - started < 30
    assert shown(nbformat.read(output, as_version=4)) == [["begun\n"]]


def test_a_cell_can_be_interrupted_instead_and_the_next_one_runs(apart, tmp_path):
    cells = [
        "import time\ntry:\n    time.sleep(60)\nexcept KeyboardInterrupt: print('interrupted')",
        "'goes on'",
    ]
    options = {"execution_timeout": 1, "interrupt_on_timeout": True}
    assert apart(shown_by, *cells, **options).result() == [["interrupted\n"], ["'goes on'"]]


START_SLEEPERS = """
import os, pathlib, subprocess, threading, time
sleeper = ['sleep', '1000']
started = [subprocess.Popen(sleeper), subprocess.Popen(sleeper, start_new_session=True)]
threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
numbers = [os.getpid(), *(one.pid for one in started)]
file = pathlib.Path('numbers.new')
file.write_text(' '.join(map(str, numbers)))
file.rename('numbers')
"""


def run_in(folder: Path, *cells: str) -> None:
    execute(*cells, cwd=folder)


def assert_those_of_the_notebook_are_gone(folder: Path) -> None:
    """The processes that a notebook wrote down end within some seconds."""
    assert_gone(int(number) for number in (folder / "numbers").read_text().split())


def test_nothing_that_a_notebook_started_runs_on(apart, tmp_path):
    apart(run_in, tmp_path, START_SLEEPERS).result()
    assert_those_of_the_notebook_are_gone(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_runs_on_when_the_parent_is_ended(tmp_path, number):
    cells = (START_SLEEPERS, "time.sleep(1000)")
    parent = fresh_context().Process(target=run_in, args=(tmp_path, *cells))
    parent.start()
    until = monotonic() + 60
    while not (tmp_path / "numbers").exists():
        assert monotonic() < until
        sleep(0.02)
    os.kill(parent.pid, number)
    parent.join(30)
    assert_those_of_the_notebook_are_gone(tmp_path)


# Where a process cannot be forked.


@pytest.fixture
def in_a_kernel(monkeypatch) -> list[Any]:
    """Notes what an ordinary kernel would be asked to run, and starts none."""
    asked: list[Any] = []
    monkeypatch.setattr(
        NBClientEngine, "execute_managed_notebook", lambda *given, **options: asked.append(options)
    )
    return asked


def with_threads(run: Callable[[], object]) -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    run()
    end.set()
    thread.join()


def run_small(**options: Any) -> None:
    options = {"engine_name": FORKED, "progress_bar": False} | options
    papermill.execute_notebook(notebook("1"), None, **options)


def test_a_process_with_other_threads_is_not_forked_and_the_log_says_so(in_a_kernel, caplog):
    with_threads(run_small)
    assert caplog.messages[-1] == (
        "The notebook runs in an ordinary kernel, since other threads run in this process, and "
        "none would run in a fork of it."
    )
    assert "km" not in in_a_kernel[0]


def test_a_platform_that_cannot_fork_uses_ordinary_kernels_and_says_so(
    in_a_kernel, caplog, monkeypatch
):
    monkeypatch.setattr(sys, "platform", "darwin")
    run_small()
    assert caplog.messages[-1] == (
        "The notebook runs in an ordinary kernel, since a process cannot safely be forked on this "
        "platform, darwin."
    )
    assert len(in_a_kernel) == 1


def test_only_the_kernel_of_this_python_is_replaced_by_a_fork(
    in_a_kernel, caplog, monkeypatch, tmp_path
):
    spec = {"argv": ["R", "--slave"], "display_name": "R", "language": "R"}
    (tmp_path / "kernels" / "ir").mkdir(parents=True)
    (tmp_path / "kernels" / "ir" / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    for options in ({"kernel_name": "ir"}, {"kernel_name": "none"}, {"km": "own"}):
        run_small(**options)
    assert [message.rpartition("since ")[2] for message in caplog.messages[-3:]] == [
        "the kernel 'ir' is not this Python as it is.",
        "there is no kernel 'none'.",
        "it was given a kernel manager.",
    ]
    assert len(in_a_kernel) == 3


# At the public entry points.


@pytest.fixture
def installed(tmp_path: Path) -> dict[str, str]:
    """The environment of a process that finds the project's entry points as if installed."""
    points = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (engine,) = points["entry-points"]["papermill.engine"].items()
    folder = tmp_path / "path" / "reportlib-0.dist-info"
    folder.mkdir(parents=True)
    (folder / "entry_points.txt").write_text("[papermill.engine]\n{} = {}\n".format(*engine))
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(folder.parent), str(REPO)])}


def test_the_papermill_command_knows_the_engine(installed, tmp_path):
    cells = ["import os, sys\nos.getppid()", "os.getcwd() in sys.path, '' in sys.path"]
    nbformat.write(notebook(*cells), tmp_path / "in.ipynb")
    done = subprocess.Popen(
        [sys.executable, "-m", "papermill", "--engine", FORKED, "in.ipynb", "out.ipynb"],
        cwd=tmp_path,
        env=installed,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    _, said = done.communicate()
    assert done.returncode == 0, said
    assert "ordinary kernel" not in said
    assert "Executing: 100%" in said  # with its progress bar, and the thread that watches it
    parent, paths = shown(nbformat.read(tmp_path / "out.ipynb", as_version=4))
    assert parent == [str(done.pid)]
    assert paths == ["(False, True)"]


def test_papermill_finds_the_engine_by_its_entry_point(installed):
    code = (
        "import papermill, sys\n"
        "engines = sys.modules['papermill.engines'].papermill_engines\n"
        f"assert engines.get_engine({FORKED!r}) is sys.modules[{ENGINE!r}].ForkedEngine\n"
        "assert 'pandas' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], env=installed, check=True)


def test_text_that_utf_8_cannot_carry_is_replaced(apart):
    cells = ["print('cut ' + chr(0xd83d))", "'goes on'"]
    assert apart(shown_by, *cells).result() == [["cut ?\n"], ["'goes on'"]]


OUTPUT_WIDGET = """
import comm
from IPython.display import display
state = {'_model_name': 'OutputModel', '_model_module': '@jupyter-widgets/output'}
state |= {'_model_module_version': '1', 'msg_id': '', 'outputs': []}
widget = comm.create_comm('jupyter.widget', data={'state': state}, comm_id='widget')
heard = []
widget.on_msg(lambda message: heard.append(message['content']['data']['state']))
this = get_ipython().kernel.get_parent()['header']['msg_id']
widget.send({'method': 'update', 'state': {'msg_id': this}})
for n in range(30):
    print('x' * 20_000); display(n)
widget.send({'method': 'update', 'state': {'msg_id': ''}})
print('outside')
"""


def test_a_widget_that_takes_outputs_gets_them_back_however_many_they_are(apart):
    # Not held against a kernel: now and then one loses a reply here, and is waited for in vain.
    cells = [OUTPUT_WIDGET, "len(heard), len(heard[-1]['outputs'])"]
    assert apart(shown_by, *cells).result() == [["outside\n"], ["(60, 60)"]]


def with_log(folder: Path) -> list[Any]:
    with (folder / "out").open("w") as out, (folder / "errors").open("w") as errors:
        cells = ["import sys\nprint('a'); print('b', file=sys.stderr)", "import os\nos.getcwd()"]
        made = execute(*cells, cwd=folder, stdout_file=out, stderr_file=errors, log_output=True)
    return [shown(made), made.metadata.papermill.exception, made.cells[0].metadata.papermill.status]


def test_papermills_own_options_hold(apart, tmp_path, capfd):
    outputs, exception, status = apart(with_log, tmp_path).result()
    assert outputs == [["a\n", "b\n"], [repr(str(tmp_path))]]
    assert (exception, status) == (None, "completed")
    assert (tmp_path / "out").read_text() == "a\n"
    assert (tmp_path / "errors").read_text() == "b\n"
