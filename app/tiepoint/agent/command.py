"""The command `tiepoint-agent`, for services and for SSH: `connect` joins the endpoint, `run` serves in the foreground."""

from __future__ import annotations

import sys

from tiepoint.runtime.entry import run_child

_USAGE = "usage: tiepoint-agent connect | run [--idle-s SECONDS]\n"


def main() -> int:
    """Run what the first argument asks for and return the exit status."""
    action, *args = sys.argv[1:] or [""]
    roles = {"connect": "connect", "run": "agent"}
    if action not in roles:
        sys.stderr.write(_USAGE)
        return 2
    return run_child([roles[action], *args])
