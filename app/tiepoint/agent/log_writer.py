"""Writes the logs of jobs without waiting for their folders: what cannot be written yet stays in memory.

One call into a folder at a time for each file, so the lines keep their order. The loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tiepoint.agent.job_log import append, line_text, log_line
from tiepoint.protocol.events import LogLine
from tiepoint.runtime.folder_calls import in_folder

_log = logging.getLogger(__name__)

MOST_CHARACTERS: Final = 8_000_000
"""Of one log that may wait: a job that talks much fills it in some hours. Then the oldest lines go."""


@dataclass(slots=True)
class _Waiting:
    """What waits for one file."""

    lines: deque[str] = field(default_factory=deque)
    characters: int = 0
    told: int = 0
    """Lines told so far, and how many of them need no waiting any more."""
    over: int = 0
    lost: int = 0
    passed: asyncio.Event = field(default_factory=asyncio.Event)
    since_s: float = 0.0
    writing: asyncio.Task[None] | None = None


class LogWriter:
    """See the module.

    Args:
        most_characters: Of one log that may wait.
    """

    def __init__(self, most_characters: int = MOST_CHARACTERS) -> None:
        self._most = most_characters
        self._files: dict[Path, _Waiting] = {}

    def write(self, path: Path, level: str, source: str, text: str) -> LogLine:
        """Have a record appended to a log, masked; a full disk loses the line, not the job."""
        line = log_line(level, source, text)
        waiting = self._files.setdefault(path, _Waiting())
        self._add(waiting, line_text(line))
        if waiting.writing is None:
            loop = asyncio.get_running_loop()
            waiting.since_s = loop.time()
            waiting.writing = loop.create_task(self._write(path, waiting), name="job log")
        return line

    def waits_s(self, path: Path) -> float:
        """How long the log has been waiting for its folder."""
        waiting = self._files.get(path)
        return 0.0 if waiting is None else asyncio.get_running_loop().time() - waiting.since_s

    async def written(self, path: Path, timeout_s: float) -> bool:
        """Wait a while until everything told before is in the file, and return whether it is."""
        waiting = self._files.get(path)
        if waiting is None:
            return True
        told = waiting.told
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while waiting.over < told:
                    await waiting.passed.wait()
        return waiting.over >= told

    async def close(self, timeout_s: float) -> None:
        """Wait a while for all files; what is not written then is lost, and the agent's own log says so."""
        tasks = {each.writing for each in self._files.values() if each.writing is not None}
        if tasks:
            await asyncio.wait(tasks, timeout=timeout_s)
        for path, waiting in tuple(self._files.items()):
            _log.warning("the end of %s could not be written: its folder does not answer", path)
            if waiting.writing is not None:
                waiting.writing.cancel()
                await asyncio.wait({waiting.writing})

    def _add(self, waiting: _Waiting, text: str) -> None:
        waiting.lines.append(text)
        waiting.told += 1
        waiting.characters += len(text)
        while waiting.characters > self._most and len(waiting.lines) > 1:
            waiting.characters -= len(waiting.lines.popleft())
            waiting.lost += 1

    async def _write(self, path: Path, waiting: _Waiting) -> None:
        try:
            while waiting.lines:
                waiting.since_s, taken = asyncio.get_running_loop().time(), waiting.told
                await in_folder(path, functools.partial(append, path, _taken(waiting)))
                _pass(waiting, taken)
        finally:
            del self._files[path]
            _pass(waiting, waiting.told)


def _pass(waiting: _Waiting, over: int) -> None:
    waiting.over = over
    waiting.passed.set()
    waiting.passed = asyncio.Event()


def _taken(waiting: _Waiting) -> str:
    """Take everything that waits, with a word about what was lost before it."""
    lines, waiting.lines, waiting.characters = waiting.lines, deque(), 0
    if waiting.lost:
        text = f"{waiting.lost} lines are missing here: the folder of this log did not answer for too long"
        lines.appendleft(line_text(log_line("warning", "agent", text)))
        waiting.lost = 0
    return "".join(lines)
