"""This article: what the pass over all its claims costs, beside an import."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from reportlib.assess.assessment import Assessment
from reportlib.assess.perturbation import perturb_cited_rows
from reportlib.load.parameters import Parameters
from reportlib.load.study_data import StudyData
from reportlib.review.dry_run import run_dry
from reportlib.study import Study
from tests.bench.passing import Tests, evaluations, fresh
from tests.bench.timing import Line, line, timed

ABOUT = "this article"
IMPORT = "import pandas, altair"
LEAN = f"import sys; sys.modules['rfc3987_syntax'] = None; {IMPORT}"
"""Without a checker of addresses that jsonschema loads wherever JupyterLab is installed."""


def measure(study: Study, times: int) -> Iterator[Line]:
    """Time the pass and the import in turn, so that both see the same machine."""
    tests = run_dry(study).tests

    def opened() -> Assessment:
        parameters = Parameters.read(study)
        return Assessment(StudyData.read(study, parameters), parameters.settings())

    _run(IMPORT)  # once for the bytecode
    taken, imports, lean = [], [], []
    for _ in range(times):
        taken.append(timed(fresh(opened, tests)))
        imports.append(timed(lambda: _run(IMPORT)))
        lean.append(timed(lambda: _run(LEAN)))
    made = evaluations(fresh(opened, tests))
    shares = [one / other for one, other in zip(taken, imports, strict=True)]
    goal = "no more than the import" if sorted(shares)[times // 2] <= 1 else "MORE than the import"
    yield line(ABOUT, "robustness pass", taken, "s")
    yield line(ABOUT, f"python -c '{IMPORT}'", imports, "s")
    yield line(ABOUT, "the pass, as a share of that", shares, "", goal)
    shares = [one / other for one, other in zip(taken, lean, strict=True)]
    yield line(ABOUT, "the same, without what JupyterLab adds to the import", shares, "")
    yield line(ABOUT, "evaluations in the pass", [made], "")
    yield line(ABOUT, "evaluations per second", [made / one for one in taken], "/s")
    yield line(ABOUT, "canary", [timed(lambda: _sing(opened(), tests))], "s")


def _sing(assessment: Assessment, tests: Tests) -> None:
    for claim, test in tests.items():
        perturb_cited_rows(assessment, assessment.evaluator(claim, test))


def _run(code: str) -> None:
    environment = {**os.environ}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or each import would compile anew
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
