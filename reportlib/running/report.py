"""The report as its notebook sees it: the sections of the page, from what the chapters found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from markupsafe import Markup

from reportlib.errors import BadTest, NotAccepted, did_you_mean
from reportlib.judging.argument import Argument
from reportlib.judging.inquiry import Inquiry
from reportlib.reading.imprint import Imprint
from reportlib.reading.lines import gathered
from reportlib.reading.parameters import Parameters
from reportlib.running.carried import (
    FIGURE,
    SWITCH,
    as_figure,
    crossfoots_in,
    figures_in,
    records_in,
    said_in,
)
from reportlib.running.changes import changes_since
from reportlib.running.digests import digest_of_library
from reportlib.running.lock import Lock
from reportlib.running.manifest import edition_of, inputs_of, packages
from reportlib.running.namespace import settings_from
from reportlib.showing import summaries
from reportlib.showing.answer import answer
from reportlib.showing.appendix import citations, cited_rows, documents
from reportlib.showing.bibliography import citing
from reportlib.showing.cards import card
from reportlib.showing.changes import as_section
from reportlib.showing.consistency import consistency
from reportlib.showing.display import Block
from reportlib.showing.figures import Figure
from reportlib.showing.known_when import known_when
from reportlib.showing.limits import limits
from reportlib.showing.marks import MARKS, MEANINGS, TERMS, word_of
from reportlib.showing.markup import render, style
from reportlib.showing.outline import outline
from reportlib.showing.pillars import drawing
from reportlib.showing.switch import shifts, switch_data, switch_table
from reportlib.showing.then_and_now import then_and_now
from reportlib.showing.tried import tried_table
from reportlib.study import Build, Study
from reportlib.values.findings import Record


def open_report(namespace: Mapping[str, Any]) -> Report:
    """Open the study around a notebook, with what its chapters found in their last run.

    Example: ``report = open_report(globals())``, after the parameters cell.

    Raises:
        StudyNotFound: the notebook stands in no study.
        BadParameters: a name or value is wrong.
        NotBuilt: a chapter has not been run under this parameter set.
    """
    study = Study.find()
    parameters = Parameters.read(study)
    return Report(study, Inquiry.open(study, settings_from(namespace, parameters), parameters))


class Report:
    """The sections of the page, each a block for one cell. Nothing is computed anew."""

    def __init__(self, study: Study, inquiry: Inquiry) -> None:
        """Collect what the chapters found."""
        self._study = study
        self._inquiry = inquiry
        self._executed = [self.build.executed / path.name for path in study.chapters()]
        records: list[Record] = [r for path in self._executed for r in records_in(path)]
        self._recorded = Argument(inquiry.ledger, {record.claim: record for record in records})
        self.argument = Argument(inquiry.ledger, self._recorded.completed())
        self.figures: dict[str, Figure] = {
            figure.id: figure for path in self._executed for figure in figures_in(path)
        }

    @property
    def build(self) -> Build:
        """Where the run's artefacts are."""
        return self._study.build(self._inquiry.settings.set_name)

    @property
    def inquiry(self) -> Inquiry:
        """The study as it was read."""
        return self._inquiry

    def answer(self) -> Block:
        """Whether the evidence holds: one sentence and three numbers."""
        return Block(answer(self._inquiry, self.argument))

    def key(self) -> Block:
        """How to read the states."""
        counts = Counter(word_of(self.argument.records.get(c)) for c in self.argument.ledger.claims)
        return Block(
            render("key.html.j2", meanings=MEANINGS, marks=MARKS, counts=counts, terms=TERMS)
        )

    def outline(self) -> Block:
        """The argument as a nested list."""
        return Block(outline(self.argument))

    def drawing(self) -> Block:
        """The argument as a drawing."""
        return self._shown(drawing(self.argument))

    def figure(self, id: str) -> Block:
        """A figure of a chapter.

        Raises:
            BadTest: no chapter has drawn it.
        """
        if id not in self.figures:
            raise BadTest(f"No chapter has drawn a figure “{id}”. {did_you_mean(id, self.figures)}")
        return self._shown(self.figures[id])

    def cards(self, chapter: str) -> Block:
        """The cards of a chapter's claims, looked at or not."""
        claims = [c.id for c in self._inquiry.ledger.claims.values() if c.chapter == chapter]
        if not claims:
            chapters = {claim.chapter for claim in self._inquiry.ledger.claims.values()}
            raise BadTest(f"No claim belongs to “{chapter}”. {did_you_mean(chapter, chapters)}")
        cards = [card(self._inquiry, self.argument, c, said=self._said.get(c, ())) for c in claims]
        return Block(Markup("\n").join(cards))

    def turning(self) -> Block:
        """Where an answer turns on a definition."""
        return Block(summaries.turning(self.argument, self._inquiry.parameters))

    def switch(self) -> Block:
        """What every other definition changes, and the data with which the page shows it."""
        moved = shifts(self._inquiry, self._recorded, self.argument)
        table = switch_table(self._inquiry, self.argument, moved)
        return Block(table, {SWITCH: switch_data(self._inquiry, moved)})

    def tried(self) -> Block:
        """What was tried to turn each verdict."""
        return Block(tried_table(self.argument, self._inquiry.parameters))

    def then_and_now(self) -> Block:
        """Every claim on the article's day and in hindsight."""
        return Block(then_and_now(self._inquiry, self._recorded))

    def outcomes(self) -> Block:
        """What happened next: forecasts and recommendations."""
        return Block(summaries.outcomes(self.argument))

    def right(self) -> Block:
        """Where details are right."""
        return Block(summaries.right(self.argument))

    def details(self) -> Block:
        """Where details are wrong, and whether the argument needs them."""
        return Block(summaries.details(self.argument))

    def consistency(self) -> Block:
        """Where the text agrees with itself, and where it does not."""
        return Block(consistency(self._inquiry))

    def weak(self) -> Block:
        """Where the argument is weak though its details are right."""
        return Block(summaries.weak(self.argument))

    def single_origin(self) -> Block:
        """What rests on one origin."""
        return Block(summaries.single_origin(self.argument))

    def limits(self) -> Block:
        """What was not seen whole, and which registers are partial."""
        return Block(limits(self._inquiry))

    def known_when(self) -> Block:
        """What of the article was on record when, as a figure."""
        return self._shown(known_when(self._inquiry, self.argument))

    def crossfoots(self) -> Block:
        """Every cross-foot of the chapters."""
        feet = [foot for path in self._executed for foot in crossfoots_in(path)]
        return Block(Markup("\n").join(foot.markup() for foot in feet))

    def rows(self) -> Block:
        """Every row that a finding or an item of evidence cites, with its sources."""
        return Block(cited_rows(self._inquiry, self.argument, self._tables))

    def documents(self) -> Block:
        """Every document behind these rows and items."""
        return Block(documents(self._inquiry, self.argument, self._imprint.article))

    def article(self) -> Block:
        """Which article it is, with a link to it.

        Raises:
            BadTest: the descriptor does not name it.
        """
        if not self._imprint.article:
            raise BadTest("data/datapackage.json names no source as the article: add “article”.")
        article = self._inquiry.provenance.sources[self._imprint.article]
        return Block(render("article.html.j2", article=article))

    def citing(self) -> Block:
        """How to cite this report, in words and as BibTeX."""
        set_name, edition = self._inquiry.settings.set_name, edition_of(self._inputs)
        return Block(citing(self._imprint, set_name, edition))

    def definitions(self) -> Block:
        """What each parameter means, and its value in this run."""
        return Block(
            render(
                "definitions.html.j2",
                parameters=self._inquiry.parameters.by_name.values(),
                settings=self._inquiry.settings,
            )
        )

    def changes(self) -> Block:
        """What is not as it was accepted, and why. Only the published page is ever accepted.

        Raises:
            BadLock: the lock cannot be read.
        """
        inquiry, records = self._inquiry, self.argument.records
        if inquiry.settings.values != inquiry.parameters.base:
            return Block(_paragraph("Only states at the setting of base.yaml are ever accepted."))
        try:
            lock = Lock.read(self._study)
        except NotAccepted:
            return Block(_paragraph("No state has been accepted yet, so there is none to compare."))
        found = changes_since(self._study, lock, inquiry.ledger, records)
        return Block(as_section(found, citations(self.argument), inquiry.ledger.claims))

    def run_record(self) -> Block:
        """What this page was made from."""
        return Block(
            render(
                "run_record.html.j2",
                settings=self._inquiry.settings,
                inputs=self._inputs,
                edition=edition_of(self._inputs),
                library=digest_of_library(),
                packages=packages(),
                notebooks=[path.name for path in self._executed],
                figures=self.figures,
            )
        )

    @cached_property
    def _said(self) -> dict[str, tuple[str, ...]]:
        """What the chapters say on claims beside their reasons."""
        return gathered(said for path in self._executed for said in said_in(path))

    @cached_property
    def _imprint(self) -> Imprint:
        return Imprint.read(self._study)

    @cached_property
    def _tables(self) -> dict[str, str]:
        """By name, the address at which a reader gets a whole table."""
        build = self.build
        names = self._inquiry.known.tables.frames
        return {name: build.address(build.table(name)) for name in names}

    @cached_property
    def _inputs(self) -> dict[str, str]:
        return inputs_of(self._study)

    def _shown(self, figure: Figure) -> Block:
        self.figures[figure.id] = figure
        csv = self.build.address(self.build.figure(figure.id))
        return Block(figure.markup(csv, self._tables), {FIGURE: as_figure(figure)})

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        """Show which run is reported, and bring the style along."""
        looked_at = len(self.argument.records)
        text = Markup("<p>Parameter set <strong>{}</strong>; {} claims looked at.</p>").format(
            self._inquiry.settings.set_name, looked_at
        )
        return Block(Markup(f"<style>{style()}</style>{text}"))._repr_mimebundle_()


def _paragraph(sentence: str) -> Markup:
    return Markup("<p>{}</p>").format(sentence)
