"""Linked data: the report, its claims, their reviews and its data in the words of schema.org."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reportlib.assess.argument import Argument
from reportlib.assess.assessment import Assessment
from reportlib.load.datapackage import Author, PackageMetadata
from reportlib.model.evidence import SOURCES, Source
from reportlib.render.state_icons import StateLabel
from reportlib.render.templating import check_web_address, make_anchor, strip_controls_deep

Node = dict[str, Any]

_REPORT, _DATA = "#report", "#data"


@dataclass(frozen=True)
class Dataset:
    """Rows that a reader can have, as one or more files."""

    id: str
    title: str
    description: str
    files: Mapping[str, str]
    """The address from the page, by media type."""


def make_linked_data(
    metadata: PackageMetadata,
    assessment: Assessment,
    argument: Argument,
    datasets: Iterable[Dataset],
) -> Node:
    """Return the JSON-LD of the page; addresses within the page are those of its cards.

    Every claim is a ``Claim`` that the article makes. Each that can be checked and was looked at
    has a ``ClaimReview``, rated by the verdict's word alone: the scale orders how claims stand,
    and is no measure, so that no number is given.
    """
    article = assessment.provenance.sources.get(metadata.article)
    appearance = _refer(f"{SOURCES}#{article.id}") if article is not None else {}
    authors = [_author(*numbered) for numbered in enumerate(metadata.authors, start=1)]
    credits = [{"@id": author["@id"]} for author in authors]
    common = {
        "name": metadata.title,
        "author": credits,
        "license": [
            licence.address for licence in metadata.licences if check_web_address(licence.address)
        ],
        "version": metadata.version,
        "datePublished": metadata.published,
        "inLanguage": "en",
    }
    graph = [
        _node("Report", _REPORT, **common, about=appearance, isBasedOn={"@id": _DATA}),
        *authors,
        *([_article(article)] if article is not None else []),
        *_claims(assessment, argument, appearance, credits),
        _node(
            "Dataset",
            _DATA,
            **{"name": metadata.title, "description": metadata.description, **common},
            hasPart=[_dataset(dataset, common["license"]) for dataset in datasets],
        ),
    ]
    return {"@context": "https://schema.org", "@graph": strip_controls_deep(graph)}


def drop_empty(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties that have a value."""
    return {name: value for name, value in properties.items() if value}


def name_author_type(author: Author) -> str:
    """Return the type of an author in schema.org."""
    return "Person" if author.is_person else "Organization"


def _claims(
    assessment: Assessment, argument: Argument, appearance: Node, credits: list[Node]
) -> Iterator[Node]:
    for claim in assessment.ledger.claims.values():
        address = f"#{make_anchor(claim.id)}"
        yield _node("Claim", address, text=claim.paraphrase, appearance=appearance)
        record = argument.records.get(claim.id)
        if record is not None and record.verdict is not None and claim.kind.checkable:
            yield _node(
                "ClaimReview",
                url=address,
                claimReviewed=claim.paraphrase,
                itemReviewed={"@id": address},
                reviewRating={
                    "@type": "Rating",
                    "alternateName": StateLabel.of(record).words,
                    "ratingExplanation": record.reason,
                },
                author=credits,
                isPartOf={"@id": _REPORT},
            )


def _article(source: Source) -> Node:
    return _node(
        "Article",
        _refer(f"{SOURCES}#{source.id}")["@id"],
        name=source.title,
        url=check_web_address(source.url),
        datePublished=source.published_date,
        publisher={"@type": "Organization", "name": source.publisher},
    )


def _dataset(dataset: Dataset, licences: Any) -> Node:
    return _node(
        "Dataset",
        f"{_DATA}-{make_anchor(dataset.id)}",
        name=dataset.title,
        description=dataset.description,
        license=licences,
        distribution=[
            {"@type": "DataDownload", "encodingFormat": media_type, "contentUrl": address}
            for media_type, address in dataset.files.items()
        ],
    )


def _author(number: int, author: Author) -> Node:
    return _node(
        name_author_type(author),
        f"#author-{number}",
        name=author.name,
        familyName=author.family,
        givenName=author.given,
    )


def _refer(reference: str) -> Node:
    return {"@id": f"#{make_anchor(reference)}"}


def _node(type_: str, id: str = "", **properties: Any) -> Node:
    return drop_empty({"@type": type_, "@id": id, **properties})
