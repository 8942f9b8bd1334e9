"""As claims grow: the pass, and the argument with what each claim bears."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from reportlib.assess.argument import Argument
from reportlib.load.ledger import Ledger
from reportlib.model.findings import Record
from tests.bench.made_up import MadeUp
from tests.bench.passing import Tests, fresh
from tests.bench.size import Size
from tests.bench.timing import Line, growth, line, repeated


def measure(folder: Path, sizes: Sequence[int], times: int) -> Iterator[Line]:
    """Time studies of more and more claims, on the same rows."""
    passes, arguments = [], []
    for claims in sizes:
        made = MadeUp.write(folder / f"{claims} claims", Size(claims=claims))
        tests = made.tests()
        records: dict[str, Record] = {}
        taken = repeated(partial(_passing, made, tests, records), times)
        passes.append((claims, median(taken)))
        a_claim = [one / claims * 1000 for one in taken]
        yield line("pass, by claims", f"{claims:,} claims", a_claim, "ms a claim")
        ledger = Ledger.read(made.study)
        taken = repeated(partial(partial, _argued, ledger, records), times)
        arguments.append((claims, median(taken)))
    yield growth("pass, by claims", passes)
    for claims, seconds in arguments:
        yield line(
            "argument, by claims", f"{claims:,} claims", [seconds / claims * 1e6], "µs a claim"
        )
    yield growth("argument, by claims", arguments)


def _passing(made: MadeUp, tests: Tests, records: dict[str, Record]) -> Callable[[], None]:
    run = fresh(made.open, tests)
    return lambda: records.update(run())


def _argued(ledger: Ledger, records: Mapping[str, Record]) -> None:
    argument = Argument(ledger, records)
    argument.completed()
    for claim in ledger.claims:
        argument.bears_load(claim)
