"""The template environment, which escapes everything, and the blocks that a cell displays."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any
from urllib.parse import quote

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from reportlib.model.evidence import key_of, table_of
from reportlib.model.formatting import DATE, format_count, format_duration, format_value, join_words
from reportlib.render.state_icons import IN_THE_DARK, MARKS, Mark

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Controls, marks of direction, and characters that end a file or a drawing early."""
_IN_ADDRESSES = "%/:?#[]@!$&'()*+,;=~"
"""The signs that have a meaning in an address, and stay as they are."""


def render(template: str, **values: Any) -> Markup:
    """Return a filled-in template; every value is escaped, and stripped of control characters."""
    return Markup(_environment().get_template(template).render(**values))


def strip_controls(value: Any) -> Any:
    """Return text without control and direction marks, by which a name could look like another."""
    return _UNSAFE.sub("", value) if isinstance(value, str) and type(value) is not Markup else value


def strip_controls_deep(data: Any) -> Any:
    """Return plain data with the same marks stripped from every text in it, names included."""
    if isinstance(data, Mapping):
        return {strip_controls(name): strip_controls_deep(value) for name, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [strip_controls_deep(value) for value in data]
    return strip_controls(data)


def compile_templates() -> None:
    """Compile every template once, for all forks of this process.

    Jinja's cache of opened templates is emptied: a fork opens each template that it fills in, which
    is how a build learns on which of them a notebook depends.
    """
    environment = _environment()
    for template in environment.list_templates(filter_func=_is_template):
        environment.get_template(template)
    assert environment.cache is not None
    environment.cache.clear()


@cache
def read_style() -> Markup:
    """Return the style sheet of cards, lists and figures, for notebooks and for the page."""
    return Markup(_environment().get_template("style.css").render())


def make_anchor(reference: str) -> str:
    """Return the id of a row, source, parameter or claim on the page.

    Example: ``make_anchor("events#2017-06-19-x")`` is ``"events--2017-06-19-x"``.
    """
    if "#" not in reference:
        return _slug(reference)
    return f"{_slug(table_of(reference))}--{_slug(key_of(reference))}"


def render_icon(mark: Mark) -> Markup:
    """Return the mark of a state as a small drawing; the word stands beside it."""
    return Markup(
        '<svg class="rl-mark rl-{}" viewBox="-1.2 -1.2 2.4 2.4" aria-hidden="true">'
        '<path d="{}"></path></svg>'
    ).format(mark.tone, mark.path)


def check_web_address(address: str) -> str:
    """Return an address that a reader may follow, or nothing: only http and https."""
    return quote(address, safe=_IN_ADDRESSES) if re.match(r"https?://", address) else ""


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", plain)


def _is_template(name: str) -> bool:
    """Return whether a file is a template, and not what an editor keeps beside one."""
    return name.endswith((".j2", ".css")) and not name.startswith(".")


class _CompiledTemplates(BytecodeCache):
    """Compiled templates in memory, which forks of this process share.

    Not on disk: Jinja checks what lies there against the template's source alone, though filters
    of ours are compiled in, and every fork would read it from outside of the study.
    """

    def __init__(self) -> None:
        self._bytecode: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if (bytecode := self._bytecode.get((bucket.key, bucket.checksum))) is not None:
            bucket.bytecode_from_string(bytecode)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._bytecode[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reportlib.render"),
        bytecode_cache=_CompiledTemplates(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=strip_controls,
    )
    environment.filters.update(
        anchor=make_anchor,
        icon=render_icon,
        web=check_web_address,
        in_words=format_value,
        joined=join_words,
        day_or_month=partial(format_value, unit=DATE),
        duration=format_duration,
    )
    environment.globals.update(counted=format_count, MARKS=MARKS, IN_THE_DARK=IN_THE_DARK)
    return environment


@dataclass(frozen=True)
class Block:
    """A piece of the page. JupyterLab, papermill and the build show it alike."""

    markup: Markup
    carried: Mapping[str, Any] = field(default_factory=dict)
    """The values that the run collects from the cell's output, by MIME type."""

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        return {"text/html": str(self.markup), "text/plain": self.text, **self.carried}

    @property
    def text(self) -> str:
        """The block without its markup.

        By patterns, since a parser takes thirty times as long, and every block has a text. They
        hold for markup that our templates made: in it each ``<`` of a text or value is escaped.
        """
        plain = re.sub(r"<(style|svg)\b.*?</\1>", " ", str(self.markup), flags=re.DOTALL)
        plain = re.sub(r"</?(a|code|em|span|strong)\b[^>]*>", "", plain)  # these part no words
        plain = re.sub(r"<[^>]+>", " ", plain)
        return " ".join(html.unescape(plain).split())
