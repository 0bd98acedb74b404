"""Tells the agent, from a worker, how a task goes: over the scheduler's own link, seldom enough to cost nothing."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, Final, TypeAlias

Send: TypeAlias = Callable[[dict[str, Any]], None]

TOPIC: Final = "tiepoint"
_PERIOD_S: Final = 0.2


class Reporter:
    """Reports about one task; used from the thread that runs it.

    Args:
        send: Sends one message.
        run: The number of this attempt; the agent passes over messages of earlier ones.
        task: The task's key.
        name: The worker's name.
    """

    def __init__(self, send: Send, run: str, task: str, *, name: str = "") -> None:
        self._send = send
        self._head = {"run": run, "task": task, "name": name}
        self._said_s = 0.0

    def started(self) -> None:
        """The task begins."""
        self._send({**self._head, "what": "started"})

    def progressed(self, done: int, total: int | None) -> None:
        """The task is this far; most of these are passed over, never the last."""
        now_s = time.monotonic()
        if now_s - self._said_s >= _PERIOD_S or done == total:
            self._said_s = now_s
            self._send(
                {**self._head, "what": "progress", "done": int(done), "total": None if total is None else int(total)}
            )

    def logged(self, level: str, source: str, text: str) -> None:
        """Something for the job's log."""
        self._send({**self._head, "what": "log", "level": level, "source": source, "text": text})

    def child(self, pid: int | None) -> None:
        """The worker has this stage child, or none any more."""
        self._send({**self._head, "what": "child", "pid": pid})


class ReportingHandler(logging.Handler):
    """Gives the engine's records to whoever runs a task at the moment."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.target: Callable[[str, str, str], None] | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a record on; lost when no task runs."""
        target = self.target
        if target is not None:
            source = record.name.removeprefix("tiepoint.").removeprefix("engine.")
            target(record.levelname.lower(), source, record.getMessage())


def attached_handler() -> ReportingHandler:
    """Return a handler that hears every record of our own packages."""
    handler = ReportingHandler()
    logger = logging.getLogger("tiepoint")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    return handler
