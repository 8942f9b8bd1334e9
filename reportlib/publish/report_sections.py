"""The report as its notebook sees it: the sections of the page, from what the chapters found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar

from markupsafe import Markup

from reportlib.assess.argument import Argument
from reportlib.assess.assessment import Assessment
from reportlib.errors import BadTest, NotAccepted, did_you_mean
from reportlib.execute.input_snapshot import InputSnapshot, take_snapshot
from reportlib.execute.inputs import LIBRARY
from reportlib.execute.state import list_packages
from reportlib.load.csv_rows import group_by_key
from reportlib.load.datapackage import PackageMetadata
from reportlib.load.parameters import Parameters
from reportlib.load.study_data import StudyData
from reportlib.notebook.cell_parameters import read_settings
from reportlib.notebook.outputs import (
    CROSSFOOT,
    FIGURE,
    RECORD,
    SENTENCE,
    SWITCH,
    OutputType,
)
from reportlib.publish.citations import render_how_to_cite
from reportlib.render import claim_lists
from reportlib.render.appendix import map_citations, render_cited_rows, render_documents
from reportlib.render.argument_map import render_argument_map, render_outline
from reportlib.render.backtest import render_backtest, render_known_when
from reportlib.render.cards import render_card
from reportlib.render.charts import Figure
from reportlib.render.claim_lists import render_text_checks
from reportlib.render.definition_switch import list_effects, make_switch_data, render_switch_table
from reportlib.render.diff_table import render_diff
from reportlib.render.limits import render_limits
from reportlib.render.robustness_table import render_robustness_table
from reportlib.render.state_icons import MARKS, MEANINGS, name_state
from reportlib.render.summary import render_summary
from reportlib.render.templating import Block, read_style, render
from reportlib.review.diff import diff_locks
from reportlib.review.verdict_lock import VerdictLock
from reportlib.study import Study

T = TypeVar("T")


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
    settings = read_settings(namespace, parameters)
    return Report(study, Assessment(StudyData.read(study, parameters), settings))


class Report:
    """The sections of the page, each a block for one cell. Nothing is computed anew."""

    def __init__(self, study: Study, assessment: Assessment) -> None:
        """Collect what the chapters found."""
        self._study = study
        self.assessment = assessment
        self.build = study.build(assessment.settings.set_name)
        self._executed = [self.build.executed / path.name for path in study.chapters()]
        records = {record.claim: record for record in self._load(RECORD)}
        self._recorded = Argument(assessment.ledger, records)
        self.argument = Argument(assessment.ledger, self._recorded.completed())
        self.figures = {figure.id: figure for figure in self._load(FIGURE)}

    def answer(self) -> Block:
        """The answer: one sentence and three numbers."""
        return Block(render_summary(self.assessment, self.argument))

    def key(self) -> Block:
        """How to read the states."""
        records = self.argument.records
        counts = Counter(name_state(records.get(claim)) for claim in self.argument.ledger.claims)
        return Block(render("key.html.j2", meanings=MEANINGS, marks=MARKS, counts=counts))

    def outline(self) -> Block:
        """The argument as a nested list."""
        return Block(render_outline(self.argument))

    def drawing(self) -> Block:
        """The argument as a drawing."""
        return self._show(render_argument_map(self.argument))

    def figure(self, id: str) -> Block:
        """A figure of a chapter.

        Raises:
            BadTest: no chapter has drawn it.
        """
        if id not in self.figures:
            raise BadTest(f"No chapter has drawn a figure “{id}”. {did_you_mean(id, self.figures)}")
        return self._show(self.figures[id])

    def cards(self, chapter: str) -> Block:
        """The cards of a chapter's claims, looked at or not."""
        chapters = group_by_key(
            (claim.chapter, claim.id) for claim in self.assessment.ledger.claims.values()
        )
        if chapter not in chapters:
            raise BadTest(f"No claim belongs to “{chapter}”. {did_you_mean(chapter, chapters)}")
        cards = (
            render_card(self.assessment, self.argument, id, said=self._sentences.get(id, ()))
            for id in chapters[chapter]
        )
        return Block(Markup("\n").join(cards))

    def turning(self) -> Block:
        """Where an answer turns on a definition."""
        return Block(claim_lists.render_turning(self.argument, self.assessment.parameters))

    def switch(self) -> Block:
        """The changes that every other definition makes, and their data for the page."""
        effects = list_effects(self.assessment, self._recorded, self.argument)
        table = render_switch_table(self.assessment, self.argument, effects)
        return Block(table, SWITCH.bundle(make_switch_data(self.assessment, effects)))

    def tried(self) -> Block:
        """The attempts to turn each verdict."""
        return Block(render_robustness_table(self.argument, self.assessment.parameters))

    def then_and_now(self) -> Block:
        """Every claim on the article's day and in hindsight."""
        return Block(render_backtest(self.assessment, self._recorded))

    def outcomes(self) -> Block:
        """The outcomes of forecasts and recommendations."""
        return Block(claim_lists.render_outcomes(self.argument))

    def right(self) -> Block:
        """Where details are right."""
        return Block(claim_lists.render_right(self.argument))

    def details(self) -> Block:
        """Where details are wrong, and whether the argument needs them."""
        return Block(claim_lists.render_details(self.argument))

    def consistency(self) -> Block:
        """Where the text agrees with itself, and where it does not."""
        return Block(render_text_checks(self.assessment))

    def weak(self) -> Block:
        """Where the argument is weak though its details are right."""
        return Block(claim_lists.render_weak(self.argument))

    def single_origin(self) -> Block:
        """The claims that rest on one origin."""
        return Block(claim_lists.render_single_origin(self.argument))

    def limits(self) -> Block:
        """The documents that were not seen whole, and the registers that are partial."""
        return Block(render_limits(self.assessment))

    def known_when(self) -> Block:
        """The parts of the article that were on record by each day, as a figure."""
        return self._show(render_known_when(self.assessment, self.argument))

    def crossfoots(self) -> Block:
        """Every cross-foot of the chapters."""
        return Block(Markup("\n").join(foot.markup() for foot in self._load(CROSSFOOT)))

    def rows(self) -> Block:
        """Every row that a finding or an item of evidence cites, with its sources."""
        return Block(render_cited_rows(self.assessment, self.argument, self._tables))

    def documents(self) -> Block:
        """Every document behind these rows and items."""
        return Block(render_documents(self.assessment, self.argument, self._metadata.article))

    def article(self) -> Block:
        """The article, with a link to it.

        Raises:
            BadTest: the descriptor does not name it.
        """
        if not self._metadata.article:
            raise BadTest("data/datapackage.json names no source as the article: add “article”.")
        article = self.assessment.provenance.sources[self._metadata.article]
        return Block(render("article.html.j2", article=article))

    def citing(self) -> Block:
        """How to cite this report, in words and as BibTeX."""
        set_name, edition = self.assessment.settings.set_name, self._inputs.edition
        return Block(render_how_to_cite(self._metadata, set_name, edition))

    def definitions(self) -> Block:
        """What each parameter means, and its value in this run."""
        return Block(
            render(
                "definitions.html.j2",
                parameters=self.assessment.parameters.by_name.values(),
                settings=self.assessment.settings,
            )
        )

    def changes(self) -> Block:
        """The changes since the accepted states, and why. Only the published page is ever accepted.

        Raises:
            BadLock: the lock cannot be read.
        """
        assessment, argument = self.assessment, self.argument
        if assessment.settings.values != assessment.parameters.base:
            return Block(_paragraph("Only states at the setting of base.yaml are ever accepted."))
        try:
            accepted = VerdictLock.read(self._study)
        except NotAccepted:
            return Block(_paragraph("No state has been accepted yet, so there is none to compare."))
        current = VerdictLock.of(self._study, assessment, argument.records)
        changes = diff_locks(accepted, current, argument)
        return Block(render_diff(changes, map_citations(argument), argument.ledger.claims))

    def run_record(self) -> Block:
        """The inputs of this page."""
        return Block(
            render(
                "run_record.html.j2",
                settings=self.assessment.settings,
                inputs=self._inputs.inputs,
                edition=self._inputs.edition,
                library=self._inputs.library[LIBRARY.name],
                packages=list_packages(),
                notebooks=[path.name for path in self._executed],
                figures=self.figures,
            )
        )

    @cached_property
    def _sentences(self) -> dict[str, tuple[str, ...]]:
        """The sentences of the chapters on each claim, which stand beside its reason."""
        return group_by_key((item["claim"], item["text"]) for item in self._load(SENTENCE))

    @cached_property
    def _metadata(self) -> PackageMetadata:
        return PackageMetadata.read(self._study)

    @cached_property
    def _tables(self) -> dict[str, str]:
        """The addresses at which a reader gets whole tables, by name."""
        build = self.build
        return {name: build.address(build.table(name)) for name in self.assessment.frames}

    @cached_property
    def _inputs(self) -> InputSnapshot:
        return take_snapshot(self._study, in_notebook=True)

    def _load(self, type_: OutputType[T]) -> Iterator[T]:
        return (value for path in self._executed for value in type_.load(path))

    def _show(self, figure: Figure) -> Block:
        self.figures[figure.id] = figure
        csv = self.build.address(self.build.figure(figure.id))
        return Block(figure.markup(csv, self._tables), FIGURE.bundle(figure))

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        """Show which run is reported, and bring the style along."""
        looked_at = len(self.argument.records)
        text = Markup("<p>Parameter set <strong>{}</strong>; {} claims looked at.</p>").format(
            self.assessment.settings.set_name, looked_at
        )
        return Block(Markup(f"<style>{read_style()}</style>{text}"))._repr_mimebundle_()


def _paragraph(sentence: str) -> Markup:
    return Markup("<p>{}</p>").format(sentence)
