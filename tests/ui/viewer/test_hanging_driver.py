"""A driver that never comes back: windows close all the same, and the process ends in good order."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest

from patience import PATIENCE_S
from tiepoint.ui.viewer.held import are_held
from tiepoint.ui.viewer.render_thread import RenderThread
from tiepoint.ui.viewer.stage import Stage
from tiepoint.ui.viewer.start_gate import GATE

PROGRAM = Path(__file__).with_name("hanging_driver.py")


@pytest.mark.needs_gl
def test_closing_takes_seconds_and_the_process_ends_in_order() -> None:
    done = subprocess.run([sys.executable, str(PROGRAM)], capture_output=True, text=True, timeout=2 * PATIENCE_S)
    assert done.returncode == 0, done.stderr
    assert "Destroyed while thread" not in done.stderr
    took_s, has_hung = done.stdout.split()
    # Two views share the four seconds that one may take; the rest is what a busy computer may add.
    assert 4.0 <= float(took_s) < 20.0
    assert has_hung == "False"  # it was given no time to count as hung


class StuckThread:
    """A render thread in the middle of something."""

    def __init__(self, busy_s: float) -> None:
        self.busy_s, self.waits_ms = busy_s, list[int]()
        self.is_running = True

    def stop(self) -> None:
        """Is not heard."""

    def wait(self, limit_ms: int) -> bool:
        self.waits_ms.append(limit_ms)
        return not self.is_running

    def isRunning(self) -> bool:
        return self.is_running


def test_what_takes_very_long_has_hung_and_is_waited_for_once(expected_logs: list[str]) -> None:
    expected_logs.append("the 3D view's thread does not end")
    slow, hung, ended = StuckThread(5.0), StuckThread(25.0), StuckThread(0.0)
    ended.is_running = False
    for thread, has_hung in ((slow, False), (hung, True), (ended, True)):
        stage = Stage()
        stage._thread = cast("RenderThread", thread)
        stage.shut()
        assert GATE.has_hung is has_hung
    assert slow.waits_ms[0] <= 4000
    assert hung.waits_ms[0] == ended.waits_ms[0] <= 200
    assert are_held()
    slow.is_running = hung.is_running = False
    assert not are_held()
    GATE.reset()
    assert not GATE.has_hung
