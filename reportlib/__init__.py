"""Claims, evidence and computed verdicts of a published argument, rendered as one page.

A notebook needs these names; everything else is imported from its module.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reportlib.assess.absence import none_found
    from reportlib.model.findings import Finding
    from reportlib.model.formatting import format_count, format_day, join_words
    from reportlib.notebook.chapter import Chapter, open_chapter
    from reportlib.publish.report_sections import Report, open_report
    from reportlib.render.chart_layers import (
        PAPER,
        QUIET,
        draw_given_days,
        fill_gaps,
        find_gaps,
        keep_spaced,
        label_marks,
        mark_day,
    )
    from reportlib.render.state_icons import PALETTE

__all__ = [
    "PALETTE", "PAPER", "QUIET", "Chapter", "Finding", "Report", "draw_given_days", "fill_gaps",
    "find_gaps", "format_count", "format_day", "join_words", "keep_spaced", "label_marks",
    "mark_day", "none_found", "open_chapter", "open_report",
]  # fmt: skip
__version__ = "0.1.0"

_MODULES = {
    "assess.absence": ("none_found",),
    "model.findings": ("Finding",),
    "model.formatting": ("format_count", "format_day", "join_words"),
    "notebook.chapter": ("Chapter", "open_chapter"),
    "publish.report_sections": ("Report", "open_report"),
    "render.chart_layers": (
        "PAPER", "QUIET", "draw_given_days", "fill_gaps", "find_gaps", "keep_spaced",
        "label_marks", "mark_day",
    ),
    "render.state_icons": ("PALETTE",),
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a name when it is first used: a module of the library may be wanted without pandas."""
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"reportlib.{module}"), name)
    raise AttributeError(f"module 'reportlib' has no attribute {name!r}")
