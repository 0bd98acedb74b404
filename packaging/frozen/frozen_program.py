"""The frozen program as the smoke tests start it: in an empty environment, with a home of its own."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import psutil

_LONGEST_S: Final = 180
_Facts = Mapping[str, Any]


class Frozen:
    """The frozen program: no Python, no activated environment, another home.

    Args:
        executable: The program.
        home: Everything it keeps lies below.
        more: Further variables of its environment.
    """

    def __init__(self, executable: Path, home: Path, **more: str) -> None:
        self._executable = executable
        self._env = {
            "HOME": str(home),
            "TIEPOINT_HOME": str(home / "state"),
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            **more,
        }

    def run(self, *args: str, expected: int = 0, hear: Callable[[_Facts], None] | None = None) -> _Facts:
        """Run a command to its end and return its result.

        Args:
            args: What is typed.
            expected: The exit code that is right.
            hear: Is told every line before the result, as it comes.

        Raises:
            AssertionError: It ended otherwise.
        """
        command = [str(self._executable), *args, "--json"]
        lines: list[str] = []
        with subprocess.Popen(
            command,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            assert process.stdout is not None
            limit = threading.Timer(_LONGEST_S, process.kill)
            limit.start()
            for line in process.stdout:
                lines.append(line)
                if hear and line.startswith("{"):
                    hear(json.loads(line))
            status = process.wait()
            limit.cancel()
        assert status == expected, f"{' '.join(args)} ended with {status}: {''.join(lines)}"
        result: _Facts = json.loads(next(line for line in reversed(lines) if line.startswith("{")))
        return result

    def workers(self) -> list[psutil.Process]:
        """Return the running transfer workers of this executable."""
        found = []
        for process in psutil.process_iter(["cmdline"]):
            command = process.info["cmdline"] or []
            if command[:1] == [str(self._executable)] and command[1:3] == ["--child", "transfer"]:
                found.append(process)
        return found


def expect(result: Mapping[str, Any], **facts: Any) -> None:
    """Compare parts of a result.

    Raises:
        AssertionError: One is another.
    """
    assert {name: result[name] for name in facts} == facts, f"{facts} was expected of {dict(result)}"


def check_logs(folder: Path) -> None:
    """Look into the program's logs.

    Raises:
        AssertionError: One complains.
    """
    for log in folder.glob("*.log*"):
        told = log.read_text(encoding="utf-8")
        assert not any(word in told for word in ("Traceback", "ERROR", "WARNING")), f"{log.name} complains: {told}"
