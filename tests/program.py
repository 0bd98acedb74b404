"""Driving the real program in tests: its command line, and finding its processes by the folder they work in."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from patience import PATIENCE_S


@dataclass(frozen=True)
class Finished:
    """How a command ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The objects it printed, one a line."""
        return [json.loads(line) for line in self.stdout.splitlines() if line.strip()]

    @property
    def result(self) -> dict[str, Any]:
        """The last object."""
        return self.lines[-1]


class Program:
    """The program with folders of its own.

    Args:
        home: Everything it keeps lies below.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.env = {**os.environ, "TIEPOINT_HOME": str(home)}
        for display in ("DISPLAY", "WAYLAND_DISPLAY"):  # a command must not open a window that nobody closes
            self.env.pop(display, None)

    def start(self, *args: str) -> subprocess.Popen[str]:
        """Start a command; the caller ends it."""
        command = [sys.executable, "-m", "tiepoint", *args]
        return subprocess.Popen(command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *args: str, timeout_s: float = 280) -> Finished:
        """Run a command to its end."""
        with self.start(*args) as process:
            try:
                stdout, stderr = process.communicate(timeout=timeout_s)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
            return Finished(process.returncode, stdout, stderr)

    def processes(self, role: str = "") -> list[psutil.Process]:
        """Return the running processes that work in this home, or those of one child role."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.status() == psutil.STATUS_ZOMBIE or process.environ().get("TIEPOINT_HOME") != str(self.home):
                    continue
                if not role or _is_role(process.cmdline(), role):
                    found.append(process)
            except psutil.Error:
                continue
        return [process for process in found if process.pid != os.getpid()]

    def kill(self, role: str) -> int:
        """Kill one process of a role with SIGKILL and return its id.

        Raises:
            LookupError: None runs.
        """
        for process in self.processes(role):
            os.kill(process.pid, signal.SIGKILL)
            return process.pid
        raise LookupError(role)

    def stop(self) -> None:
        """End the agent, its workers, and whatever a failed test left behind."""
        for _ in range(20):
            left = self.processes()
            if not left:
                return
            for process in left:
                try:
                    process.kill()
                except psutil.Error:
                    continue
            time.sleep(0.1)


def _is_role(command: Sequence[str], role: str) -> bool:
    return any(pair == ("--child", role) for pair in zip(command, command[1:], strict=False))


def wait_until(claim: Callable[[], object], *, what: str, timeout_s: float = PATIENCE_S) -> None:
    """Wait until a claim holds.

    Raises:
        TimeoutError: It does not in time.
    """
    deadline = time.monotonic() + timeout_s
    while not claim():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.05)
