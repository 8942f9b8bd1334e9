"""The crate: one archive with all of it, the same bytes from the same inputs."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from rocrate.rocrate import ROCrate

from reportlib.cli import main
from reportlib.errors import BadData
from reportlib.publish.ro_crate import make_archive, write_crate
from reportlib.publish.verify import verify
from reportlib.study import Study
from tests.conftest import set_cell
from tests.warm_builds import WarmBuilds


@pytest.fixture
def crate(built_tiny: Study) -> Path:
    """The crate of the tiny study."""
    assert main(["--study", str(built_tiny.root), "crate"]) == 0
    return built_tiny.build("base").crate


def files_in(crate: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(crate) as opened:
        names = [one for one in opened.namelist() if not one.endswith("/")]
        return {name: opened.read(name) for name in names}


def metadata_of(crate: Path) -> dict[str, dict[str, Any]]:
    """What the crate says, by id."""
    graph = json.loads(files_in(crate)["ro-crate-metadata.json"])["@graph"]
    return {one["@id"]: one for one in graph}


def ids(references: Any) -> list[str]:
    listed = references if isinstance(references, list) else [references]
    return [one["@id"] for one in listed]


def test_two_builds_in_other_surroundings_give_the_same_bytes(
    two_builds: tuple[Study, Study], tmp_path: Path
) -> None:
    crates = []
    for name, study in zip(("s", "with a space"), two_builds, strict=True):
        shutil.copytree(study.root, tmp_path / name)
        crates.append(write_crate(Study(tmp_path / name), "base").read_bytes())

    assert crates[0] == crates[1]


def test_it_holds_the_study_the_page_and_what_lies_beside_it_the_library_and_its_lock(
    built_tiny: Study, crate: Path
) -> None:
    files = files_in(crate)
    build = built_tiny.build("base")

    made = json.loads(build.manifest.read_text(encoding="utf-8"))
    names = [f"build/base/{name}" for name in made["artefacts"]] + list(made["inputs"])
    assert {name: files[name] for name in names} == {
        name: (built_tiny.root / name).read_bytes() for name in names
    }
    assert {"build/base/report.html", "data/datapackage.json", "params/base.yaml"} <= set(names)
    assert {"reportlib/study.py", "requirements/report.txt", "LICENSE"} <= set(files)
    assert [name for name in files if ".work" in name or "__pycache__" in name] == []


def test_no_time_is_in_it(crate: Path) -> None:
    with zipfile.ZipFile(crate) as opened:
        entries = opened.infolist()
    run = json.loads(files_in(crate)["build/base/run.json"])

    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.compress_type for entry in entries} == {zipfile.ZIP_STORED}
    assert run.keys().isdisjoint({"started", "ended"})
    assert run["inputs"]
    said = {name for one in metadata_of(crate).values() for name in one}
    assert [name for name in said if name.endswith("Time")] == []


def test_it_is_opened_by_the_library_for_such_crates(crate: Path) -> None:
    opened = ROCrate(crate)

    assert opened.name == "A column about a footbridge, looked up"
    assert opened.mainEntity.id == "build/base/report.html"
    assert opened.root_dataset["conformsTo"].id == "https://w3id.org/ro/wfrun/process/0.5"
    assert opened.root_dataset["license"].id == "https://creativecommons.org/publicdomain/zero/1.0/"
    assert opened.root_dataset["author"]["name"] == "The footbridge readers"
    assert opened.root_dataset["datePublished"] == "2018-02-01"
    assert opened.root_dataset["about"]["name"] == "Widen the footbridge"
    assert opened.get("data/tables/works.csv")["name"] == "Works"


def test_every_file_but_those_of_the_library_is_described_by_size_and_digest(crate: Path) -> None:
    said, files = metadata_of(crate), files_in(crate)
    described = {id: one for id, one in said.items() if one["@type"] == "File"}

    apart = {name for name in files if name.startswith("reportlib/")} | {"ro-crate-metadata.json"}
    assert described.keys() == files.keys() - apart
    for name, one in described.items():
        assert one["sha256"] == hashlib.sha256(files[name]).hexdigest(), name
        assert one["contentSize"] == str(len(files[name])), name
    assert set(ids(said["./"]["hasPart"])) == described.keys() | {"reportlib/"}


def test_a_reference_is_nothing_but_an_id_and_leads_somewhere(crate: Path) -> None:
    said = metadata_of(crate)
    for one in said.values():
        for name, value in one.items():
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, dict) and not (name == "conformsTo" and "about" in one):
                    assert list(inner) == ["@id"]
                    assert inner["@id"] in said, (one["@id"], name)


def test_each_execution_says_what_it_was_seen_to_open_and_what_it_made(crate: Path) -> None:
    said = metadata_of(crate)
    chapter = said["#execution-of-01-bridge.ipynb"]
    report = said["#execution-of-report.ipynb"]
    publication = said["#publication"]

    assert ids(said["./"]["mentions"]) == [chapter["@id"], report["@id"], publication["@id"]]
    for action in (chapter, report, publication):
        assert action["@type"] == "CreateAction"
    assert said[ids(chapter["instrument"])[0]]["name"] == "papermill"
    assert said[ids(publication["instrument"])[0]]["name"] == "reportlib"
    opened = ids(chapter["object"])
    assert {"notebooks/01-bridge.ipynb", "data/tables/works.csv", "params/base.yaml"} <= set(opened)
    assert said["#parameter-as_of"]["value"] == "2015-03-01"
    assert "#parameter-as_of" in opened
    made = "build/base/notebooks/01-bridge.ipynb"
    assert ids(chapter["result"]) == [made]
    assert made in ids(report["object"])
    assert made in ids(publication["object"])
    assert {"build/base/report.html", "build/base/findings.json"} <= set(ids(publication["result"]))


def test_the_library_in_it_says_of_the_page_in_it_that_it_is_fresh(
    crate: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "taken out"
    with zipfile.ZipFile(crate) as opened:
        opened.extractall(folder)

    assert verify(Study(folder), folder / "build" / "base" / "report.html").fresh
    said = subprocess.run(
        [sys.executable, "-m", "reportlib", "verify", "build/base/report.html"],
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith("build/base/report.html is fresh")


def test_there_is_none_of_a_page_that_was_not_built_or_is_stale(
    tiny: Study, built_tiny: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--study", str(tiny.root), "crate"]) == 1
    assert capsys.readouterr().err == (
        "There is no build/base/report.html to put into a crate: `make report` first.\n"
    )
    set_cell(built_tiny, "tables/works.csv", "opening", "note", "in other words")
    assert main(["--study", str(built_tiny.root), "crate"]) == 1
    told = capsys.readouterr().err
    assert "is not what today's inputs give: `make report` first.\n  01-bridge.ipynb is st" in told
    assert not built_tiny.build("base").crate.exists()


def test_a_study_that_does_not_say_when_it_was_published_has_none(
    builds: WarmBuilds, built_tiny: Study
) -> None:
    content = json.loads(built_tiny.descriptor.read_text(encoding="utf-8"))
    del content["created"]
    built_tiny.descriptor.write_text(json.dumps(content), encoding="utf-8")
    assert builds.run(built_tiny) == 0

    with pytest.raises(BadData, match=r"does not say when it was published\. Add “created”"):
        write_crate(built_tiny, "base")


def test_another_build_takes_the_crate_of_the_page_before_away(
    builds: WarmBuilds, built_tiny: Study, crate: Path
) -> None:
    set_cell(built_tiny, "tables/works.csv", "opening", "note", "in other words")
    assert builds.run(built_tiny) == 0

    assert not crate.exists()


def test_a_build_does_not_wait_for_what_only_a_crate_needs(tiny: Study) -> None:
    lines = (
        "import sys\n"
        "from reportlib.cli import main\n"
        f"assert main(['--study', {str(tiny.root)!r}, 'build', '--quiet']) == 0\n"
        "assert 'rocrate' not in sys.modules\n"
    )

    assert subprocess.run([sys.executable, "-c", lines], check=False).returncode == 0


def test_an_archive_keeps_the_order_of_its_files_and_tells_folders_from_files() -> None:
    whole = make_archive({"b.txt": b"B", "a/": b"", "a/a.txt": b"A"})

    assert make_archive({"b.txt": b"B", "a/": b"", "a/a.txt": b"A"}) == whole
    with zipfile.ZipFile(io.BytesIO(whole)) as opened:
        assert opened.namelist() == ["b.txt", "a/", "a/a.txt"]
        assert opened.testzip() is None
        assert [entry.external_attr >> 16 for entry in opened.infolist()] == [
            0o100644,
            0o040755,
            0o100644,
        ]
