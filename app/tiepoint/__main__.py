"""Start of the program: one of our own child processes, or the command line."""

from __future__ import annotations

import sys


def main() -> int:
    """Run what the first argument asks for and return the exit status."""
    if sys.argv[1:2] == ["--child"]:
        from tiepoint.runtime.entry import run_child

        return run_child(sys.argv[2:])
    from tiepoint import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
