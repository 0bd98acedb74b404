"""Calls Apple's tools: every call is printed, --dry-run prints only, and a failure says what the tool said.

Standard library only. Used by the scripts beside it.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass


class ToolError(Exception):
    """A tool failed or is missing; says which and why."""


@dataclass(frozen=True, slots=True)
class Tools:
    """Apple's command line tools.

    Args:
        is_dry: Print the calls and make none.
    """

    is_dry: bool = False

    def call(self, *command: str) -> str:
        """Call a tool.

        Returns:
            Its output; empty when none is called.

        Raises:
            ToolError: It is not there, or it failed.
        """
        sys.stdout.write(f"+ {shlex.join(command)}\n")
        sys.stdout.flush()
        if self.is_dry:
            return ""
        try:
            done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        except FileNotFoundError as error:
            raise ToolError(f"{command[0]} is not there: this step runs on macOS with Xcode's tools.") from error
        if done.returncode:
            raise ToolError(
                f"{_name(command)} failed ({done.returncode}): {done.stderr.strip() or done.stdout.strip()}"
            )
        return done.stdout


def _name(command: Sequence[str]) -> str:
    return " ".join(command[:3] if command[0] == "xcrun" else command[:1])
