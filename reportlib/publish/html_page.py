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
from markupsafe import Markup
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters import markdown2html

from reportlib.errors import FaultsFound, RunFailed, RunsFailed
from reportlib.load.parameters import Settings
from reportlib.notebook.outputs import load_switch_data
from reportlib.publish.verify import ID, UNSEALED, PageInputs, seal
from reportlib.render.templating import read_style, strip_controls, strip_controls_deep


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
_TURNING = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_ESCAPED = {
    sign: f"\\u{sign:04x}"
    for sign in (*map(ord, "<>&"), *range(0x7F, 0xA0), 0x2028, 0x2029, *_TURNING)
}
"""What could end a script element or a line of it, or turn text round, and how JSON writes it."""
_NEEDLESS_REL = re.compile(r'(<a(?: href="#[^"]*"[^<>]*?)?) rel="noopener noreferrer"')
"""On a link within the page, or to nowhere, as the sanitiser leaves it; only others need one."""
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
    """Return the page of an executed report.

    Markdown and HTML that come out of the notebook pass an allow-list; the policy in the head lets
    no script run but the page's own, and no request leave. Same notebook, same bytes.

    Args:
        executed: the executed report.
        settings: what was chosen.
        made_from: what the page is made from, which it carries for ``verify``.
        linked_data: the JSON-LD of the page, for programs.
    """
    notebook = nbformat.read(executed, as_version=4)
    exporter = _PageExporter("page.html.j2")
    styles = Markup("\n".join([read_style(), _page_style()]))
    script = Markup((_TEMPLATES / "page.js").read_text(encoding="utf-8"))
    switch = strip_controls_deep(load_switch_data(executed))
    title, sections = _outline(notebook)
    html, _ = exporter.from_notebook_node(
        notebook,
        resources={
            "title": title,
            "sections": sections,
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
    """Return a readable account of a failed build."""
    exporter = _PageExporter("failure.html.j2")
    styles = Markup(_page_style())
    faults = problem.faults if isinstance(problem, FaultsFound) else ()
    failures = [problem] if isinstance(problem, RunFailed) else getattr(problem, "failures", ())
    html, _ = exporter.from_notebook_node(
        nbformat.v4.new_notebook(),
        resources={
            "styles": styles,
            "policy": make_content_security_policy(styles),
            "title": getattr(problem, "title", "The run failed"),
            "faults": [asdict(fault) for fault in faults],
            # As plain values, since nbconvert copies them, which no exception survives.
            "failures": [
                {**vars(one), "where": one.where, "traceback": _plain(one.traceback)}
                for one in failures
            ],
        },
    )
    return str(html)


def sanitise(html: str) -> Markup:
    """Return HTML that came out of a notebook, less all that could run or reach out."""
    return Markup(_NEEDLESS_REL.sub(r"\1", _SANITISER.clean(strip_controls(html))))


@cache  # asked once for the table of sections, and once for the text
def render_prose(markdown: str) -> Markup:
    """Return markdown as HTML, without its comments.

    Second-level headings carry the anchors that the navigation uses.
    """
    html = re.sub(r"<a class=\"anchor-link\".*?</a>", "", str(markdown2html(markdown)))
    html = re.sub(
        r"<h2[^>]*>(.*?)</h2>",
        lambda found: f'<h2 id="{_anchor(_text(found[1]))}">{found[1]}</h2>',
        html,
        flags=re.DOTALL,
    )
    return sanitise(html)


def _plain(text: str) -> str:
    """Text for a terminal without its colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def _outline(notebook: Any) -> tuple[str, list[tuple[str, str]]]:
    """The title of the page, and the anchor and text of each of its sections."""
    cells = [render_prose(cell.source) for cell in notebook.cells if cell.cell_type == "markdown"]
    html = "\n".join(cells)
    title = re.search(r"<h1[^>]*>(.*?)</h1>", html, flags=re.DOTALL)
    sections = re.findall(r'<h2 id="(.*?)">(.*?)</h2>', html, flags=re.DOTALL)
    return _text(title[1]) if title else "Report", [(id, _text(shown)) for id, shown in sections]


def _text(html: str) -> str:
    """The text of a heading, whatever stands in it."""
    return Markup(html).striptags()


def _anchor(heading: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def _page_style() -> str:
    return (_TEMPLATES / "page.css").read_text(encoding="utf-8")


def _json_in_html(data: Any) -> Markup:
    """Return data as JSON that a script element can hold: nothing in it ends the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return Markup(text.translate(_ESCAPED))
