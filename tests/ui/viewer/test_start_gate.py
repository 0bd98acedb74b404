"""Views wait at the gate before the first OpenGL, and take what they are told there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from tiepoint.domain.graphics import Drawing, GraphicsChoice
from tiepoint.ui.viewer.software import BEFORE, draw_by_software, draw_by_system
from tiepoint.ui.viewer.stage import Stage
from tiepoint.ui.viewer.start_gate import GATE

NONE = GraphicsChoice(Drawing.NONE, "The driver crashed.", "Install another.")


@pytest.fixture(autouse=True)
def _reset() -> Iterator[None]:
    before = dict(os.environ)
    yield
    GATE.reset()
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


def test_the_gate_is_open_by_itself() -> None:
    begun: list[GraphicsChoice] = []
    GATE.enter(begun.append)
    assert [each.drawing for each in begun] == [Drawing.SYSTEM]


def test_views_wait_and_the_question_is_asked_once() -> None:
    asked: list[None] = []
    begun: list[GraphicsChoice] = []
    GATE.close()
    off = GATE.wanted.subscribe(asked.append)
    GATE.enter(begun.append)
    GATE.enter(begun.append)
    assert (len(asked), begun) == (1, [])
    GATE.open(NONE)
    GATE.enter(begun.append)
    assert begun == [NONE] * 3
    off()


def test_a_first_picture_is_told_once() -> None:
    told: list[None] = []
    off = GATE.drew.subscribe(told.append)
    GATE.note_drawn()
    GATE.note_drawn()
    assert len(told) == 1
    off()


@pytest.mark.usefixtures("qapp")
def test_a_view_without_3d_says_why_and_asks_no_driver() -> None:
    said: list[str] = []
    failed: list[str] = []
    off = GATE.failed.subscribe(failed.append)
    GATE.close()
    stage = Stage()
    stage.failed.connect(said.append)
    stage.start()
    stage.start()
    assert said == []
    GATE.open(NONE)
    assert said == ["The driver crashed. Install another."]
    assert stage.thread_in_use is None
    assert failed == []  # nobody tried
    off()


@pytest.mark.usefixtures("qapp")
def test_a_view_that_is_shut_while_it_waits_never_begins() -> None:
    GATE.close()
    stage = Stage()
    stage.start()
    stage.shut()
    GATE.open(GraphicsChoice(Drawing.SYSTEM))
    assert stage.thread_in_use is None


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="Mesa's variables")
def test_software_overrides_what_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LIBGL_ALWAYS_SOFTWARE", "GALLIUM_DRIVER", "__GLX_VENDOR_LIBRARY_NAME", "LIBGL_DRIVERS_PATH"):
        monkeypatch.setenv(name, "other")
    draw_by_software()
    assert os.environ["GALLIUM_DRIVER"] == "llvmpipe"
    assert "LIBGL_DRIVERS_PATH" not in os.environ


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="Mesa's variables")
def test_a_child_can_draw_in_the_systems_own_way_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIBGL_DRIVERS_PATH", "/opt/driver")
    monkeypatch.delenv("GALLIUM_DRIVER", raising=False)
    before = dict(os.environ)
    draw_by_software()
    draw_by_software()
    assert BEFORE in os.environ
    draw_by_system()
    assert dict(os.environ) == before
    draw_by_system()
    assert dict(os.environ) == before
