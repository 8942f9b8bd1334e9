"""The most memory that a command and all that it starts take at once."""

from __future__ import annotations

import contextlib
import re
import subprocess
import time
from pathlib import Path

from reportlib.execute.process_pool import find_descendants

PAUSE = 0.05
_SHARE = re.compile(rb"^Pss: +(\d+) kB", flags=re.MULTILINE)


class Peak:
    """Watches a process and all its descendants until it ends."""

    megabytes = 0.0
    """The most so far. What processes share is counted once: each is charged with its share."""

    def watch(self, process: subprocess.Popen[bytes]) -> None:
        """Look every now and then, until the process has ended."""
        while process.poll() is None:
            tree = {process.pid, *find_descendants(process.pid)}
            self.megabytes = max(self.megabytes, sum(map(_share, tree)) / 1_000)
            time.sleep(PAUSE)


def _share(process: int) -> float:
    """The kB that a process is charged with; none if it has ended meanwhile."""
    with contextlib.suppress(OSError):
        if found := _SHARE.search(Path(f"/proc/{process}/smaps_rollup").read_bytes()):
            return float(found[1])
    return 0.0
