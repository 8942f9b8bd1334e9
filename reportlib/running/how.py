"""How a build goes about it: what people may choose that changes nothing of what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reportlib.running.run import Kernel  # heavy: papermill


@dataclass(frozen=True)
class How:
    """How a build goes about it."""

    jobs: int = 0
    """Notebooks at once; 0: as many as there are processors for this process."""
    kernel: Kernel = "forked"
    limit: int = 300
    """Seconds after which a cell is taken to be stuck; 0: it may take any time."""
    stamp: bool = False
    """Whether to leave the stamp by which make sees that nothing was touched since."""
