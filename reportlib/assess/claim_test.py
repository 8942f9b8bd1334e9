"""A claim's test: a pure function of data and parameters, bound to its claim."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reportlib.errors import BadTest, ReportError, did_you_mean
from reportlib.load.data_view import DataView
from reportlib.load.parameters import OWN, Parameters, Setting
from reportlib.model.findings import Finding


@dataclass(frozen=True)
class ClaimTest:
    """The test of one claim: ``function(data, **parameters) -> Finding``."""

    claim: str
    function: Callable[..., Finding]
    names: tuple[str, ...]
    """The parameters that it turns on: its arguments after ``data``."""

    @classmethod
    def of(cls, claim: str, function: Callable[..., Finding], parameters: Parameters) -> ClaimTest:
        """Bind a function to a claim.

        Raises:
            BadTest: an argument after the first is no parameter, or is one that the library obeys.
        """
        first, *names = inspect.signature(function).parameters or [""]
        if first != "data":
            raise BadTest(f"{claim}: a test's first argument is `data`, here it is `{first}`.")
        for name in names:
            if name in OWN:
                raise BadTest(
                    f"{claim}: `{name}` is applied by the library; a test does not name it."
                )
            if name not in parameters.by_name:
                hint = did_you_mean(name, parameters.by_name)
                raise BadTest(f"{claim}: `{name}` is not a parameter. {hint}")
        return cls(claim, function, tuple(names))

    def __call__(self, data: DataView, settings: Mapping[str, Setting]) -> Finding:
        """Compute the finding at one choice of the parameters.

        Raises:
            BadTest: the function raised an error, or returned something else than a finding.
        """
        named = {name: settings[name] for name in self.names}
        try:
            finding = self.function(data, **named)
        except ReportError:
            raise
        except Exception as problem:
            raise BadTest(
                f"{self.claim}: the test {self.function.__name__} stopped with "
                f"{type(problem).__name__} ({problem}), at {named or 'no setting'}"
            ) from problem
        if not isinstance(finding, Finding):
            raise BadTest(f"{self.claim}: a test returns a Finding, here it is {finding!r}.")
        return finding
