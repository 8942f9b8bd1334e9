"""The notebooks of a made-up study: chapters of three charts and a card each, and the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Template

import nbformat

from reportlib.load.parameters import BASE, OWN, Parameters
from tests.bench.made_up import TITLE, MadeUp

CHARTS = {
    "months": (
        "acts.assign(when=acts.day.dt.month, word=acts.word_a)",
        ["when", "word"],
        'mark_bar().encode(x="when:O", y="number:Q", color="word:N")',
    ),
    "days": (
        'acts.assign(when=acts.day.dt.strftime("%Y-%m"), word=acts.word_b)',
        ["when", "word"],
        'mark_line().encode(x="when:T", y="number:Q", color="word:N")',
    ),
    "places": (
        "acts.assign(year=acts.day.dt.year, word=acts.word_c)",
        ["place", "year", "word"],
        'mark_circle().encode(x="year:O", y="place:N", size="number:Q", color="word:N")',
    ),
}
"""What is counted, by what, and how the counts are drawn."""
OPENED = Template(
    """\
import altair as alt

from reportlib import Finding, open_chapter

chapter = open_chapter("$chapter", globals())
chapter"""
)
ROWS = Template(
    """\
acts = chapter.data.$table
acts = acts[acts.place.ne("$place")]
len(acts)"""
)
COUNTED = Template(
    """\
$chart = $counted.groupby($by).size().rename("number").reset_index()
assert $chart.number.sum() == len(acts)
len($chart)"""
)
DRAWN = Template(
    """\
chapter.figure(
    "$chart-$chapter",
    lambda width: alt.Chart($chart).$mark.properties(width=width - 120, height=$height),
    $chart,
    headline=lambda plotted: f"{plotted.number.sum()} acts are counted",
    subtitle="Acts",
    source="made up",
    description="Made up.",
)"""
)
SHOWN = Template("alt.Chart($chart).$mark.properties(width=600, height=$height)")
TESTED = Template(
    """\
PLACE = "$place"


@chapter.test("$claim")
def acts_at_the_place(data, sort_a):
    acts = data.rows("$table", sort_a=sort_a)
    acts = acts[acts.place.eq(PLACE)]
    return Finding(len(acts), acts.index, "acts")


chapter.card("$claim")"""
)
REPORTED = """\
from reportlib import open_report

report = open_report(globals())
report"""


def write_notebooks(made: MadeUp, *, drawn: bool = True) -> None:
    """Write a notebook for each chapter of a made-up study, and the report.

    Args:
        made: the study; each of its chapters has a claim that can be checked.
        drawn: whether charts are figures of the page, drawn as SVG, or left to a browser.
    """
    study, size = made.study, made.size
    parameters = Parameters.read(study)
    claims = {size.chapter(claim): claim for claim in size.checkable}
    chapters = sorted(claims)
    for number, chapter in enumerate(chapters):
        cells = _chapter(made, claims[chapter], _parameters(parameters, "sort_a"), drawn)
        _write(study.notebooks / f"{number:03}-{chapter}.ipynb", cells)
    _write(study.report, _report(chapters, _parameters(parameters), drawn))


def _chapter(made: MadeUp, claim: int, parameters: str, drawn: bool) -> Iterator[str]:
    size = made.size
    named: dict[str, object] = {
        "chapter": size.chapter(claim),
        "claim": size.id(claim),
        "place": size.place(claim),
        "table": size.table(claim),
        "height": 200 + claim,  # no two chapters have the same chart, which would be drawn once
    }
    yield "# Acts at other places, and at one"
    yield parameters
    yield OPENED.substitute(named)
    yield ROWS.substitute(named)
    for chart, (counted, by, mark) in CHARTS.items():
        yield f"## By {chart}"
        about = {**named, "chart": chart, "counted": counted, "by": by, "mark": mark}
        yield COUNTED.substitute(about)
        yield (DRAWN if drawn else SHOWN).substitute(about)
    yield "## At the one place"
    yield TESTED.substitute(named)


def _report(chapters: list[str], parameters: str, drawn: bool) -> Iterator[str]:
    yield f"# {TITLE}"
    yield parameters
    yield REPORTED
    yield "report.answer()"
    yield "report.outline()"
    for chapter in chapters:
        yield f'report.cards("{chapter}")'
        if drawn:
            yield from (f'report.figure("{chart}-{chapter}")' for chart in CHARTS)
    yield from (f"report.{part}()" for part in ("tried", "rows", "documents", "run_record"))


def _parameters(parameters: Parameters, *more: str) -> str:
    values = {name: parameters.base[name] for name in (*OWN, *more)}
    lines = [f'{name}: str = "{value}"' for name, value in values.items()]
    return "\n".join([f'parameter_set: str = "{BASE}"', *lines])


def _write(path: Path, cells: Iterator[str]) -> None:
    """Write a notebook of cells; those that begin with ``#`` are prose."""
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    for number, source in enumerate(cells):
        prose = source.startswith("#")
        make = nbformat.v4.new_markdown_cell if prose else nbformat.v4.new_code_cell
        cell = make(source, id=f"cell-{number}")
        if source.startswith("parameter_set"):
            cell.metadata["tags"] = ["parameters"]
        notebook.cells.append(cell)
    nbformat.write(notebook, path)
