"""Running notebooks in forks of one process, through papermill: see the module ``engine``."""

# First, since papermill loads this package's engine when it is imported: if the engine were being
# imported itself, it would not be there yet.
import papermill as _papermill  # noqa: F401

# papermill's progress bar chooses its looks by whether a kernel's modules are there when it is
# imported: imported here, before they are, it stays a terminal's.
import tqdm.auto as _bars  # noqa: F401
