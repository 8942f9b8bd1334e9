"""Running notebooks in forks of one process, through papermill: see the module ``engine``."""

from reportlib.execute.forked.hidden import hidden as _hidden

# First, since papermill loads this package's engine when it is imported: if the engine were being
# imported itself, it would not be there yet. Without what JupyterLab's environment has in excess of
# a report's: it takes a second, for a check of addresses that no notebook's schema asks for.
with _hidden("rfc3987_syntax"):
    import papermill as _papermill  # noqa: F401

# papermill's progress bar chooses its looks by whether a kernel's modules are there when it is
# imported: imported here, before they are, it stays a terminal's.
import tqdm.auto as _bars  # noqa: F401
