"""The map of sentences against a copy of the article."""

from __future__ import annotations

import pytest

from reportlib.cli import main
from reportlib.load.ledger import Ledger
from reportlib.load.sentence_coverage import check_coverage, digest_sentence, normalise
from reportlib.model.claims import Claim, Sentence
from reportlib.model.vocabulary import Kind, Role
from tests.conftest import REPO, TINY, set_cell

ARTICLE = """A heading that nobody maps

The bridge was opened in May. It was never closed since! Was it?
It should be “wider” – by far.

Written by a reader
"""
SENTENCES = {
    "p1s1": "The bridge was opened in May.",
    "p1s2": "It was never closed since!",
    "p1s3": "Was it?",
    "p2s1": 'It should be "wider" - by far.',
}


def ledger(*locators: str, reconstructed: bool = False) -> Ledger:
    """Three claims, and a map of these sentences; each but the question carries a claim."""
    carried = {"p1s1": ("C1",), "p1s2": ("C2",), "p1s3": (), "p2s1": ("C3",)}
    sentences = tuple(
        Sentence(
            locator,
            Role.CLAIM if carried[locator] else Role.CONTEXT,
            carried[locator],
            len(SENTENCES[locator].split()),
            digest_sentence(SENTENCES[locator]),
        )
        for locator in locators
    )
    claims = {
        id: Claim(
            id, "", Kind.DATE, "", None, "", "", "", "", "", reconstructed,
            tuple(one.locator for one in sentences if id in one.claims),
        )
        for id in ("C1", "C2", "C3")
    }  # fmt: skip
    return Ledger(claims, {}, {}, (), (), {}, {}, sentences)


def test_a_whole_map_is_found_whatever_the_quotation_marks_dashes_and_spaces():
    found = check_coverage(ARTICLE, ledger(*SENTENCES))

    assert found.summary == "4 of 4 mapped sentences found; 3 of 3 claims stand in a sentence"
    assert found.problems == ()


def test_a_sentence_that_was_changed_is_told():
    found = check_coverage(ARTICLE.replace("in May", "in June"), ledger(*SENTENCES))

    assert found.summary.startswith("3 of 4 mapped sentences found")
    assert "p1s1: no sentence of 6 words with this digest is in the copy" in found.problems


def test_a_sentence_without_a_role_is_told_in_its_own_words():
    found = check_coverage(ARTICLE, ledger("p1s1", "p1s2", "p2s1"))

    assert found.problems == ("no role for: Was it?",)


def test_a_heading_before_and_a_signature_after_the_map_need_no_role():
    found = check_coverage(ARTICLE, ledger("p1s1", "p1s2", "p1s3", "p2s1"))

    assert not any("heading" in problem or "reader" in problem for problem in found.problems)


def test_a_heading_between_mapped_sentences_needs_no_role_and_a_sentence_does():
    between = ARTICLE.replace("\nIt should", "\nOf its width\n\nIt should")
    forgotten = ARTICLE.replace("\nIt should", "\nNobody fell.\n\nIt should")

    assert check_coverage(between, ledger(*SENTENCES)).problems == ()
    assert check_coverage(forgotten, ledger(*SENTENCES)).problems == ("no role for: Nobody fell.",)


def test_a_claim_that_no_sentence_carries_is_told_unless_it_was_put_together_by_us():
    locators = ("p1s1", "p1s3", "p2s1")
    article = ARTICLE.replace("It was never closed since! ", "")

    assert check_coverage(article, ledger(*locators)).problems == ("C2: no sentence carries it",)
    assert check_coverage(article, ledger(*locators, reconstructed=True)).problems == ()


def test_a_sentence_that_stands_twice_is_mapped_twice():
    twice = ARTICLE.replace("Was it?", "Was it? Was it?")
    once_mapped, twice_mapped = ledger(*SENTENCES), ledger(*SENTENCES, "p1s3")

    assert check_coverage(twice, once_mapped).problems == ("no role for: Was it?",)
    assert check_coverage(twice, twice_mapped).problems == ()
    assert len(check_coverage(ARTICLE, twice_mapped).problems) == 1


def test_an_empty_copy_has_nothing_of_the_map():
    found = check_coverage("", ledger(*SENTENCES))

    assert found.summary.startswith("0 of 4 mapped sentences found")
    assert len(found.problems) == 4


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("“so” – \u2018it’ — was", "\"so\" - 'it' - was"),
        ("a\u00a0b \t c\n", "a b c"),
        ("ﬁve", "five"),
    ],
)
def test_a_text_is_brought_to_one_form(text, plain):
    assert normalise(text) == plain
    assert digest_sentence(text) == digest_sentence(plain)


def test_the_tiny_study_is_mapped_whole(capsys):
    assert main(["--study", str(TINY), "coverage", str(TINY / "article.txt")]) == 0
    assert "4 of 4 mapped sentences found" in capsys.readouterr().out


def test_the_command_fails_and_says_what_is_wrong(tiny, capsys):
    set_cell(tiny, "chain/sentences.csv", "p1s1", "words", "8")

    assert main(["--study", str(tiny.root), "coverage", str(TINY / "article.txt")]) == 1
    assert "p1s1: no sentence of 8 words" in capsys.readouterr().err


def test_a_copy_that_is_not_there_is_told(tiny, capsys):
    assert main(["--study", str(tiny.root), "coverage", str(tiny.root / "none.txt")]) == 1
    assert "none.txt cannot be read as text" in capsys.readouterr().err


@pytest.mark.skipif(
    not (REPO.parent / "shared" / "article.txt").is_file(), reason="there is no copy of the article"
)
def test_the_article_of_this_repository_is_mapped_whole(real):
    text = (REPO.parent / "shared" / "article.txt").read_text(encoding="utf-8")

    found = check_coverage(text, Ledger.read(real))

    assert found.problems == ()
    assert found.summary == "35 of 35 mapped sentences found; 60 of 61 claims stand in a sentence"
