"""The lock holds what was accepted, says the same of the same study, and is told apart when bad."""

from __future__ import annotations

import json
from datetime import date

import pytest

from reportlib.cli import main
from reportlib.errors import BadLock, NotAccepted
from reportlib.load.ledger import Ledger
from reportlib.review.dry_run import run_dry
from reportlib.review.verdict_lock import VerdictLock
from reportlib.study import Study
from tests.conftest import add_row, in_notebook, lines_of, set_cell


def accepted(study: Study) -> VerdictLock:
    return VerdictLock.of(run_dry(study))


def test_it_holds_of_each_claim_state_value_rows_and_digests_of_data_test_and_parameters(
    tiny: Study,
) -> None:
    accepted(tiny).write(tiny)

    claims = json.loads(tiny.lock.read_text("utf-8"))["claims"]
    opened, closed, judged = (claims[claim] for claim in ("B1", "B2", "B3"))
    assert (opened["state"], opened["value"], opened["unit"]) == (
        "not supported as written",
        "2011-06-03",
        "date",
    )
    assert list(opened["rows"]) == ["works#opening"]
    assert opened["roles"] == {"G1": True}
    assert list(opened["read"]) == ["sources#gazette_opening"]
    assert (closed["value"], closed["parameters"]) == (0, {"closures": "whole"})
    assert (judged["state"], judged["grounding"]) == ("partly grounded", "partly grounded")
    assert all(
        claim["digests"].keys() == {"data", "test", "parameters"} for claim in claims.values()
    )


def test_what_is_read_back_is_what_was_written(tiny: Study) -> None:
    lock = accepted(tiny)
    lock.write(tiny)

    assert VerdictLock.read(tiny) == lock
    assert lock.claims["B1"].value == date(2011, 6, 3)


def test_the_same_study_gives_the_same_bytes_and_a_file_that_says_them_is_left_alone(
    tiny: Study,
) -> None:
    accepted(tiny).write(tiny)
    before = tiny.lock.stat().st_mtime_ns, tiny.lock.read_bytes()

    assert main(["--study", str(tiny.root), "accept"]) == 0

    assert (tiny.lock.stat().st_mtime_ns, tiny.lock.read_bytes()) == before


def test_a_claim_that_no_chapter_records_is_in_it(tiny: Study) -> None:
    in_notebook(tiny, 'chapter.card("B3")', "None")
    in_notebook(tiny, "chapter.say(", "dict(text=")

    assert accepted(tiny).claims["B3"].state == "not looked at yet"


def test_a_row_is_its_filled_cells_however_the_table_is_laid_out(tiny: Study) -> None:
    before = accepted(tiny).claims["B1"].rows
    works = tiny.data / "tables" / "works.csv"
    header, *lines = works.read_text("utf-8").splitlines()
    works.write_text("\r\n".join([f"{header},new", *(f"{line}," for line in lines)]), "utf-8")
    descriptor = json.loads(tiny.descriptor.read_text("utf-8"))
    table = next(one for one in descriptor["resources"] if one["name"] == "works")
    table["schema"]["fields"].append({"name": "new", "type": "string"})
    tiny.descriptor.write_text(json.dumps(descriptor), "utf-8")

    assert accepted(tiny).claims["B1"].rows == before

    set_cell(tiny, "tables/works.csv", "opening", "new", "filled")
    assert accepted(tiny).claims["B1"].rows != before


def test_each_digest_answers_to_its_own_part_alone(tiny: Study) -> None:
    before = accepted(tiny).digests["B2"]

    def changed() -> set[str]:
        after = accepted(tiny).digests["B2"]
        return {part for part in after if after[part] != before[part]}

    set_cell(tiny, "tables/works.csv", "painting", "note", "Walkers passed.")
    assert changed() == {"data"}
    meanings = tiny.meanings.read_text("utf-8")
    tiny.meanings.write_text(meanings.replace("[everyone, riders]", "[everyone, carts]"), "utf-8")
    assert changed() == {"data", "parameters"}
    in_notebook(tiny, '"2015-03-01")\n\n\n@', '"2015-03-02")\n\n\n@')
    assert changed() == {"data", "parameters", "test"}


@pytest.mark.parametrize(
    ("file", "key", "column", "value"),
    [
        ("chain/assertions.csv", "B2", "comparison", "at_most"),
        ("chain/definitions.csv", "B2", "fixed", "yes"),
    ],
)
def test_what_the_ledger_asserts_belongs_to_the_test(
    file: str, key: str, column: str, value: str, tiny: Study
) -> None:
    before = accepted(tiny).digests["B2"]["test"]
    set_cell(tiny, file, key, column, value)
    if file.endswith("assertions.csv"):
        set_cell(tiny, file, key, "value", "0")

    assert accepted(tiny).digests["B2"]["test"] != before


def test_without_a_lock_both_diff_and_check_say_how_to_make_one(
    tiny: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NotAccepted, match="`make accept` writes it"):
        VerdictLock.read(tiny)
    for options in ([], ["--exit-code"]):
        assert main(["--study", str(tiny.root), "diff", *options]) == 1
    assert "There is no verdicts.lock.json" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "verdicts.lock.json cannot be read"),
        ("<<<<<<< HEAD\n{}", "verdicts.lock.json cannot be read"),
        ("[]", "is no lock of this version"),
        ('{"version": 1, "packages": {}}', "is no lock of this version"),
        ('{"form": "FORM"}', "is damaged ('claims')"),
        ('{"form": "FORM", "inputs": {}, "claims": []}', "is damaged"),
        ('{"form": "FORM", "inputs": {}, "claims": {"B1": {"digests": {}}}}', "is damaged"),
        ('{"form": "FORM", "inputs": {}, "claims": {"B1": {"state": "x"}}}', "is damaged"),
    ],
)
def test_a_damaged_or_foreign_lock_is_told_and_can_be_written_anew(
    text: str, told: str, tiny: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny.lock.write_text(text.replace("FORM", "reportlib verdicts, form 1"), "utf-8")

    with pytest.raises(BadLock) as caught:
        VerdictLock.read(tiny)

    assert told in str(caught.value)
    assert "`make accept` write it anew" in str(caught.value)
    assert main(["--study", str(tiny.root), "diff"]) == 1
    assert main(["--study", str(tiny.root), "accept"]) == 0
    assert VerdictLock.read(tiny) == accepted(tiny)
    assert "3 claims accepted: verdicts.lock.json" in capsys.readouterr().out


def test_nothing_with_faults_is_accepted(tiny: Study, capsys: pytest.CaptureFixture[str]) -> None:
    work = lines_of(tiny, "tables/works.csv")[-1] | {"key": "without-source"}
    add_row(tiny, "tables/works.csv", **work)

    assert main(["--study", str(tiny.root), "accept"]) == 1

    assert '"without-source" has no source' in capsys.readouterr().err
    assert not tiny.lock.exists()


def test_the_lock_of_this_repository_holds_every_claim_of_its_ledger(real: Study) -> None:
    assert list(VerdictLock.read(real).claims) == sorted(Ledger.read(real).claims)
