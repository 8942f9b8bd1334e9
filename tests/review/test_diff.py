"""What changed is named claim by claim, and its cause is found step by step from git."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from reportlib.assess.assessment import Assessment
from reportlib.cli import main
from reportlib.load.parameters import Parameters
from reportlib.load.study_data import StudyData
from reportlib.model.snapshots import ClaimChange, Diff, ReferenceChanges, Snapshot
from reportlib.model.vocabulary import Cause
from reportlib.publish.report_sections import Report
from reportlib.render.diff_table import SAME, format_diff, render_diff
from reportlib.review.diff import diff_dry_run
from reportlib.review.dry_run import run_dry
from reportlib.review.verdict_lock import VerdictLock
from reportlib.study import Study
from tests.conftest import REPO, TINY, add_row, copy_of, drop_rows, in_notebook, set_cell
from tests.review.test_whole_study_changes import add_designation
from tests.warm_builds import WarmBuilds

DATA, PARAMETERS, METHOD = (Cause.DATA,), (Cause.PARAMETERS,), (Cause.METHOD,)
METHOD_OR_DATA = (Cause.METHOD, Cause.DATA)
UNKNOWN = (Cause.UNKNOWN,)


def git(folder: Path, *arguments: str) -> None:
    named = ("-c", "user.name=A tester", "-c", "user.email=tester@example.org")
    subprocess.run(["git", "-C", str(folder), *named, *arguments], check=True, capture_output=True)


def commit(study: Study, *files: str) -> None:
    git(study.root, "add", "-A", *files)
    git(study.root, "commit", "-q", "-m", "a step")


def accept(study: Study) -> None:
    VerdictLock.of(run_dry(study)).write(study)


def in_git(root: Path, repository: Path) -> Study:
    """A copy of a study in a folder of a repository, accepted and committed."""
    study = copy_of(root, repository / "a study")
    git(repository.parent, "init", "-q", str(repository))
    accept(study)
    commit(study)
    return study


@pytest.fixture
def kept(tmp_path: Path) -> Study:
    """The tiny study in a repository, accepted and committed."""
    return in_git(TINY, tmp_path / "a repository")


def found(study: Study) -> Diff:
    return diff_dry_run(run_dry(study), VerdictLock.read(study))


def causes(study: Study) -> dict[str, tuple[tuple[Cause, ...], ...]]:
    return {change.claim: change.causes for change in found(study).changes}


def set_default(study: Study, name: str, old: str, new: str) -> None:
    """Change a value in base.yaml, and in the parameters cells that name it."""
    base = study.parameter_set("base")
    before = base.read_text("utf-8")
    assert f"{name}: {old}\n" in before
    base.write_text(before.replace(f"{name}: {old}\n", f"{name}: {new}\n"), "utf-8")
    in_notebook(study, f'{name}: str = "{old}"', f'{name}: str = "{new}"')


def close_the_bridge(study: Study) -> None:
    """Add works that closed the bridge to everyone after its repair."""
    storm = {"date": "2014-05-01", "known_from": "2014-05-01", "kind": "painting"}
    add_row(study, "tables/works.csv", key="storm", closed_to="everyone", **storm)
    by_log = {"source": "town_log", "origin": "Town of Millford", "class": "own_act"}
    add_row(study, "sources/row_sources.csv", table="works", key="storm", **by_log)


def assert_later(study: Study) -> None:
    """Let the article assert the month in which the bridge was opened indeed."""
    set_cell(study, "chain/assertions.csv", "B1", "value", "2011-06")


def test_nothing_differs_from_what_was_just_accepted(kept: Study) -> None:
    assert found(kept) == Diff()


def test_a_new_row_is_named_with_the_claim_the_groundings_that_it_moves_and_the_cause(
    kept: Study,
) -> None:
    close_the_bridge(kept)

    closed, judged = found(kept).changes

    assert closed.claim == "B2"
    assert closed.before is not None
    assert closed.after is not None
    assert (closed.before.state, closed.after.state) == (
        "depends on the definition",
        "not supported as written",
    )
    assert (closed.before.value, closed.after.value) == (0, 1)
    assert closed.rows == ReferenceChanges(
        came=("works#storm",), went=("coverage#works-2011-2017",)
    )
    assert (closed.moves, closed.causes) == (("B3",), (DATA,))
    assert judged.claim == "B3"
    assert [one.grounding for one in (judged.before, judged.after) if one is not None] == [
        "partly grounded",
        "ungrounded",
    ]
    assert (judged.moves, judged.causes) == ((), (DATA,))


def test_a_changed_row_is_named_though_the_state_is_the_same(kept: Study) -> None:
    set_cell(kept, "tables/works.csv", "opening", "note", "On a Friday.")

    (change,) = found(kept).changes

    assert (change.claim, change.of_state) == ("B1", False)
    assert change.rows == ReferenceChanges(changed=("works#opening",))
    assert (change.moves, change.causes) == ((), (DATA,))


def test_evidence_that_a_person_read_is_data(kept: Study) -> None:
    drop_rows(kept, "sources/row_sources.csv", "opening")
    by_letter = {"source": "letter", "origin": "a reader", "class": "hearsay"}
    add_row(kept, "sources/row_sources.csv", table="works", key="opening", **by_letter)
    drop_rows(kept, "chain/evidence.csv", "b1-opening-report")

    change = found(kept).changes[0]

    assert (change.claim, change.causes) == ("B1", (DATA,))
    assert change.read == ReferenceChanges(went=("sources#gazette_opening",))


def test_another_default_is_a_change_of_parameters_whatever_the_notebook_says(kept: Study) -> None:
    set_default(kept, "closures", "whole", "any")

    assert causes(kept) == {"B2": (PARAMETERS,)}


def test_another_comparison_in_the_ledger_or_in_a_test_is_a_change_of_method(kept: Study) -> None:
    assert_later(kept)
    in_notebook(kept, "closed.date.gt(since)", "closed.date.ge(since)")

    assert causes(kept) == {"B1": (METHOD,), "B2": (METHOD,), "B3": (METHOD,)}


def test_three_causes_at_once_are_told_apart_claim_by_claim(kept: Study) -> None:
    assert_later(kept)
    set_default(kept, "closures", "whole", "any")
    close_the_bridge(kept)

    assert causes(kept) == {"B1": (METHOD,), "B2": (PARAMETERS, DATA), "B3": (DATA,)}


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

    new_one, gone = found(kept).changes[-2:]

    assert (new_one.claim, new_one.before, new_one.causes) == ("B4", None, (METHOD,))
    assert (gone.claim, gone.after, gone.causes) == ("B2", None, (METHOD,))
    assert gone.rows.went == ("coverage#works-2011-2017", "works#repair")


def test_what_stands_as_accepted_on_other_inputs_is_counted_and_not_to_be_judged(
    kept: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    set_cell(kept, "tables/works.csv", "painting", "note", "Nobody saw it.")

    assert found(kept) == Diff(unmoved=2)
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


def test_a_method_that_needs_a_new_parameter_is_told_together_with_the_parameters(
    kept: Study,
) -> None:
    add_parameter(kept)
    close_the_bridge(kept)

    assert causes(kept) == {
        "B1": ((Cause.METHOD, Cause.PARAMETERS),),
        "B2": (DATA,),
        "B3": (DATA,),
    }
    (note,) = found(kept).notes
    assert note.startswith("A change of method cannot be told from the next: notebooks/01-bridge")
    assert "`log` is not a parameter" in note


def test_a_method_that_needs_a_new_column_is_told_together_with_the_data(kept: Study) -> None:
    add_column(kept)

    assert causes(kept)["B1"] == (METHOD_OR_DATA,)


def note_of(study: Study) -> str:
    """Why the causes are unknown; what changed is told all the same."""
    changes = found(study)
    assert {change.claim: change.causes for change in changes.changes} == {
        "B2": (UNKNOWN,),
        "B3": (UNKNOWN,),
    }
    (note,) = changes.notes
    return note.removeprefix("The cause is not known. ")


def test_without_a_repository_the_cause_is_unknown(tiny: Study) -> None:
    accept(tiny)
    close_the_bridge(tiny)

    assert note_of(tiny) == "The study stands in no git repository."


def test_without_git_the_cause_is_unknown(kept: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    close_the_bridge(kept)
    monkeypatch.setenv("PATH", str(kept.root))

    assert note_of(kept) == "Git is not installed."


def test_with_a_lock_that_was_never_committed_the_cause_is_unknown(tiny: Study) -> None:
    accept(tiny)
    git(tiny.root, "init", "-q")
    close_the_bridge(tiny)
    assert note_of(tiny) == "Its git repository has no commit yet."

    commit(tiny, "data")
    assert note_of(tiny) == "verdicts.lock.json has not been committed."


def test_with_a_lock_written_since_its_commit_the_cause_is_unknown(kept: Study) -> None:
    set_cell(kept, "tables/works.csv", "opening", "note", "On a Friday.")
    accept(kept)
    close_the_bridge(kept)

    assert note_of(kept) == "verdicts.lock.json has been written anew and is not committed."


def test_what_strayed_between_accepting_and_committing_is_never_taken_for_method(
    kept: Study,
) -> None:
    close_the_bridge(kept)
    accept(kept)
    drop_rows(kept, "tables/works.csv", "storm")
    drop_rows(kept, "sources/row_sources.csv", "storm")
    commit(kept)
    assert_later(kept)

    assert causes(kept) == {
        "B1": (METHOD_OR_DATA,),
        "B2": (METHOD_OR_DATA,),
        "B3": (METHOD_OR_DATA,),
    }
    (note,) = found(kept).notes
    assert note.startswith("The data of commit ")
    assert note.endswith("what moved by them cannot be told from a change of method.")


def test_a_step_that_strayed_data_do_not_touch_is_told_as_ever(kept: Study) -> None:
    set_cell(kept, "chain/assertions.csv", "B2", "unit", "closings")
    accept(kept)
    set_cell(kept, "tables/works.csv", "painting", "note", "Nobody saw it.")
    commit(kept)
    close_the_bridge(kept)

    assert causes(kept) == {"B2": (DATA,), "B3": (DATA,)}


def test_a_shallow_clone_tells_the_cause_only_where_it_has_the_accepted_inputs(
    kept: Study, tmp_path: Path
) -> None:
    close_the_bridge(kept)
    commit(kept)
    origin = kept.root.parent.as_uri()
    git(tmp_path, "clone", "-q", "--depth", "1", origin, str(tmp_path / "shallow"))
    study = Study(tmp_path / "shallow" / "a study")
    assert note_of(study).startswith(
        "This clone is shallow and lacks the commit of verdicts.lock.json"
    )

    accept(study)
    commit(study)
    assert_later(study)
    assert causes(study) == {"B1": (METHOD,)}


def test_the_inputs_are_those_of_the_locks_last_commit_and_not_of_the_last(kept: Study) -> None:
    close_the_bridge(kept)
    commit(kept)
    set_default(kept, "closures", "whole", "any")
    commit(kept)

    assert causes(kept)["B2"] == (PARAMETERS, DATA)


def test_it_works_from_within_a_hook_of_git(kept: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    close_the_bridge(kept)
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")

    assert causes(kept) == {"B2": (DATA,), "B3": (DATA,)}


def test_the_repository_and_the_study_stay_as_they_were(kept: Study) -> None:
    close_the_bridge(kept)

    def state() -> list[tuple[Path, bytes]]:
        files = (path for path in kept.root.parent.rglob("*") if path.is_file())
        return sorted((path, path.read_bytes()) for path in files)

    before = state()
    found(kept)
    assert state() == before


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

B3     partly grounded                                                                        data
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
        rows=ReferenceChanges(came=rows),
        moves=tuple(f"C{number:02}" for number in range(40)),
        causes=((Cause.METHOD, Cause.PARAMETERS), DATA),
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
        rows=ReferenceChanges(came=("works#storm",), went=("works#repair",)),
        moves=("B3",),
        causes=(DATA,),
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
    repository = tmp_path_factory.mktemp("real") / "a repository"
    in_git(REPO, repository)
    return repository


@pytest.fixture
def kept_real(accepted_real: Path, tmp_path: Path) -> Study:
    """The study of this repository in another, accepted and committed."""
    shutil.copytree(accepted_real, tmp_path / "real repository")
    return Study(tmp_path / "real repository" / "a study")


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

    changes = {change.claim: change for change in found(kept_real).changes}

    assert {c: change.causes for c, change in changes.items()} == dict.fromkeys(
        ("T0", "C01", "C03", "C06", "C08"), (DATA,)
    )
    assert changes["C06"].rows.came == (f"designations#{MARCH}",)
    assert changes["C06"].moves == ("T0", "C01", "C08")
    # C03 has one more day among those of 2017, and what rests on it does not move by that.
    assert changes["C03"].rows.came == (f"designations#{MARCH}",)
    assert (changes["C03"].of_state, changes["C03"].moves) == (False, ())
    assert changes["C08"].moves == ("T0", "C01")


def test_in_the_real_study_another_default_names_parameters(kept_real: Study) -> None:
    count_permits_only(kept_real)

    assert causes(kept_real) == {"C56": (PARAMETERS,)}


def test_in_the_real_study_another_comparison_names_method(kept_real: Study) -> None:
    count_the_day_itself(kept_real)
    assert_fewer_resolutions(kept_real)

    assert causes(kept_real) == dict.fromkeys(("T0", "C01", "C06", "C08", "C49", "C50"), (METHOD,))


def test_in_the_real_study_all_three_at_once_are_told_apart(kept_real: Study) -> None:
    count_the_day_itself(kept_real)
    assert_fewer_resolutions(kept_real)
    count_permits_only(kept_real)
    list_a_chinese_firm(kept_real)

    assert causes(kept_real) == {
        "T0": (METHOD,),
        "C01": (METHOD,),
        "C03": (DATA,),
        "C06": (METHOD, DATA),
        "C08": (METHOD,),
        "C49": (METHOD,),
        "C50": (METHOD,),
        "C56": (PARAMETERS,),
    }
