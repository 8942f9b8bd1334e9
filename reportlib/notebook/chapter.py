"""A chapter as its notebook sees it: data, tests, cards, figures and bound numbers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import date
from typing import Any

import pandas as pd
from markupsafe import Markup

from reportlib.assess.argument import Argument
from reportlib.assess.assessment import Assessment
from reportlib.assess.claim_test import ClaimTest
from reportlib.assess.stress_tests import stress_test
from reportlib.errors import BadTest
from reportlib.load.data_view import DataView
from reportlib.load.parameters import OWN, Parameters, Setting
from reportlib.load.study_data import StudyData
from reportlib.model.dates import Span
from reportlib.model.findings import Finding, Record
from reportlib.model.formatting import format_day, format_span
from reportlib.notebook.cell_parameters import read_settings
from reportlib.notebook.outputs import CROSSFOOT, FIGURE, RECORD, SENTENCE
from reportlib.render.cards import render_card
from reportlib.render.charts import Draw, Headline, make_figure
from reportlib.render.crossfoots import make_crossfoot
from reportlib.render.inline_values import fill_sentence
from reportlib.render.templating import Block, read_style, render
from reportlib.study import Study

Test = Callable[..., Finding]
STAGE: ContextVar[Callable[[str], Chapter] | None] = ContextVar("stage", default=None)
"""The function that opens chapters in place of ``open_chapter``, where a dry run sets one."""


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
    read_settings(namespace, Parameters.read(study))
    return Chapter(study, name, namespace)


class Chapter:
    """One chapter at work. Each call sees what was saved since the last one, without a restart."""

    def __init__(self, study: Study, name: str, namespace: Mapping[str, Any]) -> None:
        """Read the study once; later calls read again only what has changed."""
        self._study = study
        self._name = name
        self._values = {**namespace, "In": tuple(namespace.get("In", ()))}
        self._tests: dict[str, ClaimTest] = {}
        self._records: dict[str, Record] = {}
        self._stamp: object = None
        self._assessment = self._read()

    @property
    def data(self) -> DataView:
        """The tables as they were known on the day of the run."""
        return self._current().data.watched()

    @property
    def later(self) -> DataView:
        """The tables as they were known on the day up to which outcomes are looked at."""
        assessment = self._current()
        return assessment.study_data.view(assessment.settings.outcomes_until).watched()

    @property
    def as_of(self) -> str:
        """The day of the run in words: that of ``data``."""
        return format_day(self._current().settings.as_of)

    @property
    def outcomes_until(self) -> str:
        """The day up to which outcomes are looked at in words: that of ``later``."""
        return format_day(self._current().settings.outcomes_until)

    @property
    def article_day(self) -> date:
        """The day from which the published page looks back: the article's own, in base.yaml."""
        return self._current().article_day

    @property
    def claims(self) -> list[str]:
        """The claims of this chapter, in the order of the ledger."""
        claims = self._current().ledger.claims.values()
        return [claim.id for claim in claims if claim.chapter == self._name]

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
            (claim, span.first, span.last, format_span(span))
            for claim in claims
            for assertion in assertions.get(claim, ())
            if (span := Span.of(assertion.value)) is not None
        ]
        frame = pd.DataFrame(spans, columns=["claim", "first", "last", "words"])
        return frame.astype({"first": "datetime64[s]", "last": "datetime64[s]"})

    def test(self, claim: str) -> Callable[[Test], Test]:
        """Make a function the test of a claim: ``test(data, **parameters) -> Finding``.

        Raises:
            BadTest: there is no such claim, or an argument of the function is no parameter.
        """
        assessment = self._current()
        assessment.claim(claim)

        def bind(function: Test) -> Test:
            self._tests[claim] = ClaimTest.of(claim, function, assessment.parameters)
            return function

        return bind

    def card(self, claim: str) -> Block:
        """Show a claim's card, and hand its record to the run.

        Raises:
            BadTest: the claim belongs to another chapter, or its test cannot be used.
        """
        record = self._record(claim)
        assessment = self._assessment
        complete = Argument(assessment.ledger, self._records).complete(record)
        argument = Argument(assessment.ledger, {**self._records, claim: complete})
        return Block(render_card(assessment, argument, claim, alone=True), RECORD.bundle(record))

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
        sentence = fill_sentence(text, self._records, values)
        block = Block(render("sentence.html.j2", sentence=sentence))
        if not on:
            return block
        claim = self._current().claim(on).id
        return Block(block.markup, SENTENCE.bundle({"claim": claim, "text": block.text}))

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
        """Show a figure, and hand it to the run; see ``reportlib.render.charts.make_figure``."""
        figure = make_figure(
            id,
            draw,
            table,
            headline=headline,
            subtitle=subtitle,
            source=source,
            description=description,
            columns=columns,
        )
        return Block(figure.markup(), FIGURE.bundle(figure))

    def crossfoot(
        self, id: str, sums: pd.DataFrame, *, title: str, unit: str, explanation: str
    ) -> Block:
        """Show sums beside printed totals; see ``reportlib.render.crossfoots.make_crossfoot``."""
        foot = make_crossfoot(id, sums, title=title, unit=unit, explanation=explanation)
        return Block(foot.markup(), CROSSFOOT.bundle(foot))

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        """Show what the chapter works with, and bring the style along."""
        assessment = self._current()
        header = render(
            "chapter.html.j2",
            name=self._name,
            settings=assessment.settings,
            parameters=assessment.parameters.by_name,
            named=OWN,
            claims=self.claims,
        )
        return Block(Markup(f"<style>{read_style()}</style>{header}"))._repr_mimebundle_()

    def _record(self, claim: str) -> Record:
        """Return the record of a claim of this chapter, and keep it."""
        assessment = self._current()
        chapter = assessment.claim(claim).chapter
        if chapter != self._name:
            raise BadTest(f"{claim} belongs to the chapter {chapter}, not to {self._name}.")
        self._records[claim] = self._test_claim(assessment, claim)
        return self._records[claim]

    def _test_claim(self, assessment: Assessment, claim: str) -> Record:
        return stress_test(assessment, claim, self._tests.get(claim))

    def _current(self) -> Assessment:
        """Read what was saved since the last call, and test the claims shown so far again."""
        if self._stamp != self._files():
            self._assessment = self._read()
            self._records = {c: self._test_claim(self._assessment, c) for c in self._records}
        return self._assessment

    def _read(self) -> Assessment:
        stamp = self._files()
        parameters = Parameters.read(self._study)
        settings = read_settings(self._values, parameters)
        assessment = Assessment(StudyData.read(self._study, parameters), settings)
        self._stamp = stamp  # only now: after a bad save the next call must read again
        return assessment

    def _files(self) -> object:
        """Return names, sizes and times of the study's data and parameters."""
        stamps = []
        for path in [*self._study.kept(), *self._study.params.glob("*.yaml")]:
            with contextlib.suppress(FileNotFoundError):  # an editor's own file, gone again
                state = path.stat()
                stamps.append((str(path), state.st_mtime_ns, state.st_size))
        return sorted(stamps)
