"""The page: the executed report as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import nh3
from bs4 import BeautifulSoup, Tag
from markupsafe import Markup
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters import markdown2html, strip_ansi

from reportlib.errors import FaultsFound, RunFailed, RunsFailed
from reportlib.load.parameters import Settings
from reportlib.notebook.outputs import SWITCH
from reportlib.publish.verify import ID, UNSEALED, PageInputs, seal
from reportlib.render.templating import read_style, strip_controls, strip_controls_deep

_TEMPLATES = Path(__file__).parent / "templates"
_STRUCTURE = {
    "a", "article", "b", "blockquote", "br", "caption", "code", "dd", "details", "div", "dl", "dt",
    "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "section",
    "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_DRAWING = {"svg", "g", "path", "line", "rect", "circle", "text", "tspan", "defs", "clipPath"}
_ON_ALL = {
    "class", "id", "role", "aria-label", "aria-labelledby", "aria-hidden", "tabindex",
    "data-claim", "data-column", "data-number", "data-reason",
}  # fmt: skip
_PAINT = {
    "transform", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "opacity",
    "stroke-dasharray", "stroke-miterlimit", "stroke-linecap", "stroke-linejoin", "clip-path",
}  # fmt: skip
_LETTERING = {"text-anchor", "font-family", "font-size", "font-weight", "font-style"}
_ATTRIBUTES = {
    "*": _ON_ALL,
    "a": {"href"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "svg": _PAINT | _LETTERING | {"viewBox", "width", "height"},
    "g": _PAINT | _LETTERING,
    "path": _PAINT | {"d"},
    "line": _PAINT | {"x1", "x2", "y1", "y2"},
    "rect": _PAINT | {"x", "y", "width", "height"},
    "circle": _PAINT | {"cx", "cy", "r"},
    "text": _PAINT | _LETTERING | {"x", "y", "dx", "dy"},
    "tspan": {"x", "y", "dx", "dy"},
    "clipPath": {"clipPathUnits"},
}
_DIRECTION_MARKS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_JSON_ESCAPES = {
    sign: f"\\u{sign:04x}"
    for sign in (*map(ord, "<>&"), *range(0x7F, 0xA0), 0x2028, 0x2029, *_DIRECTION_MARKS)
}
"""The signs that could end a script element or a line of it, or turn text round."""
_NEEDLESS_REL = re.compile(r'(<a(?: href="#[^"]*"[^<>]*?)?) rel="noopener noreferrer"')
"""The attribute on a link within the page or without address, in the one form in which the
sanitiser writes it: to parse its result again would take longer than all else at publication."""
_SANITISER = nh3.Cleaner(
    tags=_STRUCTURE | _DRAWING,
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https"},
    link_rel="noopener noreferrer",
    clean_content_tags={"script", "style"},
)


class _PageExporter(TemplateExporter):
    """nbconvert with our template alone, and with escaping switched on."""

    file_extension = ".html"

    def __init__(self, template: str) -> None:
        # Without preprocessors: of a notebook's outputs a page shows what it knows, as it is.
        super().__init__(template_file=template, default_preprocessors=[])  # type: ignore[no-untyped-call]

    @property
    def template_paths(self) -> list[str]:  # type: ignore[override]
        return [str(_TEMPLATES)]

    def _create_environment(self) -> Any:
        environment = super()._create_environment()  # type: ignore[no-untyped-call]
        environment.autoescape = True
        environment.finalize = strip_controls
        environment.trim_blocks = environment.lstrip_blocks = True
        environment.filters.update(sanitised=sanitise, prose=render_prose)
        return environment


def render_page(
    executed: Path, settings: Settings, made_from: PageInputs, linked_data: Mapping[str, Any]
) -> str:
    """Return the page of an executed report, with its JSON-LD, and its inputs for ``verify``.

    Markdown and HTML that come out of the notebook pass an allow-list; the policy in the head lets
    no script run but the page's own, and no request leave. Same notebook, same bytes.
    """
    notebook = nbformat.read(executed, as_version=4)
    styles = Markup(f"{read_style()}\n{_read('page.css')}")
    script = _read("page.js")
    switch = strip_controls_deep(next(iter(SWITCH.load(executed)), None))
    html, _ = _PageExporter("page.html.j2").from_notebook_node(
        notebook,
        resources={
            **_outline(notebook),
            "styles": styles,
            "script": script,
            "switch": switch,
            "switch_data": _json_in_html(switch),
            "policy": make_content_security_policy(styles, script if switch else ""),
            "set_name": settings.set_name,
            "linked_data": _json_in_html(linked_data),
            "made_from": _json_in_html(asdict(made_from)),
            "made_from_id": ID,
            "unsealed": Markup(UNSEALED),
        },
    )
    return seal(str(html).rstrip() + "\n")


def render_failure_page(problem: FaultsFound | RunFailed | RunsFailed) -> str:
    """Return a readable report of a failed build."""
    styles = _read("page.css")
    faults = problem.faults if isinstance(problem, FaultsFound) else ()
    failures = [problem] if isinstance(problem, RunFailed) else getattr(problem, "failures", ())
    html, _ = _PageExporter("failure.html.j2").from_notebook_node(
        nbformat.v4.new_notebook(),
        resources={
            "styles": styles,
            "policy": make_content_security_policy(styles),
            "title": getattr(problem, "title", "The run failed"),
            "faults": [asdict(fault) for fault in faults],
            # As plain values, since nbconvert copies them, which no exception survives.
            "failures": [
                {
                    **vars(failure),
                    "where": failure.where,
                    "traceback": strip_ansi(failure.traceback),
                }
                for failure in failures
            ],
        },
    )
    return str(html)


def make_content_security_policy(styles: str, script: str = "") -> str:
    """Return the content security policy of a page with one style element and at most one script.

    No other style or script counts, and no request leaves the page.
    """
    allowed = f"script-src '{_sha256(script)}'; " if script else ""
    return (
        f"default-src 'none'; {allowed}style-src '{_sha256(styles)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _sha256(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def sanitise(html: str) -> Markup:
    """Return HTML that came out of a notebook, less all that could run or reach out."""
    return Markup(_NEEDLESS_REL.sub(r"\1", _SANITISER.clean(strip_controls(html))))


@cache  # needed for the table of sections and for the text
def render_prose(markdown: str) -> Markup:
    """Return markdown as HTML, without its comments.

    Second-level headings carry the anchors that the navigation uses.
    """
    prose = BeautifulSoup(markdown2html(markdown), "html.parser")
    for link in prose.select("a.anchor-link"):
        link.decompose()
    for heading in prose.find_all("h2"):
        anchor = re.sub(r"[^a-z0-9]+", "-", heading.get_text().lower()).strip("-")
        heading.attrs.clear()
        heading["id"] = anchor
    return sanitise(str(prose))


def _outline(notebook: Any) -> dict[str, Any]:
    """Return the title of the page, and the anchor and text of each of its sections."""
    cells = [render_prose(cell.source) for cell in notebook.cells if cell.cell_type == "markdown"]
    prose = BeautifulSoup("\n".join(cells), "html.parser")
    return {
        "title": _text(prose.h1) if prose.h1 else "Report",
        "sections": [(heading["id"], _text(heading)) for heading in prose.find_all("h2")],
    }


def _text(heading: Tag) -> str:
    return " ".join(heading.get_text().split())


def _read(template: str) -> Markup:
    return Markup((_TEMPLATES / template).read_text(encoding="utf-8"))


def _json_in_html(data: Any) -> Markup:
    """Return data as JSON that a script element can hold: nothing in it ends the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return Markup(text.translate(_JSON_ESCAPES))
