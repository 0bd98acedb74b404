"""A watchdog over Qt's event loop: how late it is, how much of that is our own work, and where it was at that moment.

Lateness alone is also the machine's (other processes, a busy core); processor time spent by the GUI thread between two
beats is ours. A gap is charged to us when the GUI thread itself worked that long, or stood still inside our code.
"""

from __future__ import annotations

import faulthandler
import tempfile
import threading
import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_S = 0.005
OURS = "/app/tiepoint/"


@dataclass(frozen=True)
class Gap:
    """One pause of the loop.

    Args:
        wall_ms: How long no event was taken.
        worked_ms: Processor time of the GUI thread meanwhile.
        stack: Where the GUI thread was, when it was long enough to look.
    """

    wall_ms: float
    worked_ms: float
    stack: str

    @property
    def is_ours(self) -> bool:
        """Whether our own code was at work or waited."""
        return OURS in self.stack


class LoopWatchdog(QObject):
    """Beats in the GUI thread and watches from another.

    Args:
        limit_ms: Pauses longer than this are looked into.
    """

    def __init__(self, limit_ms: float = 50.0) -> None:
        super().__init__()
        self._limit_s = limit_ms / 1000
        self._main = threading.get_ident()
        self._beat = time.perf_counter()
        self._worked = time.thread_time()
        self._lateness_ms: list[float] = []
        self._work_ms: list[float] = []
        self._gaps: list[Gap] = []
        self._stack = ""
        self._file = tempfile.TemporaryFile("w+")  # noqa: SIM115  closed by stop
        self._ended = threading.Event()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(round(BEAT_S * 1000))
        self._timer.timeout.connect(self._on_beat)
        self._timer.start()
        self._thread = threading.Thread(target=self._watch, name="loop-watchdog", daemon=True)
        self._thread.start()

    def reset(self) -> None:
        """Forget what was seen."""
        self._lateness_ms, self._work_ms, self._gaps = [], [], []
        self._beat, self._worked = time.perf_counter(), time.thread_time()

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Pauses over the limit."""
        return tuple(self._gaps)

    @property
    def our_gaps(self) -> tuple[Gap, ...]:
        """Pauses in which the GUI thread worked for longer than the limit inside our own code."""
        return tuple(gap for gap in self._gaps if gap.is_ours and gap.worked_ms > self._limit_s * 1000)

    def share_ms(self, share: float) -> float:
        """The lateness that this share of all beats stayed below, in ms."""
        ordered = sorted(self._lateness_ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0

    @property
    def worst_work_ms(self) -> float:
        """The most processor time the GUI thread spent between two beats, in ms."""
        return max(self._work_ms, default=0.0)

    @property
    def worst_ms(self) -> float:
        """The longest lateness, in ms."""
        return max(self._lateness_ms, default=0.0)

    def stop(self) -> None:
        """End beating and watching."""
        self._timer.stop()
        self._ended.set()
        self._thread.join()
        self._file.close()

    def _on_beat(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        wall_s, work_s = now - self._beat, worked - self._worked
        self._lateness_ms.append(max(0.0, (wall_s - BEAT_S) * 1000))
        self._work_ms.append(work_s * 1000)
        if wall_s > self._limit_s:
            self._gaps.append(Gap(wall_s * 1000, work_s * 1000, self._stack))
        self._stack = ""
        self._beat, self._worked = now, worked

    def _watch(self) -> None:
        while not self._ended.wait(self._limit_s / 5):
            if time.perf_counter() - self._beat > self._limit_s * 0.6 and not self._stack:
                self._stack = self._place()

    def _place(self) -> str:
        """Where the GUI thread is, inside what an event called, innermost first.

        A Python frame held here would keep its painters alive past their paint event, which ends the process; so the
        interpreter writes the stack down by itself.
        """
        self._file.seek(0)
        self._file.truncate()
        faulthandler.dump_traceback(self._file, all_threads=True)
        self._file.seek(0)
        _, _, after = self._file.read().partition(f"0x{self._main:016x} (most recent call first):\n")
        lines = after.split("\n\n")[0].splitlines()
        ends = [place for place, line in enumerate(lines) if line.endswith((" in run_forever", " in import_meanwhile"))]
        return "\n".join(lines[: ends[0]] if ends else lines)
