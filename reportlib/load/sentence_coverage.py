"""Checking the map of sentences against a copy of the article that the user has."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from reportlib.load.ledger import Ledger
from reportlib.model.claims import Sentence
from reportlib.model.formatting import format_count

_PLAIN = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014", "''\"\"--")
"""Curly quotation marks and long dashes, and what stands for them."""
_ENDS = re.compile(r'[.!?]["\')]*$')


@dataclass(frozen=True)
class Coverage:
    """What the map covers of a copy of the article, and what is wrong with it."""

    summary: str
    problems: tuple[str, ...]


def normalise(text: str) -> str:
    """Return a text with one form of quotation marks, dashes and white space."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_PLAIN).split())


def digest_sentence(text: str) -> str:
    """Return the sha256 of a normalised text, by which the ledger knows a sentence."""
    return hashlib.sha256(normalise(text).encode("utf-8")).hexdigest()


def check_coverage(article: str, ledger: Ledger) -> Coverage:
    """Check the map of sentences against a copy of the article.

    Every mapped sentence must be found in the copy, by its number of words and its digest; between
    the first and the last that are found, no sentence may be without a role; and every claim but a
    reconstructed one must stand in a sentence.
    """
    paragraphs = [normalise(line).split(" ") for line in article.splitlines() if line.strip()]
    covered = [[False] * len(words) for words in paragraphs]
    missing = [s for s in ledger.sentences if not _find(s, paragraphs, covered)]
    problems = [
        f"{s.locator}: no sentence of {words} with this digest is in the copy"
        for s in missing
        for words in [format_count(s.words, "word")]
    ]
    problems += [f"no role for: {text}" for text in _uncovered(paragraphs, covered)]
    problems += [
        f"{claim.id}: no sentence carries it"
        for claim in ledger.claims.values()
        if not claim.locators and not claim.reconstructed
    ]
    found = len(ledger.sentences) - len(missing)
    claims = sum(bool(claim.locators) for claim in ledger.claims.values())
    return Coverage(
        f"{found} of {format_count(len(ledger.sentences), 'mapped sentence')} found; "
        f"{claims} of {format_count(len(ledger.claims), 'claim')} stand in a sentence",
        tuple(problems),
    )


def _find(sentence: Sentence, paragraphs: list[list[str]], covered: list[list[bool]]) -> bool:
    """Mark the words of a sentence as covered, where it stands first and is not mapped already."""
    for words, marks in zip(paragraphs, covered, strict=True):
        for start in range(len(words) - sentence.words + 1):
            if marks[start]:
                continue
            text = " ".join(words[start : start + sentence.words])
            if hashlib.sha256(text.encode("utf-8")).hexdigest() == sentence.sha256:
                marks[start : start + sentence.words] = [True] * sentence.words
                return True
    return False


def _uncovered(paragraphs: list[list[str]], covered: Sequence[Sequence[bool]]) -> list[str]:
    """The sentences without a role; a line without a full stop is a heading or a caption."""
    with_any = [number for number, marks in enumerate(covered) if any(marks)]
    if not with_any:
        return []
    texts = []
    for number in range(with_any[0], with_any[-1] + 1):
        run: list[str] = []
        whole_line = not any(covered[number])
        for word, mark in zip(paragraphs[number], covered[number], strict=True):
            if not mark:
                run.append(word)
            if run and (mark or _ENDS.search(word)):
                texts.append((" ".join(run), whole_line))
                run = []
        if run:
            texts.append((" ".join(run), whole_line))
    return [text for text, whole_line in texts if not whole_line or text.endswith(".")]
