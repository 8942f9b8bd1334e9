"""What a study says of itself: its title, who made it, when, under which licence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reportlib.cli import main
from reportlib.errors import BadData
from reportlib.load.datapackage import Author, Licence, PackageMetadata
from reportlib.study import Study


def say(study: Study, **properties: Any) -> None:
    """Change what the descriptor says of the study."""
    content = json.loads(study.descriptor.read_text(encoding="utf-8"))
    study.descriptor.write_text(json.dumps(content | properties), encoding="utf-8")


def test_it_is_read_from_the_descriptor(tiny: Study) -> None:
    found = PackageMetadata.read(tiny)

    assert (found.name, found.version, found.article) == ("footbridge", "0.1.0", "column")
    assert found.title == "A column about a footbridge, looked up"
    assert found.published == "2018-02-01"
    assert found.authors == (Author("The footbridge readers"),)
    assert found.licences == (
        Licence("Creative Commons Zero 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    )


def test_a_contributor_with_a_family_name_is_a_person(tiny: Study) -> None:
    say(tiny, contributors=[{"givenName": "Jane", "familyName": "Doe"}])

    (author,) = PackageMetadata.read(tiny).authors
    assert (author.name, author.is_person) == ("Jane Doe", True)


def test_what_it_does_not_say_is_empty(tiny: Study) -> None:
    tiny.descriptor.write_text('{"name": "bridge"}', encoding="utf-8")

    assert PackageMetadata.read(tiny) == PackageMetadata(
        "bridge", "bridge", "", "", "", (), (), "", {}
    )


@pytest.mark.parametrize("text", ["no JSON", "[]", '{"title": "x"}', '{"name": "x", "created": 3}'])
def test_a_descriptor_in_another_form_is_told_as_a_fault_of_the_data(
    text: str, tiny: Study
) -> None:
    tiny.descriptor.write_text(text, encoding="utf-8")

    with pytest.raises(BadData, match=r"datapackage\.json: does not say who and what it is"):
        PackageMetadata.read(tiny)


def test_an_article_that_is_no_source_is_refused(
    tiny: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    say(tiny, article="colum")

    assert main(["--study", str(tiny.root), "check"]) == 1
    assert 'data/datapackage.json, article: "colum" is not a source. Did you mean "column"?' in (
        capsys.readouterr().err
    )


def test_a_report_under_another_title_than_its_study_is_refused(
    tiny: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    say(tiny, title="The column about a footbridge")

    assert main(["--study", str(tiny.root), "check"]) == 1
    assert (
        "notebooks/report.ipynb, cell 1: is titled “A column about a footbridge, looked up”, and "
        "data/datapackage.json has “The column about a footbridge”." in capsys.readouterr().err
    )
