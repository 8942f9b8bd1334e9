"""How fast the library is, and how that grows: ``python -m tests.bench``, or ``make bench``."""
