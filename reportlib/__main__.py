"""``python -m reportlib``."""

import sys

from reportlib.cli import main

if __name__ == "__main__":
    sys.exit(main())
