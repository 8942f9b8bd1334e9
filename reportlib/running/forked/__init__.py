"""Running notebooks in forks of one process, through papermill: see the module ``engine``."""

# papermill's progress bar chooses its looks by whether a kernel's modules are there when it is
# imported: imported here, before they are, it stays a terminal's.
import tqdm.auto as _  # noqa: F401
