"""Validation of the data package: frictionless for the descriptor, and checks of our own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from reportlib.errors import BadData, Fault
from reportlib.load.datapackage import Descriptor, Resource
from reportlib.load.validation_rules import find_faults
from reportlib.study import Study

_FOLDERS = ("tables", "chain", "sources")
_NAME = re.compile(r"[A-Za-z0-9_-]+")


def find_package_faults(study: Study) -> list[Fault]:
    """Return every fault of the data package, with file, row, column, value and what is allowed.

    Raises:
        BadData: the descriptor itself cannot be read.
    """
    descriptor = Descriptor.read(study)
    faults, readable = _validate_tables(study, descriptor)
    faults += [*_find_misnamed(study, descriptor), *_find_undescribed(study, descriptor)]
    return [*faults, *find_faults(study, descriptor)] if readable else faults


def check_package(study: Study) -> None:
    """Raise every fault of the data package at once.

    Raises:
        BadData: there is one.
    """
    if faults := find_package_faults(study):
        raise BadData(faults)


def _find_undescribed(study: Study, descriptor: Descriptor) -> list[Fault]:
    """The tables that the descriptor does not know, which nothing checks and no test gets."""
    described = {resource.path for resource in descriptor.resources.values()}
    where = study.relative(study.descriptor)
    return [
        Fault(study.relative(path), f"is not described in {where}", "Describe it, or remove it.")
        for path in sorted(study.kept())
        if path.suffix == ".csv" and path.parent.name in _FOLDERS and path not in described
    ]


def _find_misnamed(study: Study, descriptor: Descriptor) -> list[Fault]:
    """The resources that are not named as their files, by which references and downloads go."""
    where = study.relative(study.descriptor)
    return [
        Fault(
            f'{where}, resource "{name}"',
            f"is the file {resource.path.name}",
            "Name it as its file without .csv: letters, digits, - and _.",
        )
        for name, resource in descriptor.resources.items()
        if name != resource.path.stem or not _NAME.fullmatch(name)
    ]


def _validate_tables(study: Study, descriptor: Descriptor) -> tuple[list[Fault], bool]:
    """What frictionless finds, and whether every file has the columns that are described."""
    from frictionless import Package, system  # heavy, and only wanted here

    with system.use_context(trusted=True):
        report = Package.from_descriptor(str(study.descriptor)).validate()
    where = study.relative(study.descriptor)
    faults = [Fault(where, error.message) for error in report.errors]
    readable = not faults
    for task in report.tasks:
        resource = descriptor.resources[task.name]
        for error in task.errors:
            details = error.to_dict()
            readable = readable and "rowNumber" in details
            faults.append(_make_fault(resource, details))
    return faults, readable


def _make_fault(resource: Resource, details: Mapping[str, Any]) -> Fault:
    title, note = details["title"], details["note"]
    column = details.get("fieldName", details.get("label"))
    row = f", row {details['rowNumber']}" if "rowNumber" in details else ""
    where = f"{resource.place}{row}" + (f", column {column}" if column else "")
    if not note:
        described = ", ".join(field.name for field in resource.fields)
        return Fault(where, title, f"Described: {described}.")
    if "cell" not in details:
        return Fault(where, f"{title}: {note}")
    allowed = next((f"Allowed: {f.allowed}." for f in resource.fields if f.name == column), "")
    return Fault(where, f'"{details["cell"]}" is not allowed ({note})', allowed)
