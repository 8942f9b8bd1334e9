"""Digits that readers see are bound to findings, or excused by their form or by a reason."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from reportlib.cli import main
from reportlib.lint.notebook_contract import check_notebooks
from reportlib.lint.typed_numbers import check_cell, find_typed_numbers
from reportlib.load.parameters import Parameters
from reportlib.publish.html_page import render_page
from reportlib.publish.verify import PageInputs


def digits_in(text: str) -> list[str]:
    return [digits for digits, _ in find_typed_numbers(text)]


def faults_of_markdown(source: str) -> list[str]:
    return [str(fault) for fault in check_cell("here", nbformat.v4.new_markdown_cell(source))]


def faults_of_code(source: str) -> list[str]:
    return [str(fault) for fault in check_cell("here", nbformat.v4.new_code_cell(source))]


@pytest.mark.parametrize(
    "text",
    [
        "On 29 June 2017, on 29 June and in June 2017.",
        "From 25 May to 30 June 2017; on 12 and 13 May; 29–30 June.",
        "On June 29, 2017, and by June 29.",
        "By 2017-06-29, or in 2017-06.",
        "On the 3rd of June.",
        "In 2017, mid-2017, 2016–17 and the 2010s: a 2017 argument.",
        "A finding under section 311; Section 311(b)(2); sections 311 and 312; articles 2–4.",
        "Resolution 2371 followed resolutions 2270, 2321 and 2356.",
        "Executive Order 13722, executive order 13722, EO 13722, Order No. 13722, § 5318A.",
        "The claims C06 and T0; a report by C4ADS; the G20; S/RES/2371 (2017).",
        "A Hwasong-14, and later the missile Hwasong 14 was shown.",
        "An authority of the USA PATRIOT Act 311, in force.",
        "See https://example.org/12/34.html for it.",
        "Three of the four were firms.",
    ],
)
def test_dates_years_places_in_laws_names_and_ids_are_excused(text: str) -> None:
    assert digits_in(text) == []


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("The Treasury named 12 banks.", ["12"]),
        ("Over North Korea 12 parties were listed.", ["12"]),
        ("In June 12 firms were listed.", ["12"]),
        ("Of 60 claims, 5 fall.", ["60", "5"]),
        ("China’s share was 85%, or 85.5 per cent.", ["85", "85.5"]),
        ("It was worth USD 790,000, or $2000, or €5 million.", ["790,000", "2000", "5"]),
        ("About 2000 people; about 1900 rows; more than 1900 tonnes.", ["2000", "1900", "1900"]),
        ("The 12th resolution, after 276 days.", ["12", "276"]),
        ("Resolution 2371 and 12 others.", ["12"]),
        ("In section 40 per cent are firms.", ["40"]),
        ("A shipment of 5km of cable, RMB40 the metre.", ["5", "40"]),
        ("Since 1,017 rows, 20170 more.", ["1,017", "20170"]),
        ("Hwasong 14 flew.", ["14"]),  # an opening capital makes no name
    ],
)
def test_shares_money_counts_and_ordinals_are_never_excused(text: str, digits: list[str]) -> None:
    assert digits_in(text) == digits


def test_a_fault_says_where_which_digits_among_which_words_and_what_to_do() -> None:
    assert faults_of_markdown(
        "## Banks\n\nOn that day the Treasury **named 12 banks** in all."
    ) == [
        "here: 12 is bound to no finding, in “… the Treasury named 12 banks in all.”. "
        "Say it with chapter.say, or add <!-- digits: why these are not from data -->."
    ]
    assert faults_of_code('chapter.say("It has {B2.rows} of the 12 rows on record by then.")') == [
        "here: 12 is bound to no finding, in “… {…} of the 12 rows on record …”. "
        "Put in a found value, or add # digits: why these are not from data."
    ]


@pytest.mark.parametrize(
    "source",
    [
        "The column `top_12` and `12`.",
        "```\n12 rows\n```",
        "[the page](https://example.org/12) and <https://example.org/12>",
        "A line <!-- 12 of them -->",
        "1. one\n2. another",
        "<!-- digits: the article's own words for a kind of missile -->\nThe 12 of them.",
        "The 12 of them.\n\n<!-- digits:\nthe article's own -->",
    ],
)
def test_what_is_code_an_address_a_comment_or_has_a_reason_is_let_be(source: str) -> None:
    assert faults_of_markdown(source) == []


def test_a_number_is_no_part_of_the_name_that_ends_the_paragraph_before() -> None:
    (only,) = faults_of_markdown("## What was under Section\n\n12 firms\n\n| China |\n|---|\n| x |")
    assert "12 is bound to no finding, in “12 firms”" in only


def test_a_code_span_joins_no_number_to_the_name_before_it() -> None:
    (only,) = faults_of_markdown("Rows under Section `authority` 12 of them.")
    assert "in “… under Section … 12 of them.”" in only


@pytest.mark.parametrize("comment", ["<!-- digits: -->", "<!-- digits -->"])
def test_an_excuse_in_markdown_without_a_reason_is_a_fault_and_excuses_nothing(
    comment: str,
) -> None:
    empty, digits = faults_of_markdown(f"The 12 of them. {comment}")
    assert "here: excuses its digits without a reason. Write <!-- digits: why" in empty
    assert "12 is bound to no finding" in digits


@pytest.mark.parametrize("comment", ["# digits:", "# digits"])
def test_an_excuse_in_code_without_a_reason_is_a_fault_and_excuses_nothing(comment: str) -> None:
    empty, digits = faults_of_code(f'chapter.say("The 12 of them.")  {comment}')
    assert "here: excuses its digits without a reason. Write # digits: why" in empty
    assert "12 is bound to no finding" in digits


@pytest.mark.parametrize(
    "source",
    [
        'chapter.say("12 rows")',
        'chapter.say(f"{n} of 12 rows")',
        'chapter.say("{n} rows", n=12)',
        'report.say("{B1}, " + "12 rows")',
        'chapter.figure("a", draw, rows, headline="12 rows")',
        'chapter.figure("a", draw, rows, headline=lambda plotted: f"{len(plotted)} of 12 rows")',
        'f(headline=lambda t: t.n.pipe(lambda t: f"{t.max():.0f} of 12") or "none")',
        'f(headline=lambda t: [f"{n} of 12" for n in t.n][0])',
        'f(headline=lambda t: "none" if t.empty else "12 rows")',
        'f(subtitle="Rows by day; " "12 of them")',
        'f(description="12 rows")',
        'f(explanation="12 rows")',
        'alt.X("n:Q", title="12 rows")',
        'f(source="the table rows, 12 of them")',
        'Finding(None, [], missing="fewer than 12 rows")',
    ],
)
def test_digits_in_what_code_shows_to_readers_are_found(source: str) -> None:
    (only,) = faults_of_code(source)
    assert "12 is bound to no finding" in only


@pytest.mark.parametrize(
    "source",
    [
        "rows = rows[rows.n.gt(12)]",
        'x = "12 rows"',
        'chapter.say("{B2.rows} rows, {B2[12]}, {n:.2f}", n=len(rows[:12]), on="B12")',
        'f(headline=lambda t: f"{t[t.n.gt(12)].n.max() + 12:,.1f} rows")',
        'f(headline=lambda t: t[t.kind.eq("12")]["12"].agg({"a": "12"}).pipe(str))',
        'f(headline=lambda t: "none" if t.kind == "12" else "some")',
        'f(title=None, subtitle="Rows of 2016", height=12)',
        'chapter.say("12 rows")  # digits: the column itself says so',
        'f(\n    subtitle="12 rows",  # digits: a form of words\n    title="rows",\n)',
        'f("""12"""',  # no Python: the contract says so elsewhere
    ],
)
def test_fields_other_code_and_text_with_a_reason_are_let_be(source: str) -> None:
    assert faults_of_code(source) == []


def test_a_reason_in_code_excuses_only_the_text_beside_it() -> None:
    source = 'f(\n    title="12 rows",  # digits: a form of words\n    subtitle="13 rows",\n)'
    (only,) = faults_of_code(source)
    assert "13 is bound to no finding" in only


def test_sections_are_named_as_their_headings_read_and_no_comment_is_on_the_page(
    tiny, tmp_path
) -> None:
    report = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# The bridge <!-- digits: a reason -->"),
            nbformat.v4.new_markdown_cell("## Rows <!-- digits: a reason -->\n\nOf the 12."),
            nbformat.v4.new_markdown_cell("All 12 of them.\n\n<!-- digits: a\n## reason -->"),
            nbformat.v4.new_markdown_cell(
                "## What *each* < `all` & rest\n\n```\n## no heading\n```"
            ),
        ]
    )
    nbformat.write(report, tmp_path / "report.ipynb")
    settings = Parameters.read(tiny).settings("base")
    made_from = PageInputs({}, {}, "", study="", set_name="base", prose="", claims={})
    page = render_page(tmp_path / "report.ipynb", settings, made_from, {})

    assert "<title>The bridge</title>" in page
    assert '<a href="#rows">Rows</a>' in page
    assert '<h2 id="rows">' in page
    assert "All 12 of them." in page
    assert '<a href="#what-each-all-rest">What each &lt; all &amp; rest</a>' in page
    assert '<h2 id="what-each-all-rest">' in page
    assert page.count('<li><a href="#') == 2
    assert "reason" not in page


def plant(notebook: Path, cell: str, source: str) -> str:
    """Put a source into a cell; return where it stands, as a fault says it."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    number, found = next(at for at in enumerate(content["cells"], start=1) if at[1]["id"] == cell)
    found["source"] = source
    notebook.write_text(json.dumps(content), encoding="utf-8")
    return f"notebooks/{notebook.name}, cell {number}"


def test_check_fails_on_digits_planted_in_a_chapter_and_in_the_report(tiny, capsys) -> None:
    chapter = tiny.chapters()[0]
    prose = plant(chapter, "rows-intro", "## The rows\n\nOn this day 6 works are known.")
    code = plant(chapter, "b3-say", 'chapter.say("{B2.rows} of 6 rows bear on it.")')
    heading = plant(tiny.report, "rows", "## All 6 rows")

    assert main(["--study", str(tiny.root), "check"]) == 1
    said = capsys.readouterr().err
    assert "(3 faults)" in said
    assert f"{prose}: 6 is bound to no finding, in “On this day 6 works" in said
    assert f"{code}: 6 is bound to no finding, in “{{…}} of 6 rows bear" in said
    assert f"{heading}: 6 is bound to no finding, in “All 6 rows”" in said


def test_the_notebooks_of_both_studies_keep_the_contract(real, tiny) -> None:
    check_notebooks(real)
    check_notebooks(tiny)
