"""What changed is named claim by claim, and its causes from the digests in the lock."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from reportlib.assess.argument import Argument
from reportlib.assess.assessment import Assessment
from reportlib.cli import main
from reportlib.load.parameters import Parameters
from reportlib.load.study_data import StudyData
from reportlib.model.snapshots import ClaimChange, Diff, Snapshot
from reportlib.model.vocabulary import Cause
from reportlib.publish.report_sections import Report
from reportlib.render.diff_table import SAME, format_diff, render_diff
from reportlib.review.diff import diff_locks
from reportlib.review.dry_run import run_dry
from reportlib.review.verdict_lock import VerdictLock
from reportlib.study import Study
from tests.conftest import REPO, add_row, copy_of, drop_rows, in_notebook, set_cell
from tests.review.test_whole_study_changes import add_designation
from tests.warm_builds import WarmBuilds

DATA, PARAMETERS, METHOD = (Cause.DATA,), (Cause.PARAMETERS,), (Cause.METHOD,)
METHOD_AND_DATA = (Cause.METHOD, Cause.DATA)
UNKNOWN = (Cause.UNKNOWN,)


def take_lock(study: Study) -> VerdictLock:
    run = run_dry(study)
    return VerdictLock.of(study, run.assessment, run.records)


def accept(study: Study) -> None:
    take_lock(study).write(study)


@pytest.fixture
def kept(tiny: Study) -> Study:
    """The tiny study, accepted."""
    accept(tiny)
    return tiny


def diff(study: Study) -> Diff:
    run = run_dry(study)
    current = VerdictLock.of(study, run.assessment, run.records)
    argument = Argument(run.assessment.ledger, run.records)
    return diff_locks(VerdictLock.read(study), current, argument)


def causes(study: Study) -> dict[str, tuple[Cause, ...]]:
    return {change.claim: change.causes for change in diff(study).changes}


def set_default(study: Study, name: str, old: str, new: str) -> None:
    """Change a value in base.yaml, and in the parameters cells that name it."""
    base = study.parameter_set("base")
    before = base.read_text("utf-8")
    assert f"{name}: {old}\n" in before
    base.write_text(before.replace(f"{name}: {old}\n", f"{name}: {new}\n"), "utf-8")
    in_notebook(study, f'{name}: str = "{old}"', f'{name}: str = "{new}"')


def close_the_bridge(study: Study, day: str = "2014-05-01") -> None:
    """Add works that closed the bridge to everyone, by default after its repair."""
    storm = {"date": day, "known_from": day, "kind": "painting"}
    add_row(study, "tables/works.csv", key="storm", closed_to="everyone", **storm)
    by_log = {"source": "town_log", "origin": "Town of Millford", "class": "own_act"}
    add_row(study, "sources/row_sources.csv", table="works", key="storm", **by_log)


def assert_later(study: Study) -> None:
    """Let the article assert the month in which the bridge was opened indeed."""
    set_cell(study, "chain/assertions.csv", "B1", "value", "2011-06")


def test_nothing_differs_from_what_was_just_accepted(kept: Study) -> None:
    assert diff(kept) == Diff()


def test_a_new_row_is_named_with_the_claim_the_groundings_that_it_moves_and_the_cause(
    kept: Study,
) -> None:
    close_the_bridge(kept)

    closed, judged = diff(kept).changes

    assert closed.claim == "B2"
    assert closed.before is not None
    assert closed.after is not None
    assert (closed.before.state, closed.after.state) == (
        "depends on the definition",
        "not supported as written",
    )
    assert (closed.before.value, closed.after.value) == (0, 1)
    assert closed.rows == {"came": ("works#storm",), "went": ("coverage#works-2011-2017",)}
    assert (closed.moves, closed.causes, closed.beneath) == (("B3",), DATA, ())
    assert judged.claim == "B3"
    assert [one.grounding for one in (judged.before, judged.after) if one is not None] == [
        "partly grounded",
        "ungrounded",
    ]
    assert (judged.moves, judged.causes, judged.beneath) == ((), DATA, ("B2",))


def test_a_changed_row_is_named_though_the_state_is_the_same(kept: Study) -> None:
    set_cell(kept, "tables/works.csv", "opening", "note", "On a Friday.")

    (change,) = diff(kept).changes

    assert (change.claim, change.of_state) == ("B1", False)
    assert change.rows == {"changed": ("works#opening",)}
    assert (change.moves, change.causes) == ((), DATA)


def test_evidence_that_a_person_read_is_data(kept: Study) -> None:
    drop_rows(kept, "sources/row_sources.csv", "opening")
    by_letter = {"source": "letter", "origin": "a reader", "class": "hearsay"}
    add_row(kept, "sources/row_sources.csv", table="works", key="opening", **by_letter)
    drop_rows(kept, "chain/evidence.csv", "b1-opening-report")

    change = diff(kept).changes[0]

    assert (change.claim, change.causes) == ("B1", DATA)
    assert change.read == {"went": ("sources#gazette_opening",)}


def test_another_default_is_a_change_of_parameters_whatever_the_notebook_says(kept: Study) -> None:
    set_default(kept, "closures", "whole", "any")

    assert causes(kept) == {"B2": PARAMETERS}


def test_another_comparison_in_the_ledger_or_in_a_test_is_a_change_of_method(kept: Study) -> None:
    assert_later(kept)
    in_notebook(kept, "closed.date.gt(since)", "closed.date.ge(since)")

    assert causes(kept) == {"B1": METHOD, "B2": METHOD, "B3": METHOD}


def test_a_claim_that_needs_both_another_row_and_another_test_to_turn_names_both(
    kept: Study,
) -> None:
    since = "closed.date.gt(since)", "closed.date.ne(since)"
    in_notebook(kept, *since)
    assert causes(kept) == {}
    in_notebook(kept, *reversed(since))
    close_the_bridge(kept, day="2013-09-09")
    assert causes(kept) == {}
    in_notebook(kept, *since)

    assert causes(kept) == {"B2": METHOD_AND_DATA, "B3": METHOD_AND_DATA}


def test_all_that_changed_among_what_a_claim_rests_on_is_named(kept: Study) -> None:
    assert_later(kept)
    set_default(kept, "closures", "whole", "any")
    close_the_bridge(kept)

    assert causes(kept) == {
        "B1": METHOD_AND_DATA,
        "B2": (Cause.PARAMETERS, Cause.DATA),
        "B3": (Cause.PARAMETERS, Cause.DATA),
    }


def test_a_claim_that_is_new_and_one_that_is_gone_are_changes(kept: Study) -> None:
    drop_rows(kept, "chain/edges.csv", "B2")
    drop_rows(kept, "chain/members.csv", "G1")
    drop_rows(kept, "chain/groups.csv", "G1")
    for file in ("claims", "assertions", "definitions"):
        drop_rows(kept, f"chain/{file}.csv", "B2")
    in_notebook(kept, 'chapter.claim("B2")', "None")
    in_notebook(kept, '@chapter.test("B2")\n', "")
    in_notebook(kept, 'chapter.card("B2")', "None")
    in_notebook(kept, "; {B2.rows} rows bear on its closures", "")
    set_cell(kept, "chain/sentences.csv", "p1s2", "claims", "B4")
    new = {"paraphrase": "It is short.", "kind": "normative", "chapter": "bridge"}
    add_row(kept, "chain/claims.csv", claim="B4", **new)

    new_one, gone = diff(kept).changes[-2:]

    assert (new_one.claim, new_one.before, new_one.causes) == ("B4", None, METHOD)
    assert (gone.claim, gone.after, gone.causes) == ("B2", None, METHOD)
    assert gone.rows["went"] == ("coverage#works-2011-2017", "works#repair")


def test_what_stands_as_accepted_on_other_inputs_is_counted_and_not_to_be_judged(
    kept: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    set_cell(kept, "tables/works.csv", "painting", "note", "Nobody saw it.")

    assert diff(kept) == Diff(unmoved=2)
    assert main(["--study", str(kept.root), "diff", "--exit-code"]) == 0
    assert capsys.readouterr().out == (
        f"{SAME}\n2 claims of which data, test or parameters are others stand as accepted.\n"
    )


def add_parameter(study: Study) -> None:
    """Add a parameter, and let a test turn on it."""
    about = {
        "label": "Log",
        "question": "Which?",
        "why": "Both.",
        "values": {"all": {"label": "all"}},
    }
    with study.meanings.open("a", encoding="utf-8") as file:
        file.write(f"\nlog: {json.dumps(about)}\n")
    with study.parameter_set("base").open("a", encoding="utf-8") as file:
        file.write("log: all\n")
    in_notebook(study, "def day_of_opening(data):", "def day_of_opening(data, log):")
    in_notebook(study, "Finding(opened.date.min(), opened.index)", "Finding(STAMP, opened.index)")
    in_notebook(study, 'chapter.claim("B1")', 'STAMP = "2011-05-02"\nchapter.claim("B1")')


def add_column(study: Study) -> None:
    """Add a column to a table, and let a test read it."""
    works = study.data / "tables" / "works.csv"
    header, *lines = works.read_text("utf-8").splitlines()
    works.write_text("\n".join([f"{header},day", *(f"{one},2011-05-02" for one in lines)]), "utf-8")
    descriptor = json.loads(study.descriptor.read_text("utf-8"))
    table = next(one for one in descriptor["resources"] if one["name"] == "works")
    table["schema"]["fields"].append({"name": "day", "type": "date"})
    study.descriptor.write_text(json.dumps(descriptor), "utf-8")
    in_notebook(study, "Finding(opened.date.min()", "Finding(opened.day.min()")


def test_a_test_that_turns_on_a_new_parameter_names_both(kept: Study) -> None:
    add_parameter(kept)

    assert causes(kept) == {"B1": (Cause.METHOD, Cause.PARAMETERS)}


def test_a_test_that_reads_a_new_column_names_both(kept: Study) -> None:
    add_column(kept)

    assert causes(kept)["B1"] == METHOD_AND_DATA


def test_a_test_that_reads_another_table_names_method_alone(kept: Study) -> None:
    in_notebook(kept, "Finding(opened.date.min()", "Finding(data.coverage['to'].min()")

    assert causes(kept) == {"B1": METHOD, "B3": METHOD}


def test_a_claim_that_its_chapter_no_longer_shows_names_method(kept: Study) -> None:
    in_notebook(kept, 'chapter.card("B3")', "None")

    assert causes(kept) == {"B3": METHOD}


def test_other_rules_in_the_library_are_a_change_of_method_and_a_part_of_every_cause(
    kept: Study,
) -> None:
    rewrite_lock(kept, "B1", state="supported", library="another")
    close_the_bridge(kept)

    assert causes(kept)["B2"] == METHOD_AND_DATA
    drop_rows(kept, "tables/works.csv", "storm")
    drop_rows(kept, "sources/row_sources.csv", "storm")
    assert causes(kept) == {"B1": METHOD}
    (note,) = diff(kept).notes
    assert note.startswith("The rules of the library have changed since the last acceptance")


def test_a_claim_that_moved_while_all_it_rests_on_is_as_accepted_has_an_unknown_cause(
    kept: Study,
) -> None:
    rewrite_lock(kept, "B1", state="supported")

    assert causes(kept) == {"B1": UNKNOWN}
    (note,) = diff(kept).notes
    assert note.startswith("A cause is unknown where data, parameters and method are as accepted")


def rewrite_lock(study: Study, claim: str, *, state: str, library: str = "") -> None:
    """Write another accepted state, and another digest of the library's rules if one is given."""
    lock = VerdictLock.read(study)
    claims = {**lock.claims, claim: replace(lock.claims[claim], state=state)}
    method = dict(lock.inputs[Cause.METHOD])
    method["library"] = library or method["library"]
    VerdictLock(claims, {**lock.inputs, Cause.METHOD: method}).write(study)


