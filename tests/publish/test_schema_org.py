"""The JSON-LD in the page, held against the vocabulary of schema.org as its makers define it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

import pytest

from reportlib.load.ledger import Ledger
from reportlib.study import Study

Node = dict[str, Any]


@cache
def vocabulary() -> dict[str, Node]:
    """The terms of schema.org by name; a library that reads RO-Crates ships the definitions."""
    text = files("rocrate").joinpath("data", "schema.jsonld").read_text(encoding="utf-8")
    return {one["@id"].removeprefix("schema:"): one for one in json.loads(text)["@graph"]}


def named(references: Any) -> set[str]:
    listed = references if isinstance(references, list) else [references or {}]
    return {one["@id"].removeprefix("schema:") for one in listed if one}


def kinds(type_: str) -> set[str]:
    """A type and all that it is a kind of."""
    above = named(vocabulary()[type_].get("rdfs:subClassOf"))
    return {type_}.union(*(kinds(one) for one in above if one in vocabulary()))


def in_page(study: Study) -> Node:
    """The JSON-LD of a page, as a program finds it."""
    page = study.build("base").page.read_text(encoding="utf-8")
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return dict(json.loads(text))


def nodes(value: Any) -> Iterator[Node]:
    """Every described thing, however deep; a bare reference describes nothing."""
    if isinstance(value, list):
        for one in value:
            yield from nodes(one)
    if isinstance(value, dict):
        if "@type" in value:
            yield value
        for inner in value.values():
            yield from nodes(inner)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from references(one)
    if isinstance(value, dict):
        if set(value) == {"@id"}:
            yield value["@id"]
        for inner in value.values():
            yield from references(inner)


def of_type(study: Study, type_: str) -> list[Node]:
    return [node for node in nodes(in_page(study)["@graph"]) if node["@type"] == type_]


def sound(study: Study) -> None:
    """Assert that it is in the words of schema.org, each where it belongs, and holds together."""
    data = in_page(study)
    assert data["@context"] == "https://schema.org"
    found = list(nodes(data["@graph"]))
    ids = [node["@id"] for node in found if "@id" in node]
    assert len(ids) == len(set(ids))
    assert set(references(data["@graph"])) <= set(ids)
    for node in found:
        for name in node.keys() - {"@id", "@type"}:
            domain = named(vocabulary()[name].get("schema:domainIncludes"))
            assert domain & kinds(node["@type"]), (node["@type"], name)


def test_it_is_in_the_words_of_schema_org_and_every_reference_leads_somewhere(
    two_builds: tuple[Study, Study],
) -> None:
    sound(two_builds[0])


def test_that_of_the_real_page_is_too_and_has_every_claim(built: Study) -> None:
    sound(built)
    assert [one["@id"] for one in of_type(built, "Claim")] == [
        f"#{id}" for id in Ledger.read(built).claims
    ]


def test_the_report_is_about_the_article_and_says_whose_it_is(
    two_builds: tuple[Study, Study],
) -> None:
    (report,) = of_type(two_builds[0], "Report")
    (article,) = of_type(two_builds[0], "Article")
    (author,) = [one for one in of_type(two_builds[0], "Organization") if "@id" in one]

    assert report["name"] == "A column about a footbridge, looked up"
    assert report["datePublished"] == "2018-02-01"
    assert report["license"] == ["https://creativecommons.org/publicdomain/zero/1.0/"]
    assert report["about"] == {"@id": article["@id"]}
    assert report["author"] == [{"@id": author["@id"]}]
    assert author["name"] == "The footbridge readers"
    assert (article["name"], article["url"]) == (
        "Widen the footbridge",
        "https://gazette.example/2015-02-28",
    )


def test_every_claim_is_the_articles_and_only_what_can_be_checked_is_reviewed(
    two_builds: tuple[Study, Study],
) -> None:
    study = two_builds[0]
    claims, reviews = of_type(study, "Claim"), of_type(study, "ClaimReview")

    assert [one["@id"] for one in claims] == ["#B1", "#B2", "#B3"]
    assert {one["appearance"]["@id"] for one in claims} == {"#sources--column"}
    assert [one["itemReviewed"]["@id"] for one in reviews] == ["#B1", "#B2"]
    assert [one["claimReviewed"] for one in reviews] == [one["text"] for one in claims[:2]]


def test_a_review_is_rated_by_the_words_of_the_card_and_by_no_number(
    two_builds: tuple[Study, Study],
) -> None:
    study = two_builds[0]
    findings = json.loads(study.build("base").findings.read_text(encoding="utf-8"))["claims"]
    reviews = {one["url"].removeprefix("#"): one for one in of_type(study, "ClaimReview")}

    for claim in findings[:2]:
        assert reviews[claim["id"]]["reviewRating"] == {
            "@type": "Rating",
            "alternateName": claim["state"],
            "ratingExplanation": claim["reason"],
        }


def test_every_table_is_a_dataset_with_a_licence_and_an_address_that_leads_to_it(
    two_builds: tuple[Study, Study],
) -> None:
    for study in two_builds:
        whole, findings, *tables = of_type(study, "Dataset")
        downloads = {
            one["name"]: [download["contentUrl"] for download in one["distribution"]]
            for one in [findings, *tables]
        }
        folder = study.build("base").folder
        assert whole["name"] == "A column about a footbridge, looked up"
        assert downloads == {
            "Findings": ["findings.json", "findings.csv"],
            "Works": ["tables/works.csv"],
            "Crossings": ["tables/crossings.csv"],
            "How complete the registers are": ["tables/coverage.csv"],
        }
        assert all((folder / unquote(one)).is_file() for each in downloads.values() for one in each)
        assert all(one["license"] == whole["license"] for one in [findings, *tables])


@pytest.mark.parametrize("sign", ["<", ">", "&", "\u2028", "\u2029"])
def test_no_sign_that_html_would_obey_stands_in_it_as_it_is(
    sign: str, two_builds: tuple[Study, Study]
) -> None:
    page = two_builds[0].build("base").page.read_text(encoding="utf-8")
    blocks = re.findall(r'<script type="application/[^>]*>(.*?)</script>', page, re.DOTALL)

    assert len(blocks) == 3
    assert not any(sign in block for block in blocks)
