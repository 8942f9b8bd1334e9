"""Limits: what was not seen whole, what is partial, what has no day, what came later."""

from __future__ import annotations

from collections import Counter

from markupsafe import Markup

from reportlib.assess.absence import COMPLETE
from reportlib.assess.assessment import Assessment
from reportlib.load.datapackage import COVERAGE, KNOWN_FROM
from reportlib.model.dates import Span
from reportlib.model.evidence import NOBODY
from reportlib.model.formatting import format_span
from reportlib.render.templating import render


def render_limits(assessment: Assessment) -> Markup:
    """Return what the study itself says of its gaps, counted."""
    frames = assessment.frames
    coverage = frames[COVERAGE]
    short = coverage[coverage["completeness"] != COMPLETE]
    dated = {name: frame for name, frame in frames.items() if KNOWN_FROM in frame}
    known = assessment.data.counts()
    documents = [one for one in assessment.provenance.sources.values() if one.origin != NOBODY]
    return render(
        "limits.html.j2",
        documents=len(documents),
        seen=Counter(one.seen_as for one in documents).most_common(),
        registers=[
            (
                line["register"],
                line["completeness"],
                f"{_day(line['from'])} to {_day(line['to'])}",
                line["note"] if isinstance(line["note"], str) else "",
            )
            for _, line in short.iterrows()
        ],
        undated=[row for frame in dated.values() for row in frame.index[frame[KNOWN_FROM].isna()]],
        later=sum(
            int(frame[KNOWN_FROM].notna().sum()) - known[name] for name, frame in dated.items()
        ),
        rows=sum(len(frame) for frame in dated.values()),
        as_of=assessment.settings.as_of,
    )


def _day(moment: object) -> str:
    span = Span.of(str(moment)[:10])
    return format_span(span) if span is not None else "an unknown day"
