"""The same chapter under the plain papermill command, in JupyterLab, and in the build."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import websocket

from reportlib.notebook.outputs import FIGURE, RECORD
from reportlib.study import Study
from tests.conftest import TINY, copy_of, lines_of, set_cell
from tests.warm_builds import WarmBuilds, said

CHAPTER = "notebooks/01-bridge.ipynb"
LIMIT = 120
"""Seconds after which something is taken to hang; nothing waits so long otherwise."""

Outputs = list[dict[str, Any]]
Cell = dict[str, Any]


def cells_of(notebook: Path) -> list[Cell]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def carried(outputs: Outputs, kind: str = RECORD.mime) -> list[Any]:
    """What the outputs of cells carry for the run to collect."""
    return [one["data"][kind] for one in outputs if kind in one.get("data", {})]


def made_by_the_build(study: Study, set_name: str, kind: str = RECORD.mime) -> list[Any]:
    executed = study.build(set_name).notebooks / Path(CHAPTER).name
    return carried([output for cell in cells_of(executed) for output in cell["outputs"]], kind)


def test_the_chapter_under_the_plain_papermill_command_finds_what_the_build_finds(
    two_builds: tuple[Study, Study], tiny: Study
) -> None:
    built, _ = two_builds
    command = f"-m papermill {CHAPTER} out.ipynb --cwd notebooks"
    subprocess.run(
        [sys.executable, *command.split()],
        cwd=tiny.root,
        check=True,
        capture_output=True,
        timeout=LIMIT,
    )
    outputs = [o for cell in cells_of(tiny.root / "out.ipynb") for o in cell["outputs"]]
    claims = lines_of(built, "chain/claims.csv")
    assert {record["claim"] for record in carried(outputs)} == {
        claim["claim"] for claim in claims if claim["chapter"] == "bridge"
    }
    assert carried(outputs) == made_by_the_build(built, "base")
    assert carried(outputs, FIGURE.mime) == made_by_the_build(built, "base", FIGURE.mime)
    assert [output["output_type"] for output in outputs if output["output_type"] == "error"] == []


class Lab:
    """A JupyterLab server on a study, and what its browser would send."""

    def __init__(self, study: Study, url: str, token: str) -> None:
        self.study = study
        self._url = url
        self._token = token
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers["Authorization"] = f"token {token}"

    def cells(self) -> list[Cell]:
        """The chapter's code cells, as the browser is given them."""
        answer = self._http.get(f"{self._url}api/contents/{CHAPTER}", timeout=LIMIT)
        answer.raise_for_status()
        cells = answer.json()["content"]["cells"]
        return [cell for cell in cells if cell["cell_type"] == "code"]

    @contextmanager
    def open(self) -> Iterator[Kernel]:
        """Open the chapter with a kernel of its own, as a click on the file does."""
        kernel_name = {"name": "python3"}
        asked: Any = {"path": CHAPTER, "name": "", "type": "notebook", "kernel": kernel_name}
        answer = self._http.post(f"{self._url}api/sessions", json=asked, timeout=LIMIT)
        answer.raise_for_status()
        session, kernel = answer.json()["id"], answer.json()["kernel"]["id"]
        address = f"{self._url.replace('http', 'ws', 1)}api/kernels/{kernel}/channels"
        channels = websocket.create_connection(
            f"{address}?token={self._token}",
            timeout=LIMIT,
            http_no_proxy=["127.0.0.1"],
        )
        try:
            yield Kernel(channels)
        finally:
            channels.close()
            self._http.delete(f"{self._url}api/sessions/{session}", timeout=LIMIT)


