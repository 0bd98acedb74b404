"""Where the frozen program starts: the command line, or one of its children."""

import sys

from tiepoint.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
