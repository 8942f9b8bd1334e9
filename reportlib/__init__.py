"""Claims, evidence and computed verdicts of a published argument, rendered as one page.

A notebook needs these names; everything else is imported from its module.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reportlib.assess.absence import none_found
    from reportlib.model.findings import Finding
    from reportlib.notebook.chapter import Chapter, open_chapter
    from reportlib.publish.report_sections import Report, open_report

__all__ = ["Chapter", "Finding", "Report", "none_found", "open_chapter", "open_report"]
__version__ = "0.1.0"

_MODULES = {
    "Chapter": "reportlib.notebook.chapter",
    "Finding": "reportlib.model.findings",
    "Report": "reportlib.publish.report_sections",
    "none_found": "reportlib.assess.absence",
    "open_chapter": "reportlib.notebook.chapter",
    "open_report": "reportlib.publish.report_sections",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for: a module of ours may be wanted without pandas."""
    if name not in _MODULES:
        raise AttributeError(f"module 'reportlib' has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
