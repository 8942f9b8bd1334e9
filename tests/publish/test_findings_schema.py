"""The schema that findings.json is published with: closed, and in the words of the library."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import pytest
from jsonschema import Draft202012Validator as Validator

from reportlib.model import vocabulary
from reportlib.publish.exports import SCHEMA
from reportlib.study import Study
from tests.built_study import SETS

WHOLE = json.loads(SCHEMA.read_text(encoding="utf-8"))
CHECKED = Validator(WHOLE, format_checker=Validator.FORMAT_CHECKER)


def findings_of(study: Study, set_name: str = "base") -> dict[str, Any]:
    return dict(json.loads(study.build(set_name).findings.read_text(encoding="utf-8")))


def faults_in(findings: Any) -> list[str]:
    return [f"{fault.json_path}: {fault.message}" for fault in CHECKED.iter_errors(findings)]


def objects(schema: Any, where: str = "$") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every part of a schema that describes an object, and where it stands."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield where, schema
        for name, inner in schema.items():
            yield from objects(inner, f"{where}.{name}")
    if isinstance(schema, list):
        for number, inner in enumerate(schema):
            yield from objects(inner, f"{where}[{number}]")


def test_it_is_a_schema_of_the_draft_that_it_names() -> None:
    assert WHOLE["$schema"] == Validator.META_SCHEMA["$id"]
    Validator.check_schema(WHOLE)


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("kind", vocabulary.Kind),
        ("verdict", vocabulary.Verdict),
        ("unsettled", vocabulary.Unsettled),
        ("grounding", vocabulary.Grounding),
        ("outcome", vocabulary.Outcome),
        ("stance", vocabulary.Stance),
        ("directness", vocabulary.Directness),
        ("basis", vocabulary.Basis),
        ("grade", vocabulary.Grade),
        ("relation", vocabulary.TextRelation),
    ],
)
def test_its_words_are_those_of_the_vocabulary(name: str, listed: type[StrEnum]) -> None:
    assert WHOLE["$defs"][name]["enum"] == list(listed)


def test_it_lists_no_word_that_the_vocabulary_does_not_list() -> None:
    assert sum("enum" in one for one in WHOLE["$defs"].values()) == 10
    assert json.dumps(WHOLE).count('"enum"') == 10
    assert {"const": vocabulary.NOT_LOOKED_AT} in WHOLE["$defs"]["state"]["anyOf"]


def test_every_object_in_it_is_closed_and_needs_all_that_it_names() -> None:
    for where, schema in objects(WHOLE):
        if "properties" in schema:
            assert schema["additionalProperties"] is False, where
            assert schema["required"] == list(schema["properties"]), where
        else:
            assert "additionalProperties" in schema or schema["maxProperties"] == 0, where


def test_findings_name_it_and_it_lies_beside_them(two_builds: tuple[Study, Study]) -> None:
    build = two_builds[0].build("base")

    named = findings_of(two_builds[0])["$schema"]
    assert (build.folder / named).read_bytes() == SCHEMA.read_bytes()


def test_the_tiny_findings_keep_it(two_builds: tuple[Study, Study]) -> None:
    assert faults_in(findings_of(two_builds[0])) == []


@pytest.mark.parametrize("set_name", SETS)
def test_the_real_findings_keep_it(set_name: str, built: Study) -> None:
    assert faults_in(findings_of(built, set_name)) == []


def test_another_word_another_property_and_a_missing_one_are_told(
    two_builds: tuple[Study, Study],
) -> None:
    findings = findings_of(two_builds[0])
    first, second, _ = findings["claims"]
    first["state"] = "true"
    first["evidence"][0]["weight"] = 0.5
    del second["reason"]

    missing, other_word, unknown = sorted(faults_in(findings), key=len)

    assert missing == "$.claims[1]: 'reason' is a required property"
    assert other_word.startswith("$.claims[0].state: 'true' is not valid")
    assert unknown.startswith("$.claims[0].evidence[0]: Additional properties are not allowed")
