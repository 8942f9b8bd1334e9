"""A drawing is the same picture after it was made smaller: nothing moves, nothing seen is lost."""

from __future__ import annotations

import re

import altair as alt
import pandas as pd

from reportlib.render.charts import draw_chart
from reportlib.render.vega import compact_svg, convert_to_svg

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30" viewBox="0 0 40 30">{}</svg>'


def test_groups_that_only_move_are_resolved_into_the_coordinates_of_what_they_hold() -> None:
    nested = (
        '<g transform="translate(10,4)"><g class="mark"><g transform="translate(0.25,0)">'
        '<text transform="translate(1,2)" font-size="13px" font-family="sans-serif">a</text>'
        '<line transform="translate(3,3)" x2="0" y2="-2" stroke="red"/></g></g></g>'
    )
    assert compact_svg(SVG.format(nested)) == (
        '<svg width="40" height="30" viewBox="0 0 40 30" fill="none" font-family="sans-serif" '
        'font-size="13px"><text x="11.2" y="6">a</text>'
        '<line x2="13.2" y2="5" stroke="red" x1="13.2" y1="7"></line></svg>'
    )


def test_every_line_of_a_text_moves_with_it() -> None:
    lines = '<tspan x="0">a</tspan><tspan x="0" dy="17">b</tspan>'
    text = f'<text transform="translate(5,6)">{lines}</text>'
    assert re.findall(r'<tspan x="(\d+)"', compact_svg(SVG.format(text))) == ["5", "5"]


def test_rules_of_one_look_become_one_path_and_round_marks_circles() -> None:
    rules = "".join(f'<line x1="0" x2="9" y1="{y}" y2="{y}" stroke="red"/>' for y in (1, 2))
    disc = '<path transform="translate(8,9)" d="M3,0A3,3,0,1,1,-3,0A3,3,0,1,1,3,0" fill="blue"/>'
    made = compact_svg(SVG.format(rules + disc))
    assert '<path d="M0,1L9,1M0,2L9,2" stroke="red"></path>' in made
    assert '<circle fill="blue" cx="8" cy="9" r="3"></circle>' in made


def test_what_draws_nothing_is_left_out_and_a_turned_text_stays_turned() -> None:
    held = (
        '<path class="background" d="M0,0h0v0h0Z"/><path d="M0,0h9v9h-9Z"/><text> </text>'
        '<g transform="translate(2,2)"><text transform="translate(-4,8) rotate(-90)">up</text></g>'
    )
    made = compact_svg(SVG.format(held))
    assert "<path" not in made
    assert made.count("<text") == 1
    assert 'transform="translate(-2,10) rotate(-90)"' in made


def test_a_clipped_or_fading_group_stays_a_group() -> None:
    held = (
        '<g transform="translate(5,5)" clip-path="url(#c)">'
        '<line x2="9" stroke="red" y2="0"/></g><g opacity="0.5"><circle r="2" fill="red"/></g>'
    )
    made = compact_svg(SVG.format(held))
    assert '<g clip-path="url(#c)" transform="translate(5,5)"><line x2="9" stroke="red"' in made
    assert '<g opacity="0.5"><circle' in made


def test_a_chart_is_as_wide_as_it_was_asked_to_be_and_its_words_hold_no_hidden_signs() -> None:
    frame = pd.DataFrame({"who": ["a long name of a lane\u202e\x07", "b"], "number": [1, 2]})
    chart = alt.Chart(frame).mark_bar().encode(x="number:Q", y="who:N").properties(width=288)
    svg = draw_chart(chart, "example", "One and two \u202e")
    assert 'width="288"' in svg
    assert "a long name of a lane<" in svg
    assert re.search("[\u202a-\u202e\x07]", svg) is None
    assert svg.startswith('<svg role="img" aria-label="One and two "')


def cut_off() -> alt.Chart:
    """A chart with a clip and a gradient, and with markup as its title."""
    frame = pd.DataFrame({"x": [1, 2], "y": [3, 4]})
    line = alt.Chart(frame, title='<a id="works"> url(#clip0)').mark_line(clip=True)
    return line.encode(x="x", y=alt.Y("y", scale=alt.Scale(domain=[0, 2])), color="x")


def defined_in(svg: str) -> set[str]:
    return set(re.findall(r'<[^>]* id="([^"]+)"', svg))


def test_a_chart_is_the_same_drawing_whatever_was_drawn_before_it() -> None:
    first, again = (convert_to_svg(cut_off().to_json()) for _ in range(2))

    assert again == first
    assert len(defined_in(first)) == 3
    assert set(re.findall(r'="url\(#([^)]+)\)"', first)) == defined_in(first)


def test_no_two_figures_define_the_same_though_they_are_the_same_chart() -> None:
    one, other = (draw_chart(cut_off(), id, "A name") for id in ("one", "other"))

    assert len(defined_in(one)) == 3
    assert defined_in(one).isdisjoint(defined_in(other))
    assert set(re.findall(r'="url\(#([^)]+)\)"', one)) == defined_in(one)
    assert '&lt;a id="works"&gt; url(#clip0)</text>' in one
