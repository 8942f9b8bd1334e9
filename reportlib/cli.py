"""The command line: ``python -m reportlib``."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reportlib.errors import BadLock, NotAccepted, NotBuilt, ReportError, Stopped
from reportlib.execute.executor import BuildOptions
from reportlib.load.ledger import Ledger
from reportlib.load.parameters import BASE, Parameters
from reportlib.load.sentence_coverage import check_coverage
from reportlib.load.validation import check_package
from reportlib.model.formatting import format_count, join_words
from reportlib.study import Build, Study

if TYPE_CHECKING:
    from reportlib.assess.argument import Argument
    from reportlib.review.verdict_lock import VerdictLock


EXIT_CODES = (
    "It ends with 0 if all is well; 1 if something of the study is wrong, or cannot be written, "
    "after saying what, where, and what to do; 2 if it was called wrongly; 129, 130 or 143 if it "
    "was asked to stop, by a terminal that closed, by Ctrl-C, or by another process."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return how it ended, after saying on standard error what is wrong.

    Where 1 is an answer, as with ``verify``, what is wrong is told by 2.
    """
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        study = Study.at(given.study) if given.study else Study.find()
        return int(given.command(study, given))
    except ReportError as problem:
        _print_error(problem)
        return int(given.trouble)
    except KeyboardInterrupt as asked:
        print("stopped; the page is whole, and the next build goes on from here", file=sys.stderr)
        return 128 + (asked.number if isinstance(asked, Stopped) else signal.SIGINT)
    except BrokenPipeError:  # who read what this says has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(given.trouble)


def _print_error(problem: ReportError) -> None:
    """Print it on standard error, without control characters of a cell that it quotes."""
    from reportlib.render.templating import strip_controls  # heavy: jinja2

    print(strip_controls(str(problem)), file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m reportlib",
        description="Claims, evidence and computed verdicts of a published argument.",
        epilog=EXIT_CODES,
    )
    parser.add_argument("--study", type=Path, help="the study's folder (default: this one)")
    parser.set_defaults(trouble=1)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    build = commands.add_parser(
        "build", help="execute what is stale and write the page", epilog=EXIT_CODES
    )
    _add_set_option(build)
    build.add_argument("--all-sets", action="store_true", help="build every parameter set")
    build.add_argument(
        "-n", "--dry-run", action="store_true", help="only say what is stale, and why"
    )
    build.add_argument(
        "-j", "--jobs", type=_natural, default=BuildOptions.jobs,
        help="notebooks at once (default: one a processor)",
    )  # fmt: skip
    build.add_argument("-q", "--quiet", action="store_true", help="say nothing but what is wrong")
    build.add_argument("--json", action="store_true", help="say it as lines of JSON")
    build.add_argument(
        "--kernel", choices=("forked", "plain"), default=BuildOptions.kernel,
        help="children of this process, which is faster, or ordinary kernels",
    )  # fmt: skip
    build.add_argument(
        "--limit", type=_natural, default=BuildOptions.limit, metavar="SECONDS",
        help="what a cell may take before it is stopped; 0: any time "
        f"(default: {BuildOptions.limit})",
    )  # fmt: skip
    build.add_argument(
        "--stamp", action="store_true", help="keep make's listing of the inputs in build/SET/.stamp"
    )
    build.set_defaults(command=_build)

    watch = commands.add_parser("watch", help="build at every save, and show it in a preview")
    _add_set_option(watch)
    watch.add_argument(
        "--port", type=int, default=0, help="the preview's, on this machine (default: a free one)"
    )
    watch.set_defaults(command=_watch)

    check = commands.add_parser("check", help="check parameters, data package and notebooks")
    check.set_defaults(command=_check)

    diff = commands.add_parser("diff", help="say what is not as it was accepted, and why")
    diff.add_argument("--exit-code", action="store_true", help="end with 1 if something is not")
    diff.set_defaults(command=_diff)

    accept = commands.add_parser("accept", help="accept every claim as it is now")
    accept.set_defaults(command=_accept)

    trace = commands.add_parser("trace", help="follow a claim to its rows and sources")
    trace.add_argument("claim", help="the claim's id, such as C06")
    _add_set_option(trace)
    trace.set_defaults(command=_trace)

    pdf = commands.add_parser("pdf", help="print the page as PDF, with a browser on this machine")
    _add_set_option(pdf)
    pdf.set_defaults(command=_pdf)

    robustness = commands.add_parser("robustness", help="print what was tried to turn each verdict")
    _add_set_option(robustness)
    robustness.set_defaults(command=_robustness)

    verify = commands.add_parser(
        "verify", help="say whether a page is fresh, and else what differs"
    )
    verify.add_argument("page", type=Path, metavar="FILE.html", help="a page, wherever it is")
    verify.set_defaults(command=_verify, trouble=2)

    crate = commands.add_parser("crate", help="put page, inputs and provenance into one archive")
    _add_set_option(crate)
    crate.set_defaults(command=_crate)

    coverage = commands.add_parser("coverage", help="check the sentence map against the article")
    coverage.add_argument("article", type=Path, help="a copy of the article as plain text")
    coverage.set_defaults(command=_coverage)
    return parser


def _add_set_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--set", default=BASE, dest="set_name", help="parameter set (default: base)"
    )