class Kernel:
    """A running kernel, over the websocket that the browser uses."""

    def __init__(self, channels: websocket.WebSocket) -> None:
        self._channels = channels

    def run(self, source: str) -> Outputs:
        """Run a cell and return its outputs, an error among them if there is one."""
        id = uuid.uuid4().hex
        message = {
            "channel": "shell",
            "header": {
                "msg_id": id,
                "msg_type": "execute_request",
                "username": "",
                "session": uuid.uuid4().hex,
                "version": "5.3",
            },
            "parent_header": {},
            "metadata": {},
            "content": {
                "code": source,
                "silent": False,
                "store_history": True,
                "user_expressions": {},
                "allow_stdin": False,
                "stop_on_error": True,
            },
        }
        self._channels.send(json.dumps(message))
        outputs = []
        while True:
            answer = json.loads(self._channels.recv())
            if answer["parent_header"].get("msg_id") != id:
                continue
            if answer["msg_type"] in ("execute_result", "display_data", "error"):
                outputs.append(answer["content"])
            if answer["msg_type"] == "status" and answer["content"]["execution_state"] == "idle":
                return outputs

    def run_all(self, cells: list[Cell]) -> Outputs:
        """Run cells from top to bottom and return all that they show; an error fails the test."""
        outputs = [output for cell in cells for output in self.run(cell["source"])]
        assert [output["evalue"] for output in outputs if "evalue" in output] == []
        return outputs


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab server with its own settings, on a copy of the study."""
    folder = tmp_path_factory.mktemp("lab")
    study = copy_of(TINY, folder / "tiny study")
    token = uuid.uuid4().hex
    own = {
        f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("RUNTIME", "CONFIG", "DATA")
    }
    log = (folder / "log").open("w")
    options = (
        "--no-browser --allow-root --ServerApp.ip=127.0.0.1 --ServerApp.port=0 "
        f"--IdentityProvider.token={token} --LabApp.news_url= --LabApp.extension_manager=readonly "
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"
    )
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options.split()],
        cwd=study.root,
        env=os.environ | own | {"JUPYTER_PREFER_ENV_PATH": "1"},
        stdout=log,
        stderr=log,
    )
    try:
        for _ in range(10 * LIMIT):
            records = list((folder / "runtime").glob("jpserver-*.json"))
            if records and server.poll() is None:
                url = json.loads(records[0].read_text(encoding="utf-8"))["url"]
                break
            assert server.poll() is None, (folder / "log").read_text()
            time.sleep(0.1)
        yield Lab(study, url, token)
    finally:
        server.terminate()
        server.wait(LIMIT)
        log.close()


def test_the_chapter_in_jupyterlab_finds_what_the_build_finds_and_sees_a_saved_file_at_once(
    lab: Lab, two_builds: tuple[Study, Study]
) -> None:
    works = lab.study.data / "tables/works.csv"
    before = works.read_bytes()
    cells = lab.cells()
    with lab.open() as kernel:
        assert carried(kernel.run_all(cells)) == made_by_the_build(two_builds[0], "base")
        card = next(cell["source"] for cell in cells if 'chapter.card("B1")' in cell["source"])
        for column in ("date", "known_from"):
            set_cell(lab.study, "tables/works.csv", "opening", column, "2011-05-03")
        (after,) = carried(kernel.run(card))
        works.write_bytes(before)
        (again,) = carried(kernel.run(card))
    assert (after["value"], after["verdict"]) == ("2011-05-03", "supported")
    assert (again["value"], again["verdict"]) == ("2011-06-03", "not supported as written")


def test_another_parameter_set_is_tried_in_jupyterlab_by_its_name(
    lab: Lab, builds: WarmBuilds, tiny: Study
) -> None:
    assert builds.run(tiny, "--set", "hindsight") == 0, said(tiny)
    cells = lab.cells()
    assert 'parameter_set: str = "base"' in cells[0]["source"]
    cells[0]["source"] = cells[0]["source"].replace('"base"', '"hindsight"')
    with lab.open() as kernel:
        assert carried(kernel.run_all(cells)) == made_by_the_build(tiny, "hindsight")


def test_a_mistyped_parameter_is_answered_in_jupyterlab_with_the_nearest_name(lab: Lab) -> None:
    given, opening, *_ = (cell["source"] for cell in lab.cells())
    with lab.open() as kernel:
        assert kernel.run(given.replace("tolerance_days", "tolerence_days")) == []
        (error,) = (output for output in kernel.run(opening) if "ename" in output)
        assert error["ename"] == "BadParameters"
        assert "tolerence_days" in error["evalue"]
        assert 'Did you mean "tolerance_days"?' in error["evalue"]
        # Put right, the same kernel goes on.
        assert kernel.run(given) == []
        assert [output for output in kernel.run(opening) if "ename" in output] == []
