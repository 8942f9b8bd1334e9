"""Parameters: what each one means, which values are plausible, and the named sets of choices."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from reportlib.errors import BadParameters, Fault, did_you_mean
from reportlib.study import Study

Setting = str | int
AS_OF = "as_of"
OUTCOMES_UNTIL = "outcomes_until"
SOURCE_FLOOR = "source_floor"
OWN = (AS_OF, OUTCOMES_UNTIL, SOURCE_FLOOR)
"""The parameters that the library itself applies; every study has them, and no test names them."""
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The loader in C, where there is one, as each notebook reads the parameters anew."""
BASE = "base"
"""The set that the published page is made from; the others say where they differ from it."""


@dataclass(frozen=True)
class Choice:
    """One plausible value of a parameter: its label, and which rows it lets count."""

    value: Setting
    label: str
    rows: Mapping[str, tuple[str, ...]]
    """Column to values; a row counts if any of these columns holds any of the values."""


@dataclass(frozen=True)
class Parameter:
    """One open definition: the question in plain words and its plausible values."""

    name: str
    label: str
    question: str
    why: str
    """Why the base value is what it is."""
    choices: Mapping[Setting, Choice]
    earliest: date | None = None
    latest: date | None = None

    def label_of(self, value: Setting) -> str:
        """The value in words."""
        return self.choices[value].label if value in self.choices else str(value)

    def taken_as(self, value: Setting) -> str:
        """The parameter and a value of it, as a sentence has them."""
        return f"“{self.label}” taken as “{self.label_of(value)}”"

    def fault_in(self, value: Any) -> str:
        """Return what is wrong with a value; empty if nothing is."""
        if self.earliest is not None and self.latest is not None:
            return self._fault_in_day(value)
        alike = next((known for known in self.choices if str(known) == str(value)), None)
        if alike is not None:
            same = type(value) is type(alike)
            return "" if same else f"{value!r} is not a plausible value; {alike!r} is"
        hint = did_you_mean(str(value), [str(known) for known in self.choices])
        return f'"{value}" is not a plausible value. {hint}'

    def _fault_in_day(self, value: Any) -> str:
        if isinstance(value, date):
            return f"the day {value} must stand in quotes"
        try:
            day = date.fromisoformat(value)
        except (TypeError, ValueError):
            return f'"{value}" is not a day such as "2017-06-30"'
        assert self.earliest is not None
        assert self.latest is not None
        if self.earliest <= day <= self.latest:
            return ""
        return f"{day} is out of range: it runs from {self.earliest} to {self.latest}"


