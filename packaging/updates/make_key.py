"""Make a pair of keys for signing the list of updates: the private one in a file, the public one on the screen."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from signing import Refused, id_of, new_key, public_text, write_key


def main(argv: Sequence[str] | None = None) -> int:
    """Make the pair and return the exit code."""
    parser = argparse.ArgumentParser(prog="make_key.py", description=__doc__)
    parser.add_argument("private", type=Path, metavar="PRIVATE.pem", help="where the private key goes; must not exist")
    options = parser.parse_args(argv)
    key = new_key()
    try:
        write_key(key, options.private)
    except Refused as refused:
        sys.stderr.write(f"Error: {refused}\n")
        return 1
    sys.stdout.write(f"Private key: {options.private} (keep it secret, and a copy of it safe)\n")
    sys.stdout.write(f"Id:          {id_of(key)}\nPublic key:  {public_text(key)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
