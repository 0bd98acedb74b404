"""What is remembered of graphics on disk, and whose fault the end of a run was."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tiepoint.adapters.computer.graphics_memory import FileGraphicsMemory, was_drawing
from tiepoint.domain.graphics import Drawing, GraphicsChoice, GraphicsFacts, GraphicsRecord, Trouble

RECORD = GraphicsRecord(
    "here",
    GraphicsFacts((2, 1), "Old", "Vendor", problem="too old", trouble=Trouble.TOO_OLD),
    GraphicsChoice(Drawing.SOFTWARE, "why", "what"),
    datetime(2026, 11, 26, tzinfo=UTC),
    ((Drawing.SYSTEM, "Vendor Old 1"),),
    "why",
)
VERSIONLESS = {"version": [], "trouble": ""}
IN_VIEW = """Fatal Python error: Segmentation fault

Current thread 0x00007f01 (most recent call first):
  File "/app/tiepoint/ui/viewer/scene.py", line 228 in draw
  File "/app/tiepoint/ui/viewer/render_thread.py", line 213 in _draw

Thread 0x00007f02 (most recent call first):
  File "/app/tiepoint/ui/async_qt.py", line 50 in run
"""
ELSEWHERE = IN_VIEW.replace("viewer/scene.py", "pages/page.py").replace("viewer/render_thread.py", "session.py")
IN_DRIVER_THREAD = """Fatal Python error: Segmentation fault

Thread 0x00007f01 (most recent call first):
  File "/app/tiepoint/ui/viewer/scene.py", line 228 in draw

Thread 0x00007f02 (most recent call first):
  File "/app/tiepoint/ui/async_qt.py", line 50 in run
"""
IDLE_VIEW = """Fatal Python error: Segmentation fault

Thread 0x00007f01 (most recent call first):
  File "/usr/lib/python3.11/threading.py", line 320 in wait
  File "/app/tiepoint/ui/viewer/render_thread.py", line 180 in _step

"""


@pytest.fixture
def memory(tmp_path: Path) -> FileGraphicsMemory:
    return FileGraphicsMemory(tmp_path / "data", tmp_path / "panel-crash.log")


def _die(tmp_path: Path) -> None:
    """Let the program that made the mark be another one, which is gone."""
    path = tmp_path / "data" / "graphics.mark"
    mark = json.loads(path.read_text())
    times = path.stat()
    path.write_text(json.dumps({**mark, "started": mark["started"] - 1000}))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_a_record_comes_back_whole(memory: FileGraphicsMemory) -> None:
    assert memory.load() is None
    memory.save(RECORD)
    assert memory.load() == RECORD


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema_version": 9}', '{"schema_version": 1}'])
def test_a_broken_record_is_none(memory: FileGraphicsMemory, tmp_path: Path, text: str) -> None:
    memory.save(RECORD)
    (tmp_path / "data" / "graphics.json").write_text(text)
    assert memory.load() is None


def test_a_folder_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    memory = FileGraphicsMemory(tmp_path / "data", tmp_path / "log")
    memory.save(RECORD)
    memory.begin(Drawing.SYSTEM)
    memory.drew()
    memory.end()
    assert memory.ended_by() is None


def test_an_end_before_the_first_picture_is_the_drivers(memory: FileGraphicsMemory, tmp_path: Path) -> None:
    memory.begin(Drawing.SYSTEM)
    _die(tmp_path)
    assert memory.ended_by() is Drawing.SYSTEM
    assert memory.ended_by() is None


def test_a_program_that_lives_has_not_crashed(memory: FileGraphicsMemory) -> None:
    memory.begin(Drawing.SYSTEM)
    assert memory.ended_by() is None
    memory.drew()
    memory.end()
    assert memory.ended_by() is None


@pytest.mark.parametrize(("crash", "is_blamed"), [(IN_VIEW, True), (ELSEWHERE, False), ("", False)])
def test_an_end_later_is_the_drivers_with_a_crash_in_the_view(
    memory: FileGraphicsMemory, tmp_path: Path, crash: str, is_blamed: bool
) -> None:
    memory.begin(Drawing.SOFTWARE)
    memory.drew()
    _die(tmp_path)
    (tmp_path / "panel-crash.log").write_text(crash)
    assert (memory.ended_by() is Drawing.SOFTWARE) is is_blamed


def test_a_crash_of_an_earlier_run_does_not_count(memory: FileGraphicsMemory, tmp_path: Path) -> None:
    crashes = tmp_path / "panel-crash.log"
    crashes.write_text(IN_VIEW)
    os.utime(crashes, (time.time() - 3600,) * 2)
    memory.begin(Drawing.SYSTEM)
    memory.drew()
    _die(tmp_path)
    assert memory.ended_by() is None


def test_a_broken_mark_blames_nobody(memory: FileGraphicsMemory, tmp_path: Path) -> None:
    memory.begin(Drawing.SYSTEM)
    (tmp_path / "data" / "graphics.mark").write_text("{")
    assert memory.ended_by() is None
    assert not (tmp_path / "data" / "graphics.mark").exists()


@pytest.mark.parametrize(
    ("text", "is_so"), [(IN_VIEW, True), (ELSEWHERE, False), (IN_DRIVER_THREAD, True), (IDLE_VIEW, False), ("x", False)]
)
def test_who_crashed(text: str, is_so: bool) -> None:
    assert was_drawing(text) is is_so


def test_the_last_crash_counts() -> None:
    assert not was_drawing(IN_VIEW + ELSEWHERE)
    assert was_drawing(ELSEWHERE + IN_VIEW)


@pytest.mark.parametrize(("part", "value"), [("looked", "2026-11-26T00:00:00"), ("facts", VERSIONLESS)])
def test_a_record_that_makes_no_sense_is_none(
    memory: FileGraphicsMemory, tmp_path: Path, part: str, value: object
) -> None:
    memory.save(RECORD)
    path = tmp_path / "data" / "graphics.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), part: value}))
    assert memory.load() is None
