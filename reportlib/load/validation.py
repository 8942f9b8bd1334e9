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
    faults, readable = _against_descriptor(study, descriptor)
    faults.extend(_misnamed(study, descriptor))
    faults.extend(_undescribed(study, descriptor))
    if readable:
        faults.extend(find_faults(study, descriptor))
    return faults


def check_package(study: Study) -> None:
    """Raise every fault of the data package at once.

    Raises:
        BadData: there is one.
    """
    faults = find_package_faults(study)
    if faults:
        raise BadData(faults)


def _undescribed(study: Study, descriptor: Descriptor) -> list[Fault]:
    """The tables that the descriptor does not know, which nothing checks and no test gets."""
    described = {resource.path for resource in descriptor.resources.values()}
    where = study.relative(study.descriptor)
    return [
        Fault(study.relative(path), f"is not described in {where}", "Describe it, or remove it.")
        for path in sorted(study.kept())
        if path.suffix == ".csv" and path.parent.name in _FOLDERS and path not in described
    ]


def _misnamed(study: Study, descriptor: Descriptor) -> list[Fault]:
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


def _against_descriptor(study: Study, descriptor: Descriptor) -> tuple[list[Fault], bool]:
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
            found = error.to_dict()
            readable = readable and "rowNumber" in found
            faults.append(_fault(resource, found))
    return faults, readable


def _fault(resource: Resource, found: Mapping[str, Any]) -> Fault:
    where = resource.place
    if "rowNumber" in found:
        where += f", row {found['rowNumber']}"
    column = found.get("fieldName", found.get("label"))
    if column:
        where += f", column {column}"
    if not found["note"]:
        described = ", ".join(field.name for field in resource.fields)
        return Fault(where, found["title"], f"Described: {described}.")
    if "cell" not in found:
        return Fault(where, f"{found['title']}: {found['note']}")
    field = next((field for field in resource.fields if field.name == column), None)
    allowed = f"Allowed: {field.allowed}." if field is not None else ""
    return Fault(where, f'"{found["cell"]}" is not allowed ({found["note"]})', allowed)
