"""Digits in prose: what readers see of a notebook, and which of its digits no finding binds."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup

from reportlib.errors import Fault
from reportlib.model.formatting import MONTHS
from reportlib.publish.html_page import render_prose

_SHOWN = {"headline", "subtitle", "description", "explanation", "title", "source", "missing"}
"""The arguments, of whatever call, that hold text for readers."""

_IN_MARKDOWN = re.compile(r"<!--\s*digits\s*(?::(.*?))?-->", flags=re.DOTALL)
_IN_CODE = re.compile(r"#\s*digits\s*(?::(.*))?$")
_BLOCKS = ("blockquote", "br", "h1", "h2", "h3", "h4", "li", "p", "td", "th")
_BREAK = "\x1e"  # a control character: prose holds none
_FIELD = re.compile(r"\{[^{}]*\}")

# A number is excused by its form: as a date, a place in a law, or a part of a name.
_MONTH = rf"(?:{'|'.join(f'{month}|{month[:3]}' for month in MONTHS)}|Sept)\b\.?"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\b"
_YEAR = r"(?:1[89]|20)\d\d"
_COUNTING = ("about", "almost", "around", "least", "most", "nearly", "roughly", "some", "than")
_NOT_COUNTED = "".join(rf"(?<!\b{word}\s)" for word in _COUNTING)
_ONE_THING = (  # how a sentence goes on after a name, and not after a number that counts
    r"(?=\s*$|[^\w\s]|\s(?:and|as|at|by|for|from|has|in|is|of|on|or|that|the|to|was|which|with)\b)"
)
_LAW = "(?i:section|article|paragraph|resolution|order|chapter|annex|figure|table)"
_PLACE = r"\d+(?:\.\d+)*[A-Za-z]?(?:\([a-z\d]+\))*"
_CURRENCY = "USD|EUR|GBP|CNY|RMB|JPY|KRW|RUB|CHF"
_FORMS = [
    # 2017-06-29; 29–30 June; June 29, 2017
    rf"{_YEAR}-\d\d(?:-\d\d)?",
    rf"(?:{_DAY}\s?(?:[-–]|to|and|or)\s?)?{_DAY}\s(?:of\s)?{_MONTH}",
    rf"\b{_MONTH}\s{_DAY}(?:(?=,?\s{_YEAR})|{_ONE_THING})",
    # 2017; 2016–17; the 2010s
    rf"{_NOT_COUNTED}{_YEAR}(?:s|[-–/](?:\d\d)?\d\d)?",
    # section 311(b); sections 1–3; resolutions 1, 2 and 3; no. 1; EO 1; § 1
    rf"\b{_LAW}s?\s{_PLACE}(?:[-–/]{_PLACE})?",
    rf"\b{_LAW}s\s{_PLACE}(?:(?:,\s|,?\s(?:and|or|to)\s){_PLACE})+",
    rf"\b(?:(?i:nos?|arts?|paras?|figs?)\.|EO|E\.O\.)\s{_PLACE}|§§?\s?{_PLACE}",
    # C4ADS; S/RES/2371; Hwasong-14; Hwasong 14, where the word does not open a sentence
    rf"\b(?!(?:{_CURRENCY})\d)[^\W\d_]\w*\d\w*",
    r"\b[A-Z]\w*(?:[-/]\w+)*[-/]\d\w*(?:[-/]\w+)*",
    rf"(?<=[\w,]\s)(?!{_CURRENCY})[A-Z][\w’'.-]*\s{_PLACE}{_ONE_THING}",
    r"https?://\S+",
]
_EXCUSED = [re.compile(rf"(?<!\d)(?<!\d[.,])(?:{form})(?!\w|[.,]\d)") for form in _FORMS]
# Money, shares and magnitudes are excused by no form.
_MONEY = re.compile(rf"(?:[$€£¥₩]|\b(?:{_CURRENCY}))\s?$")
_AMOUNT = re.compile(
    r"\s?[%‰]|[\s-](?:per\s?cent|percent|percentage|times|dozen|hundred|thousand|million|billion|"
    r"trillion|dollars?|euros?|pounds?|yuan|tonn?e?s|people|persons)\b"
)

_DIGITS = re.compile(r"\d(?:[\d.,]*\d)?")
_CONTEXT = 4
"""The number of words that are shown to either side, with those that the number is joined to."""


def find_typed_numbers(text: str) -> Iterator[tuple[str, str]]:
    """Yield each number that its form does not excuse, with a few words around it.

    Dates, years, places in laws, names and ids are excused; a share, money or an ordinal never is,
    and a count only where nothing tells it from a year or from the number of a name.

    Example: of “On 3 June 2011 the town counted 12 boats” it yields ``12`` alone.
    """
    text = " ".join(text.split())
    excused = [
        match.span()
        for form in _EXCUSED
        for match in form.finditer(text)
        if not _MONEY.search(text, 0, match.start()) and not _AMOUNT.match(text, match.end())
    ]
    for number in _DIGITS.finditer(text):
        if not any(start <= number.start() < end for start, end in excused):
            before, after = text[: number.start()].split(" "), text[number.end() :].split(" ")
            left = "… " * (len(before) > _CONTEXT) + " ".join(before[-_CONTEXT:])
            right = " ".join(after[:_CONTEXT]) + " …" * (len(after) > _CONTEXT)
            yield number[0], left + number[0] + right


def check_cell(where: str, cell: Any) -> Iterator[Fault]:
    """Yield the faults of a cell: digits that readers see and no finding binds."""
    if cell.cell_type == "markdown":
        return _in_markdown(where, cell.source)
    return _in_code(where, cell.source) if cell.cell_type == "code" else iter(())


def _in_markdown(where: str, source: str) -> Iterator[Fault]:
    """A comment with a reason excuses its cell."""
    form = "<!-- digits: why these are not from data -->"
    if reason := _IN_MARKDOWN.search(source):
        if (reason[1] or "").strip():
            return
        yield Fault(where, "excuses its digits without a reason", f"Write {form}.")
    prose = BeautifulSoup(render_prose(source), "html.parser")
    for code in prose.find_all(["code", "pre"]):
        code.replace_with(" … ")
    for block in prose.find_all(_BLOCKS):
        block.insert_before(_BREAK)
        block.insert_after(_BREAK)
    for passage in prose.get_text().split(_BREAK):
        yield from _check_text(where, passage, f"Say it with chapter.say, or add {form}.")


def _in_code(where: str, source: str) -> Iterator[Fault]:
    """A comment with a reason excuses the text beside it."""
    form = "# digits: why these are not from data"
    try:
        tree = ast.parse(source)
    except SyntaxError:  # reported by the contract itself
        return
    reasons = {
        token.start[0]: (match[1] or "").strip()
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT and (match := _IN_CODE.match(token.string))
    }
    if not all(reasons.values()):
        yield Fault(where, "excuses its digits without a reason", f"Write {form}.")
    for node in ast.walk(tree):
        for text in _list_shown_texts(node):
            lines = range(text.lineno, (text.end_lineno or text.lineno) + 1)
            if not any(reasons.get(line) for line in lines):
                hint = f"Put in a found value, or add {form}."
                yield from _check_text(where, _static_words(text), hint)


def _check_text(where: str, text: str, hint: str) -> Iterator[Fault]:
    for digits, context in find_typed_numbers(text):
        yield Fault(where, f"{digits} is bound to no finding, in “{context}”", hint)


def _list_shown_texts(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the texts that a call shows to readers, and bare values that fill a sentence."""
    if not isinstance(node, ast.Call):
        return
    for keyword in node.keywords:
        if keyword.arg in _SHOWN:
            yield from _texts(keyword.value)
    if isinstance(node.func, ast.Attribute) and node.func.attr == "say":
        for text in node.args[:1]:
            yield from _texts(text)
        for keyword in node.keywords:
            if keyword.arg != "on" and isinstance(keyword.value, ast.Constant):
                yield keyword.value


def _texts(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the strings that an expression can be; what methods or comparisons take is code."""
    parts = list(ast.iter_child_nodes(node))
    match node:
        case ast.JoinedStr() | ast.Constant(value=str()):
            yield node
            return
        case ast.Compare() | ast.Dict():
            return
        case ast.Subscript():
            parts = [node.value]
        case ast.IfExp():
            parts = [node.body, node.orelse]
        case ast.Call(func=ast.Attribute()):
            parts = [node.func, *(a for a in node.args if not isinstance(a, ast.Constant))]
    for part in parts:
        yield from _texts(part)


def _static_words(text: ast.expr) -> str:
    """Return the words of a text, with an ellipsis for each field."""
    if isinstance(text, ast.JoinedStr):
        return "".join(map(_static_words, text.values))
    if isinstance(text, ast.Constant):
        return _FIELD.sub("{…}", str(text.value))
    return "{…}"
