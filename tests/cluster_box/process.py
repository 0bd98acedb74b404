"""A long-running process on a machine of the box, with its log; what systemd would do with it is done by the box."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import psutil

from program import wait_until

TIED: Final = ("setpriv", "--pdeathsig", "KILL", "--")
"""What a command begins with to end with whoever starts it."""
_END_S: Final = 20.0
_STARTER: Final = ThreadPoolExecutor(1, "box")
"""Starts all processes: they end with the thread that started them, not only with this process."""


class BoxProcess:
    """One process that can be ended and begun again.

    Args:
        command: As it is run.
        log: Its output and error stream are appended to it.
        env: Variables, all of them.
        is_up: Whether it answers; `start` waits for it.
    """

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        env: Mapping[str, str],
        is_up: Callable[[], bool] = lambda: True,
    ) -> None:
        self._command, self.log, self._env, self._is_up = list(command), log, dict(env), is_up
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its process id; 0 = it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else 0

    def start(self) -> None:
        """Begin it, and wait until it answers."""
        assert not self.pid
        self._process = _STARTER.submit(self._begun).result()
        try:
            wait_until(lambda: not self.pid or self._is_up(), what=f"{self._command} to answer")
        except TimeoutError:
            self.kill()
            raise
        if not self.pid:
            raise RuntimeError(f"it ended at once: {self.log.read_text(errors='replace')[-2000:]}")

    def _begun(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._env, start_new_session=True
            )

    def descendants(self) -> list[psutil.Process]:
        """Return it and all it started."""
        try:
            own = psutil.Process(self.pid) if self.pid else None
            return [own, *own.children(recursive=True)] if own else []
        except psutil.NoSuchProcess:
            return []

    def stop(self) -> None:
        """End it as systemd does: SIGTERM, and SIGKILL for what is left of it."""
        family = self.descendants()
        if self._process and self.pid:
            self._process.terminate()
            try:
                self._process.wait(_END_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._end(family)

    def kill(self) -> None:
        """End it and all it started at once, as a machine that loses its power."""
        self._end(self.descendants())

    def restart(self) -> None:
        """End it and begin it again."""
        self.stop()
        self.start()

    def _end(self, family: Sequence[psutil.Process]) -> None:
        for each in family:
            try:
                each.kill()
            except psutil.NoSuchProcess:
                continue
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait(_END_S)
        wait_until(lambda: all(map(has_ended, family)), timeout_s=_END_S, what=f"{self._command} to end")


def has_ended(process: psutil.Process) -> bool:
    """Whether a process runs no more; whoever has to may still have to take note of it."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
