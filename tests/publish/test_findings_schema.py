"""The schema that findings.json is published with: closed, and in the words of the library."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator as Validator

from reportlib.model import vocabulary
from reportlib.publish.findings_schema import make_findings_schema
from reportlib.study import Study
from tests.built_study import SETS

SCHEMA = make_findings_schema()
VALIDATOR = Validator(SCHEMA, format_checker=Validator.FORMAT_CHECKER)


def findings_of(study: Study, set_name: str = "base") -> dict[str, Any]:
    return dict(json.loads(study.build(set_name).findings.read_text(encoding="utf-8")))


def faults_in(findings: Any) -> list[str]:
    return [f"{fault.json_path}: {fault.message}" for fault in VALIDATOR.iter_errors(findings)]


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
    assert SCHEMA["$schema"] == Validator.META_SCHEMA["$id"]
    Validator.check_schema(SCHEMA)


def test_its_words_are_those_of_the_vocabulary_and_no_others() -> None:
    words = {name: part["enum"] for name, part in SCHEMA["$defs"].items() if "enum" in part}
    lists = [
        vocabulary.Basis, vocabulary.Directness, vocabulary.Grade, vocabulary.Grounding,
        vocabulary.Kind, vocabulary.Outcome, vocabulary.Stance, vocabulary.TextRelation,
        vocabulary.Unsettled, vocabulary.Verdict,
    ]  # fmt: skip
    assert words == {words_of.__name__: list(words_of) for words_of in lists}
    assert json.dumps(SCHEMA).count('"enum"') == len(lists)
    state = SCHEMA["$defs"]["PublishedFinding"]["properties"]["state"]["anyOf"]
    assert {"const": vocabulary.NOT_LOOKED_AT} in state


def test_every_object_in_it_is_closed_and_needs_all_that_it_names() -> None:
    for where, schema in objects(SCHEMA):
        if "properties" in schema:
            assert schema["additionalProperties"] is False, where
            assert schema.get("required", []) == list(schema["properties"]), where
        else:
            assert "additionalProperties" in schema, where


def test_every_object_in_it_says_what_it_is() -> None:
    parts = {name: part for name, part in SCHEMA["$defs"].items() if "properties" in part}
    assert [name for name, part in parts.items() if not part.get("description")] == []


def test_findings_name_it_and_it_lies_beside_them(two_builds: tuple[Study, Study]) -> None:
    build = two_builds[0].build("base")

    named = findings_of(two_builds[0])["$schema"]
    assert json.loads((build.folder / named).read_text(encoding="utf-8")) == SCHEMA


def test_the_tiny_findings_keep_it(two_builds: tuple[Study, Study]) -> None:
    assert faults_in(findings_of(two_builds[0])) == []


@pytest.mark.parametrize("set_name", SETS)
def test_the_real_findings_keep_it(set_name: str, built: Study) -> None:
    assert faults_in(findings_of(built, set_name)) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"state": "true"}, "$.claims[0].state: 'true' is not valid"),
        ({"rows": ["bridge"]}, "$.claims[0].rows[0]: 'bridge' does not match"),
        ({"rows": ["works#a", "works#a"]}, "$.claims[0].rows: ['works#a', 'works#a'] has non-"),
        ({"unit": None}, "$.claims[0].unit: None is not of type 'string'"),
        ({"weight": 0.5}, "$.claims[0]: Additional properties are not allowed"),
    ],
)
def test_another_word_form_type_or_property_is_told(
    two_builds: tuple[Study, Study], change: dict[str, Any], fault: str
) -> None:
    findings = findings_of(two_builds[0])
    findings["claims"][0] |= change

    (told,) = faults_in(findings)
    assert told.startswith(fault)


def test_a_missing_property_and_one_too_many_in_an_item_are_told(
    two_builds: tuple[Study, Study],
) -> None:
    findings = findings_of(two_builds[0])
    findings["claims"][0]["evidence"][0]["weight"] = 0.5
    del findings["claims"][1]["reason"]

    unknown, missing = sorted(faults_in(findings))

    assert missing == "$.claims[1]: 'reason' is a required property"
    assert unknown.startswith("$.claims[0].evidence[0]: Additional properties are not allowed")
