"""A chapter as its notebook sees it: data, tests, cards, figures and bound numbers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import date
from typing import Any

import pandas as pd
from markupsafe import Markup

from reportlib.errors import BadTest
from reportlib.judging.argument import Argument
from reportlib.judging.claim_test import ClaimTest
from reportlib.judging.inquiry import Inquiry
from reportlib.judging.trials import examined
from reportlib.reading.parameters import OWN, Parameters, Setting
from reportlib.reading.view import Data
from reportlib.running.carried import (
    CROSSFOOT,
    FIGURE,
    RECORD,
    SAID,
    as_crossfoot,
    as_figure,
    as_record,
)
from reportlib.running.namespace import settings_from
from reportlib.showing.cards import card
from reportlib.showing.crossfoots import crossfoot
from reportlib.showing.display import Block
from reportlib.showing.figures import Draw, Headline, figure
from reportlib.showing.markup import render, style
from reportlib.showing.said import said
from reportlib.study import Study
from reportlib.values.days import Span
from reportlib.values.findings import Finding, Record
from reportlib.values.phrases import day_in_words, span_in_words

Test = Callable[..., Finding]
STAGE: ContextVar[Callable[[str], Chapter] | None] = ContextVar("stage", default=None)
"""Who runs a notebook's cells in its own process sets this, and opens the chapters they ask for."""


def open_chapter(name: str, namespace: Mapping[str, Any]) -> Chapter:
    """Open the study around a notebook, as one of its chapters.

    Example: ``chapter = open_chapter("bridge", globals())``, after the parameters cell.

    Args:
        name: the chapter's name, as in the column ``chapter`` of the claims.
        namespace: the notebook's variables; its plain values are its parameters.

    Raises:
        StudyNotFound: the notebook stands in no study.
        BadParameters: a name or value is wrong; nothing was read yet.
        BadData: the data package has faults.
    """
    stage = STAGE.get()
    if stage is not None:
        return stage(name)
    study = Study.find()
    settings_from(namespace, Parameters.read(study))
    return Chapter(study, name, namespace)


