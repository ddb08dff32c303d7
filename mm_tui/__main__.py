"""`python -m mm_tui`: the same as the command `mm-tui`."""

import sys

from mm_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