def test_the_page_is_the_same_bytes_from_a_repository_and_from_an_archive_without_git(
    builds: WarmBuilds, kept: Study, tmp_path: Path
) -> None:
    def git(*arguments: str) -> None:
        person = ("-c", "user.name=A tester", "-c", "user.email=tester@example.org")
        command = ["git", "-C", str(kept.root), *person, *arguments]
        subprocess.run(command, check=True, capture_output=True)

    git("init", "-q")
    git("add", "-A")
    git("commit", "-q", "-m", "accepted")
    close_the_bridge(kept)
    git("commit", "-q", "-a", "-m", "changed")
    git("archive", "--output", str(tmp_path / "study.tar"), "HEAD")
    archive = Study(tmp_path / "from the archive")
    with tarfile.open(tmp_path / "study.tar") as packed:
        packed.extractall(archive.root, filter="data")

    assert [builds.run(study) for study in (kept, archive)] == [0, 0]

    pages = [study.build("base").page.read_bytes() for study in (kept, archive)]
    assert b"<li>cause: data, through B2</li>" in pages[0]
    assert pages[0] == pages[1]


def test_the_table_can_be_judged_and_an_unaccepted_change_fails_the_check(
    kept: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    close_the_bridge(kept)
    assert main(["--study", str(kept.root), "diff"]) == 0
    assert main(["--study", str(kept.root), "diff", "--exit-code"]) == 1

    said = capsys.readouterr()
    assert said.out.startswith(
        """\
2 claims have another state than was accepted.

Another state

claim  state                                     value                         moves          cause
-----  ----------------------------------------  ----------------------------  -------------  ----------------
B2     depends on the definition                 0 closures                    B3             data
       -> not supported as written               -> 1 closure
       Since its repair in 2013 the footbridge has not been closed.
       + row works#storm
       - row coverage#works-2011-2017
       Now: Asserted, as tested: no closures; on record, in 2 rows: 1 closure. The same answer in both
         settings tried that have data.

B3     partly grounded                                                                        data, through B2
       -> ungrounded
"""  # noqa: E501
    )
    assert "`make accept` accepts it, and a line in CHANGELOG.md" in said.err

    assert main(["--study", str(kept.root), "accept"]) == 0
    assert main(["--study", str(kept.root), "diff", "--exit-code"]) == 0


def test_a_long_list_of_rows_is_cut_and_no_line_is_too_wide() -> None:
    rows = tuple(f"works#{number:03}-{'a-long-name-' * 9}" for number in range(20))
    words = "depends on the definition of whatever may be meant by a word in the text"
    change = ClaimChange(
        claim="B2",
        paraphrase="Since its repair the footbridge has not been closed, " * 4,
        before=Snapshot("supported", value=tuple(range(1000, 1040)), unit="closures"),
        after=Snapshot(words, detail="conflict", grounding="grounded"),
        rows={"came": rows},
        moves=tuple(f"C{number:02}" for number in range(40)),
        causes=(Cause.METHOD, Cause.PARAMETERS, Cause.DATA),
    )

    lines = format_diff(Diff((change,))).splitlines()

    assert max(map(len, lines)) <= 120
    assert lines.count("       + and 8 more") == 1
    assert "no value" in "\n".join(lines)


def test_the_page_links_the_rows_that_it_shows_and_escapes_the_rest() -> None:
    change = ClaimChange(
        claim="B2",
        paraphrase="It was <b>never</b> closed.",
        before=Snapshot("supported", value=0, unit="closures", rows={"works#repair": "a"}),
        after=Snapshot("not supported as written", value=1, unit="closures"),
        rows={"came": ("works#storm",), "went": ("works#repair",)},
        moves=("B3",),
        causes=DATA,
    )

    html = render_diff(Diff((change,)), cited={"works#storm"}, claims={"B2", "B3"})

    assert '<a href="#works--storm"><code>works#storm</code></a>' in html
    assert "<li>rows that went: <code>works#repair</code></li>" in html
    assert "<li>value: 0 closures → 1 closure</li>" in html
    assert '<li>moves the grounding of <a href="#B3">B3</a></li>' in html
    assert "<li>cause: data</li>" in html
    assert "It was &lt;b&gt;never&lt;/b&gt; closed." in html


def test_the_page_says_what_changed_and_only_the_published_one_does(
    builds: WarmBuilds, kept: Study
) -> None:
    close_the_bridge(kept)
    assert builds.run(kept) == 0
    page = kept.build("base").page.read_text("utf-8")
    told = page.partition('<h2 id="what-changed">')[2].partition("<h2")[0]
    assert "<code>works#storm</code></a>" in told
    assert "<li>cause: data</li>" in told

    def section(set_name: str) -> str:
        parameters = Parameters.read(kept)
        assessment = Assessment(StudyData.read(kept, parameters), parameters.settings(set_name))
        return str(Report(kept, assessment).changes().markup)

    accept(kept)
    assert section("base") == f"<p>{SAME}</p>\n"
    shutil.copytree(kept.build("base").folder, kept.build("hindsight").folder)
    only_base = "<p>Only states at the setting of base.yaml are ever accepted.</p>"
    assert section("hindsight") == only_base
    kept.lock.unlink()
    assert "No state has been accepted yet" in section("base")


# On a copy of the study of this repository.

MARCH = "2017-03-31-test-trading"


@pytest.fixture(scope="module")
def accepted_real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = copy_of(REPO, tmp_path_factory.mktemp("accepted") / "real study")
    accept(study)
    return study.root


@pytest.fixture
def kept_real(accepted_real: Path, tmp_path: Path) -> Study:
    """A copy of the study of this repository, accepted."""
    return copy_of(accepted_real, tmp_path / "real study")


def list_a_chinese_firm(study: Study) -> None:
    add_designation(study, MARCH, "CHN", "2017-03-31")


def count_permits_only(study: Study) -> None:
    set_default(study, "malaysia_workers", "workers", "permit_holders")


def count_the_day_itself(study: Study) -> None:
    in_notebook(study, "hit[date_basis].gt(since) &", "hit[date_basis].ge(since) &")


def assert_fewer_resolutions(study: Study) -> None:
    set_cell(study, "chain/assertions.csv", "C50", "comparison", "at_most")


def test_a_chinese_firm_listed_in_march_is_named_with_every_grounding_that_it_moves(
    kept_real: Study,
) -> None:
    list_a_chinese_firm(kept_real)

    changes = {change.claim: change for change in diff(kept_real).changes}

    assert {c: change.causes for c, change in changes.items()} == dict.fromkeys(
        ("T0", "C01", "C03", "C06", "C08"), DATA
    )
    assert changes["C06"].rows["came"] == (f"designations#{MARCH}",)
    assert changes["C06"].moves == ("T0", "C01", "C08")
    # C03 has one more day among those of 2017, and what rests on it does not move by that.
    assert changes["C03"].rows["came"] == (f"designations#{MARCH}",)
    assert (changes["C03"].of_state, changes["C03"].moves) == (False, ())
    assert changes["C08"].moves == ("T0", "C01")


def test_in_the_real_study_another_default_names_parameters(kept_real: Study) -> None:
    count_permits_only(kept_real)

    assert causes(kept_real) == {"C56": PARAMETERS}


def test_in_the_real_study_another_comparison_names_method(kept_real: Study) -> None:
    count_the_day_itself(kept_real)
    assert_fewer_resolutions(kept_real)

    assert causes(kept_real) == dict.fromkeys(("T0", "C01", "C06", "C08", "C49", "C50"), METHOD)


def test_in_the_real_study_all_three_at_once_are_told_apart(kept_real: Study) -> None:
    count_the_day_itself(kept_real)
    assert_fewer_resolutions(kept_real)
    count_permits_only(kept_real)
    list_a_chinese_firm(kept_real)

    assert causes(kept_real) == {
        "T0": METHOD_AND_DATA,
        "C01": METHOD_AND_DATA,
        "C03": DATA,
        "C06": METHOD_AND_DATA,
        "C08": METHOD_AND_DATA,
        "C49": METHOD,
        "C50": METHOD,
        "C56": PARAMETERS,
    }