def _build(study: Study, given: argparse.Namespace) -> int:
    from reportlib.build import build_report
    from reportlib.execute.plan import plan_build
    from reportlib.execute.progress import choose_printer, print_json, print_nothing

    names = study.set_names() if given.all_sets else [given.set_name]
    if given.dry_run:
        for name in names:
            lines = plan_build(study, name).lines
            told = json.dumps({"set": name, "plan": lines}, ensure_ascii=False)
            print(told if given.json else "\n  ".join([f"{name}:", *lines]))
        return 0
    say = print_nothing if given.quiet else print_json if given.json else choose_printer()
    how = BuildOptions(given.jobs, given.kernel, given.limit, given.stamp)
    failed = 0
    for name in names:
        try:
            build_report(study, name, say, how)
        except ReportError as problem:
            _print_error(problem)
            failed = 1
    return failed


def _watch(study: Study, given: argparse.Namespace) -> int:
    try:  # needs what a build does not, and what its environment may lack
        from reportlib.serve.watch import watch
    except ModuleNotFoundError as missing:
        raise ReportError(
            f"{missing.name} is not installed: `make environment` installs what developing needs."
        ) from None

    watch(study, given.set_name, given.port)
    return 0


def _natural(text: str) -> int:
    """A number of the command line that may be 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 on")
    return int(text)


def _check(study: Study, _given: argparse.Namespace) -> int:
    _check_all(study)
    print("parameters, data package and notebooks are as they should be")
    return 0


def _check_all(study: Study) -> None:
    from reportlib.lint.notebook_contract import check_notebooks  # heavy: papermill

    Parameters.read(study)
    check_package(study)
    check_notebooks(study)


def _diff(study: Study, given: argparse.Namespace) -> int:
    from reportlib.render.diff_table import format_diff
    from reportlib.review.diff import diff_locks
    from reportlib.review.verdict_lock import VerdictLock

    accepted = VerdictLock.read(study)
    changes = diff_locks(accepted, *_find_current(study))
    print(format_diff(changes))
    if not changes.changes or not given.exit_code:
        return 0
    print(
        "This has not been accepted. If it is right, `make accept` accepts it, and a line in "
        "CHANGELOG.md tells it to readers.",
        file=sys.stderr,
    )
    return 1


def _accept(study: Study, _given: argparse.Namespace) -> int:
    from reportlib.render.diff_table import format_diff
    from reportlib.review.diff import diff_locks
    from reportlib.review.verdict_lock import VerdictLock

    _check_all(study)
    current, argument = _find_current(study)
    with contextlib.suppress(NotAccepted, BadLock):  # it is written anew
        print(format_diff(diff_locks(VerdictLock.read(study), current, argument)))
    current.write(study)
    print(f"{format_count(len(current.claims), 'claim')} accepted: {study.relative(study.lock)}")
    return 0


def _find_current(study: Study) -> tuple[VerdictLock, Argument]:
    """Return the lock that would accept the study as it is now, and its argument."""
    from reportlib.assess.argument import Argument
    from reportlib.review.dry_run import run_dry
    from reportlib.review.verdict_lock import VerdictLock

    run = run_dry(study)
    argument = Argument(run.assessment.ledger, run.records)
    if unsettled := argument.settles_nothing:
        raise ReportError(f"Not one checkable claim is settled, of {join_words(unsettled)}.")
    return VerdictLock.of(study, run.assessment, run.records), argument


def _pdf(study: Study, given: argparse.Namespace) -> int:
    from reportlib.publish.pdf import print_page

    Parameters.read(study).settings(given.set_name)
    _note_changes(study, study.build(given.set_name))
    print(f"printed {study.relative(print_page(study, given.set_name))}")
    return 0


def _coverage(study: Study, given: argparse.Namespace) -> int:
    try:
        text = given.article.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise ReportError(f"{given.article} cannot be read as text: {problem}") from None
    found = check_coverage(text, Ledger.read(study))
    print(found.summary)
    for line in found.problems:
        print(line, file=sys.stderr)
    return 1 if found.problems else 0


def _verify(study: Study, given: argparse.Namespace) -> int:
    from reportlib.publish.verify import verify

    found = verify(study, given.page)
    print(found.told_of(str(given.page)))
    return 0 if found.fresh else 1


def _crate(study: Study, given: argparse.Namespace) -> int:
    from reportlib.publish.ro_crate import write_crate  # heavy: rocrate

    written = write_crate(study, given.set_name)
    print(f"wrote {study.relative(written)}")
    return 0


def _robustness(study: Study, given: argparse.Namespace) -> int:
    from reportlib.assess.assessment import Assessment  # heavy: pandas, altair
    from reportlib.load.study_data import StudyData
    from reportlib.publish.report_sections import Report
    from reportlib.render.robustness_table import format_robustness

    parameters = Parameters.read(study)
    settings = parameters.settings(given.set_name)
    _note_changes(study, study.build(given.set_name))
    report = Report(study, Assessment(StudyData.read(study, parameters), settings))
    named = {name for record in report.argument.records.values() for name in record.parameters}
    if gone := sorted(named - parameters.by_name.keys()):
        raise NotBuilt(f"The last run knew {join_words(gone)}: `make report` runs it again.")
    print(format_robustness(report.argument, parameters))
    return 0


def _note_changes(study: Study, build: Build) -> None:
    """Say on standard error what is not as it was when the results were made."""
    from reportlib.execute.state import list_changed_inputs

    changed = list_changed_inputs(study, build)
    if changed:
        print(f"note: changed since that run: {', '.join(changed)}", file=sys.stderr)


def _trace(study: Study, given: argparse.Namespace) -> int:
    from reportlib.review.trace import trace_claim

    Parameters.read(study).settings(given.set_name)
    lines = trace_claim(study, given.set_name, given.claim)
    _note_changes(study, study.build(given.set_name))
    print("\n".join(lines))
    return 0