class Chapter:
    """One chapter at work. What was saved meanwhile is seen by the next call, without a restart."""

    def __init__(self, study: Study, name: str, namespace: Mapping[str, Any]) -> None:
        """Read the study once; later calls read again only what has changed."""
        self._study = study
        self._name = name
        self._values = {**namespace, "In": tuple(namespace.get("In", ()))}
        self._tests: dict[str, ClaimTest] = {}
        self._records: dict[str, Record] = {}
        self._stamp: object = None
        self._inquiry = self._read()

    @property
    def data(self) -> Data:
        """The tables as they were known on the day of the run."""
        return self._current().data.watched()

    @property
    def later(self) -> Data:
        """The tables as they were known on the day up to which outcomes are looked at."""
        inquiry = self._current()
        return inquiry.known.data(inquiry.settings.outcomes_until).watched()

    @property
    def as_of(self) -> str:
        """The day of the run in words, as on which ``data`` has the tables."""
        return day_in_words(self._current().settings.as_of)

    @property
    def outcomes_until(self) -> str:
        """The day up to which outcomes are looked at in words, as on which ``later`` has them."""
        return day_in_words(self._current().settings.outcomes_until)

    @property
    def article_day(self) -> date:
        """The day from which the published page looks back: the article's own, in base.yaml."""
        return self._current().article_day

    @property
    def claims(self) -> list[str]:
        """The claims of this chapter, in the order of the ledger."""
        return [c.id for c in self._current().ledger.claims.values() if c.chapter == self._name]

    def claim(self, claim: str) -> Block:
        """Show the paraphrase of a claim, as the ledger has it."""
        return Block(render("claim.html.j2", claim=self._current().claim(claim)))

    def label(self, parameter: str, value: Setting) -> str:
        """Return the words for a value of a parameter."""
        return self._current().parameters.by_name[parameter].label_of(value)

    def asserted(self, *claims: str) -> pd.DataFrame:
        """Return the days that the article gives: ``first``, ``last`` and ``words``."""
        assertions = self._current().ledger.assertions
        spans = [
            (claim, span.first, span.last, span_in_words(span))
            for claim in claims
            for one in assertions.get(claim, ())
            if (span := Span.of(one.value)) is not None
        ]
        frame = pd.DataFrame(spans, columns=["claim", "first", "last", "words"])
        return frame.astype({"first": "datetime64[s]", "last": "datetime64[s]"})

    def test(self, claim: str) -> Callable[[Test], Test]:
        """Make a function the test of a claim: ``test(data, **parameters) -> Finding``.

        Raises:
            BadTest: there is no such claim, or an argument of the function is no parameter.
        """
        inquiry = self._current()
        inquiry.claim(claim)

        def bind(function: Test) -> Test:
            self._tests[claim] = ClaimTest.of(claim, function, inquiry.parameters)
            return function

        return bind

    def card(self, claim: str) -> Block:
        """Show a claim's card, and hand its record to the run.

        Raises:
            BadTest: the claim belongs to another chapter, or its test cannot be used.
        """
        record = self._record(claim)
        inquiry = self._inquiry
        argument = Argument(inquiry.ledger, self._records)
        shown = argument.complete(self._records[claim])
        complete = Argument(inquiry.ledger, {**self._records, claim: shown})
        markup = card(inquiry, complete, claim, alone=True)
        return Block(markup, {RECORD: as_record(record)})

    def say(self, text: str, *, on: str = "", **values: Any) -> Block:
        """Show a sentence whose numbers are bound to findings.

        With ``on`` it is carried to the report, where it stands on that claim's card.

        Example: ``chapter.say("The bridge was opened on {B1}.")``; ``{B2[walkers]}`` is a part,
        ``{B1.state}`` the state, ``{B1.rows}`` the number of rows. Other values are given
        by name: ``chapter.say("{days} days lay between.", days=gap)``.

        Raises:
            BadTest: a claim named in it has no card yet, or ``on`` names no claim.
        """
        self._current()
        block = Block(render("said.html.j2", said=said(text, self._records, values)))
        if not on:
            return block
        claim = self._current().claim(on).id
        return Block(block.markup, {SAID: {"claim": claim, "text": block.text}})

    def figure(
        self,
        id: str,
        draw: Draw,
        table: pd.DataFrame,
        *,
        headline: Headline,
        subtitle: str,
        source: str,
        description: str,
        columns: Mapping[str, str] | None = None,
    ) -> Block:
        """Show a figure, and hand it to the run; see ``reportlib.showing.figures.figure``."""
        drawn = figure(
            id,
            draw,
            table,
            headline=headline,
            subtitle=subtitle,
            source=source,
            description=description,
            columns=columns,
        )
        return Block(drawn.markup(), {FIGURE: as_figure(drawn)})

    def crossfoot(
        self, id: str, sums: pd.DataFrame, *, title: str, unit: str, explanation: str
    ) -> Block:
        """Show sums beside printed totals; see ``reportlib.showing.crossfoots.crossfoot``."""
        foot = crossfoot(id, sums, title=title, unit=unit, explanation=explanation)
        return Block(foot.markup(), {CROSSFOOT: as_crossfoot(foot)})

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        """Show what the chapter works with, and bring the style along."""
        inquiry = self._current()
        header = render(
            "chapter.html.j2",
            name=self._name,
            settings=inquiry.settings,
            parameters=inquiry.parameters.by_name,
            named=OWN,
            claims=self.claims,
        )
        return Block(Markup(f"<style>{style()}</style>{header}"))._repr_mimebundle_()

    def _record(self, claim: str) -> Record:
        """Look at a claim of this chapter, and remember what was found."""
        inquiry = self._current()
        chapter = inquiry.claim(claim).chapter
        if chapter != self._name:
            raise BadTest(f"{claim} belongs to the chapter {chapter}, not to {self._name}.")
        self._records[claim] = self._looked_at(inquiry, claim)
        return self._records[claim]

    def _looked_at(self, inquiry: Inquiry, claim: str) -> Record:
        return examined(inquiry, claim, self._tests.get(claim))

    def _current(self) -> Inquiry:
        """Read again what was saved since, and bring the cards shown so far up to it."""
        if self._stamp != self._files():
            self._inquiry = self._read()
            self._records = {c: self._looked_at(self._inquiry, c) for c in self._records}
        return self._inquiry

    def _read(self) -> Inquiry:
        stamp = self._files()
        parameters = Parameters.read(self._study)
        settings = settings_from(self._values, parameters)
        inquiry = Inquiry.open(self._study, settings, parameters)
        self._stamp = stamp  # only now: after a bad save the next call must read again
        return inquiry

    def _files(self) -> object:
        """Names, sizes and times of the study's data and parameters."""
        seen = []
        for path in [*self._study.kept(), *self._study.params.glob("*.yaml")]:
            with contextlib.suppress(FileNotFoundError):  # an editor's own file, gone again
                state = path.stat()
                seen.append((str(path), state.st_mtime_ns, state.st_size))
        return sorted(seen)
