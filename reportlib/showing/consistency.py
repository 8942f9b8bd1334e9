"""The article held against itself: each relation with what stands where."""

from __future__ import annotations

from markupsafe import Markup

from reportlib.judging.consistency import consistencies
from reportlib.judging.inquiry import Inquiry
from reportlib.showing.marks import AGREEMENTS
from reportlib.showing.markup import render


def consistency(inquiry: Inquiry) -> Markup:
    """Return every relation within the text, first those in which it does not agree with itself."""
    found = sorted(consistencies(inquiry), key=lambda one: one.agrees)
    return render("consistency.html.j2", found=found, marks=AGREEMENTS)
