"""The lock holds what was accepted, says the same of the same study, and is told apart when bad."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from reportlib.cli import main
from reportlib.errors import BadLock, NotAccepted
from reportlib.execute.inputs import LIBRARY
from reportlib.load.ledger import Ledger
from reportlib.review.dry_run import run_dry
from reportlib.review.input_digests import RULE_ROOMS, digest_rules, digest_tests
from reportlib.review.verdict_lock import FORM, VerdictLock
from reportlib.study import Study
from tests.conftest import add_row, in_notebook, lines_of, set_cell


def accepted(study: Study) -> VerdictLock:
    run = run_dry(study)
    return VerdictLock.of(study, run.assessment, run.records)


def test_it_holds_of_each_claim_state_value_and_rows_and_digests_of_what_it_rests_on(
    tiny: Study,
) -> None:
    accepted(tiny).write(tiny)

    content = json.loads(tiny.lock.read_text("utf-8"))
    opened, closed, judged = (content["claims"][claim] for claim in ("B1", "B2", "B3"))
    assert (opened["state"], opened["value"], opened["unit"]) == (
        "not supported as written",
        "2011-06-03",
        "date",
    )
    assert list(opened["rows"]) == ["works#opening"]
    assert opened["roles"] == {"G1": True}
    assert list(opened["read"]) == ["sources#gazette_opening"]
    assert (closed["value"], closed["parameters"]) == (0, {"closures": "whole"})
    assert closed["tables"] == ["coverage", "works"]
    assert (judged["state"], judged["grounding"]) == ("partly grounded", "partly grounded")
    names = {part: sorted(digests) for part, digests in content["inputs"].items()}
    assert names == {
        "data": ["classes", "coverage", "crossings", "evidence", "row_sources", "sources", "works"],
        "method": ["ledger", "library", "notebooks"],
        "parameters": ["as_of", "closures", "outcomes_until", "source_floor", "tolerance_days"],
    }


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


def changed_digests(before: VerdictLock, after: VerdictLock, claim: str = "B2") -> set[str]:
    """The inputs, and the parts of one claim, of which the digest differs."""
    inputs = {
        name
        for part, digests in after.inputs.items()
        for name, digest in digests.items()
        if digest != before.inputs[part].get(name)
    }
    old, new = before.claims[claim], after.claims[claim]
    return inputs | {part for part in ("test", "read") if vars(old)[part] != vars(new)[part]}


def test_each_digest_changes_with_its_own_part_alone(tiny: Study) -> None:
    before = accepted(tiny)
    set_cell(tiny, "tables/works.csv", "painting", "note", "Walkers passed.")
    assert changed_digests(before, accepted(tiny)) == {"works"}

    before = accepted(tiny)
    meanings = tiny.meanings.read_text("utf-8")
    tiny.meanings.write_text(meanings.replace("[everyone, riders]", "[everyone, carts]"), "utf-8")
    assert changed_digests(before, accepted(tiny)) == {"closures"}

    before = accepted(tiny)
    in_notebook(tiny, '"2015-03-01")\n\n\n@', '"2015-03-02")\n\n\n@')
    assert changed_digests(before, accepted(tiny)) == {"notebooks", "test"}
    assert changed_digests(before, accepted(tiny), "B1") == {"notebooks"}

    before = accepted(tiny)
    set_cell(tiny, "tables/crossings.csv", "club-2012", "walkers", "413")
    assert changed_digests(before, accepted(tiny), "B3") == {"crossings", "read"}


def test_the_source_of_a_row_belongs_to_its_table(tiny: Study) -> None:
    before = accepted(tiny)
    set_cell(tiny, "sources/row_sources.csv", "painting", "class", "hearsay")

    assert changed_digests(before, accepted(tiny)) == {"works", "row_sources"}


def test_a_test_is_its_code_with_the_constants_that_it_reads_and_not_its_layout(
    tiny: Study,
) -> None:
    in_notebook(tiny, "COLUMN = pd", 'UNREAD = 1\nDAY = "2015-03-01"\nCOLUMN = pd')
    in_notebook(tiny, 'pd.Timestamp("2015-03-01")', "pd.Timestamp(DAY)")
    before = digest_tests(tiny)
    assert before.keys() == {"B1", "B2"}

    in_notebook(tiny, "UNREAD = 1", "UNREAD = 2")
    in_notebook(tiny, "    since = repair", '    """Count."""\n    since   =  repair')
    assert digest_tests(tiny) == before

    in_notebook(tiny, 'DAY = "2015-03-01"', 'DAY = "2015-03-02"')
    after = digest_tests(tiny)
    assert (after["B1"] == before["B1"], after["B2"] == before["B2"]) == (True, False)


def test_a_module_beside_the_notebooks_belongs_to_every_test(tiny: Study) -> None:
    before = digest_tests(tiny)
    (tiny.notebooks / "bridges.py").write_text("WIDTH = 3\n", "utf-8")

    after = digest_tests(tiny)
    assert all(after[claim] != before[claim] for claim in before)


def test_the_rules_of_the_library_are_its_code_and_not_its_comments(tmp_path: Path) -> None:
    for room in RULE_ROOMS:
        shutil.copytree(LIBRARY / room, tmp_path / room)
    rules = tmp_path / "assess" / "verdict_rules.py"
    text = rules.read_text("utf-8")
    before = digest_rules(tmp_path)

    rules.write_text(f'"""Other words."""\n# A comment.\n{text}', "utf-8")
    assert digest_rules(tmp_path) == before
    rules.write_text(text.replace(" is Verdict.", " is not Verdict.", 1), "utf-8")
    assert digest_rules(tmp_path) != before


@pytest.mark.parametrize(
    ("file", "column", "value"),
    [
        ("chain/assertions.csv", "comparison", "at_most"),
        ("chain/definitions.csv", "fixed", "yes"),
    ],
)
def test_what_the_ledger_asserts_belongs_to_the_test(
    file: str, column: str, value: str, tiny: Study
) -> None:
    before = accepted(tiny)
    set_cell(tiny, file, "B2", column, value)
    if column == "comparison":
        set_cell(tiny, file, "B2", "value", "0")

    assert changed_digests(before, accepted(tiny)) == {"ledger", "test"}


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
        ('{"form": "reportlib verdicts, form 1"}', "is no lock of this version"),
        ('{"form": "FORM"}', "is damaged"),
        ('{"form": "FORM", "inputs": {}, "claims": []}', "is damaged"),
        ('{"form": "FORM", "inputs": {}, "claims": {"B1": {"tables": []}}}', "is damaged"),
        ('{"form": "FORM", "inputs": {"x": {}}, "claims": {}}', "is damaged"),
    ],
)
def test_a_damaged_or_foreign_lock_is_told_and_can_be_written_anew(
    text: str, told: str, tiny: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny.lock.write_text(text.replace("FORM", FORM), "utf-8")

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
