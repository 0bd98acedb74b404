"""Run parts side by side: two lanes, what each part says kept in a file, one end for all.

A lane that is through with its own parts takes over the other's. Progress is passed on as it comes, everything else
when the part has ended, whole. One thread looks at processes and files; nothing is read through pipes, which a daemon
that a test left could hold open for ever.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final, Protocol

_LOOK_EVERY_S: Final = 0.2
_LAST_WORDS_S: Final = 60.0
"""How long a part that was interrupted may clean up after its tests."""
_PROGRESS: Final = re.compile(r"\[ *\d+%\]$")
_SCREENS_APART: Final = 100


class Runnable(Protocol):
    """What a lane runs."""

    @property
    def name(self) -> str: ...

    def command(self, first_screen: int) -> list[str]:
        """Return the program and its arguments."""


@dataclass(frozen=True)
class Outcome:
    """How a part ended.

    Attributes:
        name: Of the part.
        status: Its exit status, negative for a signal.
        took_s: How long it ran.
        said: All it said.
    """

    name: str
    status: int
    took_s: float
    said: str


@dataclass
class _Running:
    """A part that runs in a process group of its own, and how much of its words has been looked at."""

    name: str
    process: subprocess.Popen[bytes]
    words: Path
    began: float = field(default_factory=time.monotonic)
    passed_on: int = 0

    def progress(self) -> list[str]:
        """Return the lines about progress that are whole and new."""
        with self.words.open("rb") as file:
            file.seek(self.passed_on)
            lines, _, _ = file.read().rpartition(b"\n")
        self.passed_on += len(lines) + 1 if lines else 0
        return [line for line in lines.decode(errors="replace").splitlines() if _PROGRESS.search(line)]

    def signal(self, number: int) -> None:
        """Send a signal to all of its group that are left."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)


class Lanes:
    """Run parts, in as many lanes as there are lists of them.

    Args:
        folder: Where the parts' words are kept.
        say: Takes a line for the person who watches.
    """

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._say = say
        self.is_interrupted = False
        folder.mkdir(parents=True, exist_ok=True)

    def run(self, *lists: Sequence[Runnable]) -> list[Outcome]:
        """Run all parts of all lists; a failure stops none of the others.

        Returns:
            How they ended, in that order. After an interruption the parts that had begun.
        """
        queues = [deque(parts) for parts in lists]
        running: dict[int, _Running] = {}
        ended: list[Outcome] = []
        while not self.is_interrupted:
            for lane in range(len(queues)):
                if lane not in running and (part := _next(queues, lane)) is not None:
                    running[lane] = self._start(part, lane)
            if not running:
                break
            time.sleep(_LOOK_EVERY_S)
            for lane, one in list(running.items()):
                self._pass_on(one)
                if one.process.poll() is not None:
                    del running[lane]
                    ended.append(self._ended(one))
        return ended + self._interrupted(list(running.values()))

    def interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """Let everything that runs end soon; for signals."""
        self.is_interrupted = True

    def _start(self, part: Runnable, lane: int) -> _Running:
        words = self._folder / f"{part.name}.txt"
        # Its own group: one signal reaches a part and its screen, and Ctrl-C at the keyboard reaches us alone, once.
        with words.open("wb") as file:
            process = subprocess.Popen(
                part.command(_SCREENS_APART * (lane + 1)),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        self._say(f"== {part.name}: begins")
        return _Running(part.name, process, words)

    def _pass_on(self, one: _Running) -> None:
        for line in one.progress():
            self._say(f"{one.name}: {line}")

    def _ended(self, one: _Running) -> Outcome:
        self._pass_on(one)
        outcome = Outcome(
            one.name,
            one.process.wait(),
            time.monotonic() - one.began,
            one.words.read_text(encoding="utf-8", errors="replace"),
        )
        how = "done" if outcome.status == 0 else f"FAILED with status {outcome.status}"
        self._say(f"== {one.name}: {how} after {outcome.took_s:.0f} s")
        for line in outcome.said.splitlines():
            if not _PROGRESS.search(line):
                self._say(line)
        return outcome

    def _interrupted(self, running: list[_Running]) -> list[Outcome]:
        for number, patience_s in ((signal.SIGINT, _LAST_WORDS_S), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
            end = time.monotonic() + patience_s
            for one in running:
                one.signal(number)
            for one in running:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    one.process.wait(max(0.0, end - time.monotonic()))
        return [self._ended(one) for one in running]


def _next(queues: Sequence[deque[Runnable]], lane: int) -> Runnable | None:
    """Return the lane's own next part, else the last one of the list that has most left."""
    if queues[lane]:
        return queues[lane].popleft()
    longest = max(queues, key=len)
    return longest.pop() if longest else None


def say(line: str) -> None:
    """Pass a line on at once, also into a file or a pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
