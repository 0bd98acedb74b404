"""Which output fits: bars for a terminal, plain lines for a pipe, JSON for a program. Main thread."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import datetime

from tiepoint.console.json_lines import JsonOutlet
from tiepoint.console.outlet import Outlet
from tiepoint.console.plain_lines import PlainOutlet


def outlet_for_programs() -> Outlet:
    """Output for programs."""
    return JsonOutlet()


def outlet_for(now: Callable[[], datetime]) -> Outlet:
    """Output for people: bars when stderr is a terminal that can move its cursor, else plain lines.

    Args:
        now: The clock, aware.
    """
    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        return PlainOutlet(now)
    from rich.console import Console

    from tiepoint.console.live import LiveOutlet

    return LiveOutlet(now, Console(stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=False))
