"""The template environment, which escapes everything, and the blocks that a cell displays."""

from __future__ import annotations

import html
import re
import sys
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket, FileSystemBytecodeCache
from markupsafe import Markup

from reportlib.model import evidence, formatting
from reportlib.model.evidence import key_of, table_of
from reportlib.model.formatting import DATE, format_count, format_duration, format_value, join_words
from reportlib.render import state_icons
from reportlib.render.state_icons import IN_THE_DARK, MARKS, Mark

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Controls, marks of direction, and what no file can hold or a drawing breaks off at."""
_FILTERED_BY = (state_icons.__file__, formatting.__file__, evidence.__file__)
"""The modules, besides this one, whose functions templates call."""
_IN_ADDRESSES = "%/:?#[]@!$&'()*+,;=~"
"""What has a meaning in an address, and stays as it is."""


def render(template: str, **values: Any) -> Markup:
    """Fill a template of the library; what is filled in is escaped, and stripped of controls."""
    return Markup(_environment().get_template(template).render(**values))


def strip_controls(value: Any) -> Any:
    """Strip control and direction marks from text, which a name could use to look like another."""
    return _UNSAFE.sub("", value) if isinstance(value, str) and type(value) is not Markup else value


def strip_controls_deep(data: Any) -> Any:
    """Strip the same marks from every text in plain data, names included."""
    if isinstance(data, Mapping):
        return {strip_controls(name): strip_controls_deep(value) for name, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [strip_controls_deep(value) for value in data]
    return strip_controls(data)


def compile_templates() -> None:
    """Compile every template once, for all forks of this process.

    They still open those that they fill in, so that it is seen which they are.
    """
    environment = _environment()
    for template in environment.list_templates(filter_func=_is_ours):
        environment.get_template(template)
    assert environment.cache is not None
    environment.cache.clear()


@cache
def read_style() -> Markup:
    """Return the style sheet of cards, lists and figures, for notebooks and for the page."""
    return Markup(_environment().get_template("style.css").render())


def make_anchor(reference: str) -> str:
    """Return the id of a row, source, parameter or claim on the page.

    Example: ``anchor("events#2017-06-19-x")`` is ``"events--2017-06-19-x"``.
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


def _day_or_month(printed: str) -> str:
    return format_value(printed, DATE)


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", plain)


def _is_ours(name: str) -> bool:
    """Whether a file among the templates is one, and not what an editor keeps beside it."""
    return name.endswith((".j2", ".css")) and not name.startswith(".")


@cache
def _text_of(module: str) -> str:
    return Path(module).read_text(encoding="utf-8")


class _Compiled(FileSystemBytecodeCache):
    """Templates once compiled: by this process and its forks, or by another since they were edited.

    They lie where Python keeps the bytecode of this module, if it keeps any.
    """

    def __init__(self) -> None:
        folder = Path(cache_from_source(__file__)).parent
        super().__init__(str(folder), f"%s.{sys.implementation.cache_tag}.j2c")
        self._kept: dict[str, bytes] = {}

    def get_source_checksum(self, source: str) -> str:
        """Of all that goes into bytecode: the template, Jinja, and what this module tells it."""
        made_by = "".join([jinja2.__version__, *map(_text_of, (__file__, *_FILTERED_BY))])
        return super().get_source_checksum(source + made_by)

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])
            return
        with suppress(Exception):  # whatever a damaged file leads to: it is compiled anew
            super().load_bytecode(bucket)
        if bucket.code is not None:
            self._kept[bucket.key] = bucket.bytecode_to_string()

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                Path(self.directory).mkdir(parents=True, exist_ok=True)
                super().dump_bytecode(bucket)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reportlib.render"),
        bytecode_cache=_Compiled(),
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
        day_or_month=_day_or_month,
        duration=format_duration,
    )
    environment.globals.update(counted=format_count, MARKS=MARKS, IN_THE_DARK=IN_THE_DARK)
    return environment


@dataclass(frozen=True)
class Block:
    """A piece of the page. JupyterLab, papermill and the build show it alike."""

    markup: Markup
    carried: Mapping[str, Any] = field(default_factory=dict)
    """By MIME type, what the run collects from the cell's output."""

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        return {"text/html": str(self.markup), "text/plain": self.text, **self.carried}

    @property
    def text(self) -> str:
        """The block without its markup."""
        plain = re.sub(r"<(style|svg)\b.*?</\1>", " ", str(self.markup), flags=re.DOTALL)
        plain = re.sub(r"</?(a|code|em|span|strong)\b[^>]*>", "", plain)  # these part no words
        plain = re.sub(r"<[^>]+>", " ", plain)
        return " ".join(html.unescape(plain).split())