@dataclass(frozen=True)
class Parameters:
    """All parameters of a study, by name, and its named sets."""

    by_name: Mapping[str, Parameter]
    sets: Mapping[str, Mapping[str, Setting]]

    @classmethod
    def read(cls, study: Study) -> Parameters:
        """Read ``params/``.

        Raises:
            BadParameters: with every fault in these files at once.
        """
        faults: list[Fault] = []
        by_name: dict[str, Parameter] = {}
        where = study.relative(study.meanings)
        for name, entry in _read_names(study, study.meanings.name, faults).items():
            try:
                by_name[name] = _parameter(name, entry)
            except (KeyError, TypeError, ValueError, AttributeError) as problem:
                faults.append(Fault(f"{where}, {name}", f"cannot be read: {problem!r}"))
            else:
                if not _NAME.fullmatch(str(name)):
                    faults.append(
                        Fault(f"{where}, {name}", "is no name", "Allowed: a-z, 0-9 and _.")
                    )
        for name in OWN:
            if name not in by_name:
                faults.append(Fault(where, f"the parameter “{name}” is missing"))
        sets = {name: _read_names(study, f"{name}.yaml", faults) for name in study.set_names()}
        parameters = cls(by_name, sets)
        if BASE not in sets:
            faults.append(Fault("params", f"{BASE}.yaml is missing"))
        for set_name, values in sets.items():
            faults += parameters.faults_in(values, f"params/{set_name}.yaml")
        for name in (name for name in by_name if name not in sets.get(BASE, {})):
            faults.append(Fault(f"params/{BASE}.yaml, {name}", "has no value"))
        if faults:
            raise BadParameters(faults)
        return parameters

    def faults_in(self, values: Mapping[str, Any], where: str) -> list[Fault]:
        """Return what is wrong with some choices: unknown names, and values that cannot be."""
        faults = []
        for name, value in values.items():
            if name not in self.by_name:
                hint = did_you_mean(str(name), self.by_name)
                faults.append(Fault(f"{where}, {name}", "is not a parameter", hint))
            elif problem := self.by_name[name].fault_in(value):
                faults.append(Fault(f"{where}, {name}", problem))
        return faults

    def check(self, values: Mapping[str, Any], where: str) -> None:
        """Check some choices.

        Raises:
            BadParameters: with everything that is wrong with them.
        """
        if faults := self.faults_in(values, where):
            raise BadParameters(faults)

    def settings(
        self, set_name: str = BASE, changes: Mapping[str, Setting] | None = None
    ) -> Settings:
        """Return one choice of every parameter: a named set, with changes on top.

        Raises:
            BadParameters: the set is unknown, or a change is.
        """
        if set_name not in self.sets:
            hint = did_you_mean(set_name, self.sets)
            raise BadParameters([Fault("parameter set", f"there is no set “{set_name}”", hint)])
        self.check(changes or {}, "the parameters given")
        return Settings(set_name, {**self.base, **self.sets[set_name], **(changes or {})})

    @cached_property
    def base(self) -> Mapping[str, Setting]:
        """The choices of the published page."""
        return self.sets[BASE]

    def plausible(self, name: str) -> tuple[Setting, ...]:
        """The plausible values of a parameter, in the order in which they are written."""
        return tuple(self.by_name[name].choices)


@dataclass(frozen=True)
class Settings:
    """One choice of every parameter, and the name of the set that it comes from."""

    set_name: str
    values: Mapping[str, Setting]

    @property
    def as_of(self) -> date:
        """The day whose knowledge the verdicts use."""
        return date.fromisoformat(str(self.values[AS_OF]))

    @property
    def outcomes_until(self) -> date:
        """The day whose knowledge the outcomes use."""
        return date.fromisoformat(str(self.values[OUTCOMES_UNTIL]))

    @property
    def source_floor(self) -> str:
        """The lowest grade of a source that counts."""
        return str(self.values[SOURCE_FLOOR])


def name_build_command(set_name: str) -> str:
    """Return the command that makes the page of a parameter set, as messages name it."""
    return "`make report`" if set_name == BASE else f"`make report SET={set_name}`"


def _parameter(name: str, entry: Any) -> Parameter:
    days = entry.get("days")
    return Parameter(
        name=name,
        label=entry["label"],
        question=entry["question"],
        why=entry["why"],
        choices={
            value: Choice(
                value,
                about["label"],
                {column: tuple(kept) for column, kept in about.get("rows", {}).items()},
            )
            for value, about in entry.get("values", {}).items()
        },
        earliest=date.fromisoformat(days["from"]) if days else None,
        latest=date.fromisoformat(days["to"]) if days else None,
    )


def read_mapping(path: Path) -> Any:
    """Return what a file of parameters holds.

    Raises:
        yaml.YAMLError: it is not YAML.
        OSError, UnicodeDecodeError: it cannot be read.
    """
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)


def _read_names(study: Study, name: str, faults: list[Fault]) -> dict[str, Any]:
    """Return the names and values of a file; what is wrong with it is added to the faults."""
    problem = "does not hold names and values"
    try:
        content = read_mapping(study.params / name)
        if isinstance(content, dict):
            return content
    except FileNotFoundError:
        problem = "is missing"
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        problem = " ".join(str(error).split())
    faults.append(Fault(f"params/{name}", problem))
    return {}
