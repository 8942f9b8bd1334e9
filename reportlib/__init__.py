"""Claims, evidence and computed verdicts of a published argument, rendered as one page.

A notebook needs these names; everything else is imported from its module.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reportlib.judging.absence import none_found
    from reportlib.running.chapter import Chapter, open_chapter
    from reportlib.running.report import Report, open_report
    from reportlib.values.findings import Finding

__all__ = ["Chapter", "Finding", "Report", "none_found", "open_chapter", "open_report"]
__version__ = "0.1.0"

_MODULES = {
    "Chapter": "reportlib.running.chapter",
    "Finding": "reportlib.values.findings",
    "Report": "reportlib.running.report",
    "none_found": "reportlib.judging.absence",
    "open_chapter": "reportlib.running.chapter",
    "open_report": "reportlib.running.report",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for: a module of ours may be wanted without pandas."""
    if name not in _MODULES:
        raise AttributeError(f"module 'reportlib' has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
