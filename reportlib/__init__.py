"""Claims, evidence and computed verdicts of a published argument, rendered as one page.

A notebook needs these names; everything else is imported from its module.
"""

from reportlib.judging.absence import none_found
from reportlib.running.chapter import Chapter, open_chapter
from reportlib.running.report import Report, open_report
from reportlib.values.findings import Finding

__all__ = ["Chapter", "Finding", "Report", "none_found", "open_chapter", "open_report"]
__version__ = "0.1.0"
