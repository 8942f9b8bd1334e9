"""Running notebooks in forks of one process, through papermill."""

# First, since papermill loads the engine of this package when it is imported: if the engine were
# being imported itself, it would not be there yet.
import papermill as _papermill  # noqa: F401
