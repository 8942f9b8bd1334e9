"""Linked data: the report, its claims, their reviews and its data in the words of schema.org."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reportlib.assess.argument import Argument
from reportlib.assess.assessment import Assessment
from reportlib.load.datapackage import Author, PackageMetadata
from reportlib.model.claims import Claim
from reportlib.model.evidence import SOURCES, Source
from reportlib.model.findings import Record
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
    """By media type, the address from the page."""


def make_linked_data(
    imprint: PackageMetadata,
    assessment: Assessment,
    argument: Argument,
    datasets: Iterable[Dataset],
) -> Node:
    """Return the JSON-LD of the page; addresses within the page are those of its cards.

    Every claim is a ``Claim`` that the article makes. Each that can be checked and was looked at
    has a ``ClaimReview``, rated by the verdict's word alone: the scale orders how claims stand,
    and is no measure, so that no number is given.
    """
    article = assessment.provenance.sources.get(imprint.article)
    authors = [_author(number, one) for number, one in enumerate(imprint.authors, start=1)]
    made = _filled(
        {
            "author": _references(authors),
            "license": [one.address for one in imprint.licences if check_web_address(one.address)],
            "version": imprint.version,
            "datePublished": imprint.published,
            "inLanguage": "en",
        }
    )
    about = _reference(make_anchor(f"{SOURCES}#{article.id}")) if article is not None else {}
    report = {
        "@type": "Report",
        "@id": _REPORT,
        "name": imprint.title,
        **made,
        "about": about,
        "isBasedOn": {"@id": _DATA},
    }
    data = {
        "@type": "Dataset",
        "@id": _DATA,
        "name": imprint.title,
        "description": imprint.description,
        **made,
        "hasPart": [_dataset(one, made) for one in datasets],
    }
    graph = [
        _filled(report),
        *authors,
        *([_article(article)] if article is not None else []),
        *_claims(assessment, argument, about, _references(authors)),
        _filled(data),
    ]
    return {"@context": "https://schema.org", "@graph": strip_controls_deep(graph)}


def _claims(
    assessment: Assessment, argument: Argument, appearance: Node, authors: list[Node]
) -> Iterator[Node]:
    for claim in assessment.ledger.claims.values():
        yield _filled(
            {
                "@type": "Claim",
                **_reference(make_anchor(claim.id)),
                "text": claim.paraphrase,
                "appearance": appearance,
            }
        )
        record = argument.records.get(claim.id)
        if record is not None and record.verdict is not None and claim.kind.checkable:
            yield _review(claim, record, authors)


def _review(claim: Claim, record: Record, authors: list[Node]) -> Node:
    return _filled(
        {
            "@type": "ClaimReview",
            "url": f"#{make_anchor(claim.id)}",
            "claimReviewed": claim.paraphrase,
            "itemReviewed": _reference(make_anchor(claim.id)),
            "reviewRating": {
                "@type": "Rating",
                "alternateName": StateLabel.of(record).words,
                "ratingExplanation": record.reason,
            },
            "author": authors,
            "isPartOf": {"@id": _REPORT},
        }
    )


def _article(source: Source) -> Node:
    return _filled(
        {
            "@type": "Article",
            **_reference(make_anchor(f"{SOURCES}#{source.id}")),
            "name": source.title,
            "url": check_web_address(source.url),
            "datePublished": source.published_date,
            "publisher": {"@type": "Organization", "name": source.publisher},
        }
    )


def _dataset(one: Dataset, made: Mapping[str, Any]) -> Node:
    return _filled(
        {
            "@type": "Dataset",
            "@id": f"{_DATA}-{make_anchor(one.id)}",
            "name": one.title,
            "description": one.description,
            "license": made.get("license"),
            "distribution": [
                {"@type": "DataDownload", "encodingFormat": media_type, "contentUrl": address}
                for media_type, address in one.files.items()
            ],
        }
    )


def _author(number: int, author: Author) -> Node:
    names = {"name": author.name, "familyName": author.family, "givenName": author.given}
    kind = "Person" if author.is_person else "Organization"
    return {"@type": kind, "@id": f"#author-{number}", **_filled(names)}


def _references(nodes: Iterable[Node]) -> list[Node]:
    return [{"@id": node["@id"]} for node in nodes]


def _reference(id: str) -> Node:
    return {"@id": f"#{id}"}


def _filled(node: Mapping[str, Any]) -> Node:
    return {name: value for name, value in node.items() if value}
