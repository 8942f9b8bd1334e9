"""``python -m reportlib``."""

import sys

from reportlib.commands import main

if __name__ == "__main__":
    sys.exit(main())
