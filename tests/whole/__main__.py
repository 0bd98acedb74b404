"""`make test`, after set-up: the parts side by side, those that want to be alone afterwards, and the account."""

from __future__ import annotations

import os
import signal
import sys
import time

from whole.account import closing_lines
from whole.lanes import Lanes, say
from whole.parts import ALONE, BUSY, REPOSITORY, WAITING, has_virtual_screens


def main() -> int:
    """Run everything.

    Returns:
        0 when every part was without a fault, 130 after an interruption, else 1.
    """
    os.chdir(REPOSITORY)
    began = time.monotonic()
    lanes = Lanes(REPOSITORY / "build" / "test", say)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lanes.interrupt)
    together = (BUSY, WAITING) if has_virtual_screens() else (BUSY + WAITING,)
    outcomes = lanes.run(*together)
    outcomes += lanes.run(ALONE)
    for line in closing_lines(outcomes, time.monotonic() - began):
        say(line)
    if lanes.is_interrupted:
        return 130
    return 1 if any(outcome.status for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
