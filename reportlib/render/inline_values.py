"""Sentences whose numbers are bound to findings."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any

from markupsafe import Markup, escape

from reportlib.errors import BadTest
from reportlib.model.findings import Record, to_plain
from reportlib.model.formatting import format_value
from reportlib.render.state_icons import name_state
from reportlib.render.templating import strip_controls


class _BoundRecord:
    """The fields of a record that a sentence can name."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self.state = name_state(record)
        self.rows = len(record.rows)

    def __getitem__(self, part: str) -> str:
        return next(match.found for match in self._record.parts if match.part == part)

    def __str__(self) -> str:
        if len(self._record.parts) == 1:
            return self._record.parts[0].found
        return format_value(self._record.value, self._record.unit)


class _SentenceFormatter(Formatter):
    """A formatter that fills fields with values; a field that names a claim links to its card."""

    def __init__(self, records: Mapping[str, Record], values: Mapping[str, Any]) -> None:
        self._records = records
        self._values = values

    def get_value(self, key: int | str, _args: Any, _kwargs: Any) -> Any:
        if key in self._values:
            return format_value(to_plain(self._values[str(key)]))
        if key in self._records:
            return _BoundRecord(self._records[str(key)])
        raise BadTest(f"The sentence speaks of {key}, which has no card yet and is no given value.")

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        try:
            value, key = super().get_field(field_name, args, kwargs)
        except (AttributeError, StopIteration, KeyError):
            raise BadTest(
                f"The sentence speaks of {field_name}, which its claim does not have."
            ) from None
        text = escape(strip_controls(str(value)))
        if key in self._values:
            return text, key
        return Markup('<a class="rl-number" href="#{}">{}</a>').format(key, text), key


def fill_sentence(text: str, records: Mapping[str, Record], values: Mapping[str, Any]) -> Markup:
    """Return a sentence with its fields filled in and everything else escaped."""
    return Markup(
        _SentenceFormatter(records, values).vformat(str(escape(strip_controls(text))), (), {})
    )
