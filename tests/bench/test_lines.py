"""What the bench measures: its lines, its made-up study, and that work grows as it should."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import pytest

from reportlib.assess.argument import Argument
from reportlib.load import tables
from reportlib.load.validation import find_package_faults
from tests.bench import builds, sweeps
from tests.bench.__main__ import main
from tests.bench.environments import Environment
from tests.bench.load import Load
from tests.bench.made_up import MadeUp
from tests.bench.passing import evaluations, fresh
from tests.bench.projects import Project
from tests.bench.size import Size
from tests.bench.timing import calls, growth


def made_up(folder: Path, size: Size) -> MadeUp:
    return MadeUp.write(folder / str(size), size)


def doing_nothing(
    _project: Project, *_command: str, watched: Callable[[Popen[bytes]], None] | None = None
) -> None:
    """Take the place of running a command; test_bench_builds.py runs some."""
    if watched is not None:
        watched(Popen(["sleep", "0.1"]))


def test_a_quick_bench_reports_every_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(Project, "run", doing_nothing)

    assert main(["--quick", "--to", str(tmp_path / "below" / "bench.json")]) == 0

    lines = json.loads((tmp_path / "below" / "bench.json").read_text(encoding="utf-8"))
    assert [(line["about"], line["what"]) for line in lines] == [
        ("this article", "robustness pass"),
        ("this article", "python -c 'import pandas, altair'"),
        ("this article", "the pass, as a share of that"),
        ("this article", "the same, without what JupyterLab adds to the import"),
        ("this article", "evaluations in the pass"),
        ("this article", "evaluations per second"),
        ("this article", "canary"),
        ("pass, by claims", "12 claims"),
        ("pass, by claims", "24 claims"),
        ("pass, by claims", "for ten times as much"),
        ("argument, by claims", "12 claims"),
        ("argument, by claims", "24 claims"),
        ("argument, by claims", "for ten times as much"),
        ("pass, by settings", "3 settings"),
        ("pass, by settings", "9 settings"),
        ("pass, by settings", "for ten times as much"),
        ("evaluation, by rows", "100 rows"),
        ("evaluation, by rows", "1,000 rows"),
        ("evaluation, by rows", "for ten times as much"),
        ("reading, by rows", "100 rows"),
        ("reading, by rows", "1,000 rows"),
        ("reading, by rows", "for ten times as much"),
        ("build, 2 made-up notebooks", "peak memory: make report"),
        ("build, 2 made-up notebooks", "peak memory: make report, no chart drawn"),
        ("build, 2 made-up notebooks", "peak memory, against make report, no chart drawn"),
        ("build, 2 made-up notebooks", "cold: make report"),
        ("build, 2 made-up notebooks", "cold: make report, no chart drawn"),
        ("build, 2 made-up notebooks", "cold, against make report, no chart drawn"),
        ("build, 2 made-up notebooks", "one row changed: make report"),
        ("build, 2 made-up notebooks", "prose changed: make report"),
        ("build, 2 made-up notebooks", "one library module changed: make report"),
        ("build, 2 made-up notebooks", "nothing changed: make report"),
        ("build, 2 made-up notebooks", "nothing changed: bare make"),
        ("build, 2 made-up notebooks", "nothing changed, against bare make"),
        ("execution only, no page", "one notebook: forked"),
        ("execution only, no page", "one notebook: a plain script of its code"),
        ("execution only, no page", "one notebook, against a plain script of its code"),
        ("execution only, no page", "each of 2 sets: forked"),
        ("execution only, no page", "each of 1 sets: plain"),
        ("cold build, by notebooks", "2 notebooks"),
        ("cold build, by notebooks", "3 notebooks"),
        ("cold build, by notebooks", "for ten times as much"),
        ("finding nothing stale, by notebooks", "2 notebooks"),
        ("finding nothing stale, by notebooks", "3 notebooks"),
        ("finding nothing stale, by notebooks", "for ten times as much"),
    ]  # fmt: skip
    assert all(line["low"] <= line["value"] <= line["high"] for line in lines)
    tenfold = [one for one in lines if one["what"].startswith("for ten")]
    assert all("linear" in one["verdict"] for one in tenfold)
    said = capsys.readouterr().out
    assert all(line["what"] in said for line in lines)


def test_everything_is_measured_against_every_peer(tmp_path, monkeypatch):
    monkeypatch.setattr(Project, "run", doing_nothing)
    here = Environment.current()
    load = Load(
        here, here, notebooks=3, rows=100, article=True, times=1, long=1, often=1, blinks=1,
        sets=2, few=1, growing=(2, 3),
    )  # fmt: skip

    lines = [*builds.measure(tmp_path, load), *sweeps.measure(tmp_path, load)]

    made_up, article = "build, 3 made-up notebooks", "build, this article"
    alone = "execution only, no page"
    assert [(line.about, line.what, line.goal) for line in lines if line.goal is not None] == [
        (made_up, "cold, against make -j2", 0.33),
        (made_up, "cold, no chart drawn, against make -j2", 0.25),
        (made_up, "one row changed, against make -j2", 0.4),
        (made_up, "nothing changed, against bare make", 2),
        (article, "cold, against make -j2", 0.33),
        (article, "one row changed, against make -j2", 0.4),
        (alone, "one notebook, against a plain script of its code", 1.5),
        (alone, "each set, forked, against papermill, 2 at a time", 0.1),
        (alone, "each set, plain, against papermill, 2 at a time", 0.25),
    ]
    assert {line.what for line in lines if line.what.endswith("against Snakemake")} == {
        f"{what}, against Snakemake"
        for what in (
            "peak memory", "cold", "one row changed", "prose changed",
            "one library module changed", "nothing changed",
        )
    }  # fmt: skip


@pytest.mark.parametrize(
    ("taken", "tenfold", "verdict"),
    [
        ([(60, 1.0), (600, 10.0)], 10.0, "linear"),
        ([(60, 9.0), (600, 10.0), (6_000, 40.0)], 4.0, "linear"),
        ([(60, 1.0), (600, 10.0), (6_000, 1_000.0)], 100.0, "not linear: 100.0 for 10"),
        ([(3, 3.0), (9, 27.0)], 100.0, "not linear: 100.0 for 10"),
    ],
)
def test_growth_is_told_for_ten_times_as_much_from_the_two_largest(taken, tenfold, verdict):
    told = growth("what", taken)

    assert told.value == pytest.approx(tenfold)
    assert told.verdict == verdict


def test_a_made_up_study_has_no_fault_and_the_same_size_gives_the_same_bytes(tmp_path):
    size = Size(claims=30, rows=200, turns_on=2)
    one, other = (MadeUp.write(tmp_path / name, size).study for name in ("one", "other"))

    assert find_package_faults(one) == []
    files = [path for path in one.root.rglob("*") if path.is_file()]
    assert len(files) == 19
    for path in files:
        assert path.read_bytes() == (other.root / path.relative_to(one.root)).read_bytes()


def test_a_made_up_study_has_claims_of_every_state_that_a_pass_looks_into(tmp_path):
    made = made_up(tmp_path, Size(claims=120, rows=400))
    records = fresh(made.open, made.tests())()

    verdicts = Counter(record.verdict for record in records.values())
    assert len(verdicts) == 6  # every verdict, and none for a judgement
    assert any(record.stress_tests.rests_on for record in records.values())
    assert any(
        one.stress_tests.backtest and one.stress_tests.backtest.differs for one in records.values()
    )
    argument = Argument(made.open().ledger, records)
    assert len({argument.grounding(made.size.id(one)) for one in made.size.judgements}) > 1


def test_a_pass_cuts_each_table_to_a_day_once_however_many_claims_ask(tmp_path):
    made = made_up(tmp_path, Size(claims=60, rows=400))
    run = fresh(made.open, made.tests())

    with calls(tables, "cut_to_day") as cuts:
        run()

    days = Counter((table, day) for _, table, day in cuts)
    assert {table for table, _ in days} == {"acts"}
    assert set(days.values()) == {1}


@pytest.mark.parametrize(("turns_on", "settings"), [(1, 3), (2, 9), (3, 27)])
def test_a_claim_is_evaluated_once_at_each_plausible_setting_of_what_it_turns_on(
    tmp_path, turns_on, settings
):
    made = made_up(tmp_path, Size(claims=11, rows=200, turns_on=turns_on))
    assessment, tests = made.open(), made.tests()
    evaluators = [assessment.evaluator(claim, test) for claim, test in tests.items()]

    made_once = evaluations(lambda: [assessment.record(evaluator) for evaluator in evaluators])
    made_again = evaluations(lambda: [assessment.record(evaluator) for evaluator in evaluators])

    assert (made_once, made_again) == (8 * settings, 0)


def test_a_claim_is_evaluated_as_often_however_many_rows_there_are(tmp_path):
    def of(rows: int) -> int:
        made = made_up(tmp_path, Size(claims=11, rows=rows))
        assessment = made.open()
        evaluators = [assessment.evaluator(claim, test) for claim, test in made.tests().items()]
        return evaluations(lambda: [assessment.record(evaluator) for evaluator in evaluators])

    assert of(100) == of(2_000)


def test_evaluations_grow_in_line_with_the_claims(tmp_path):
    def a_claim(claims: int) -> float:
        made = made_up(tmp_path, Size(claims=claims, rows=400))
        return evaluations(fresh(made.open, made.tests())) / claims

    assert a_claim(120) == pytest.approx(a_claim(30), rel=0.25)


def test_what_each_claim_bears_is_found_in_line_with_the_claims(tmp_path):
    def looked_at(claims: int) -> float:
        made = made_up(tmp_path, Size(claims=claims))
        argument = Argument(made.open().ledger, {})
        with calls(Argument, "standing") as standings:
            assert argument.load_bearing is not None
        return len(standings) / claims

    assert looked_at(1_000) == pytest.approx(looked_at(100), rel=0.25)
