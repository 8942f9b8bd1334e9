"""What every notebook needs, made ready once in the process of which its own is a fork."""

from __future__ import annotations

import gc

from reportlib.running.forked.engine import preload

_SHARED = ("pandas", "altair", "reportlib.running.run", "reportlib.running.report")


def warm_up() -> None:
    """Import it, and do what the first card and the first chart take longer for than others.

    All but drawing: what draws starts threads, and then this process could not be forked.
    """
    preload(*_SHARED)
    import altair as alt
    import pandas as pd

    from reportlib.showing.markup import compile_all

    compile_all()
    frame = pd.DataFrame({"number": [1.5], "name": ["a"], "day": [pd.Timestamp(2000, 1, 1)]})
    alt.Chart(frame).mark_point().encode(x="day", y="number", color="name").to_dict()
    gc.freeze()  # else collecting in a fork writes to, and so copies, all of it
