"""What a cell shows: HTML for people, plain text for terminals, and JSON for the run to collect."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup


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
