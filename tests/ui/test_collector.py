"""Garbage is searched for in the GUI thread alone: a widget left in a circle must not end in a worker thread."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tiepoint.ui import collector
from tiepoint.ui.collector import calm_collector, collect_due


@pytest.fixture
def _as_before(qapp: QApplication) -> Iterator[None]:
    was_on = gc.isenabled()
    yield
    for searches in qapp.findChildren(collector._Searches):
        searches.setParent(None)
        searches.deleteLater()
    gc.unfreeze()
    if was_on:
        gc.enable()


class Circle(QObject):
    """Holds itself, and remembers the thread it ended in."""

    ended: list[int] = []  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.itself = self

    def __del__(self) -> None:
        self.ended.append(threading.get_ident())


def _make_garbage() -> None:
    for _ in range(50_000):
        circle: list[object] = []
        circle.append(circle)


@pytest.mark.usefixtures("_as_before")
def test_a_worker_that_makes_much_garbage_ends_no_widget(qtbot: QtBot) -> None:
    calm_collector()
    calm_collector()
    Circle.ended.clear()
    Circle()
    worker = threading.Thread(target=_make_garbage)
    worker.start()
    worker.join()
    assert not Circle.ended
    qtbot.waitUntil(lambda: bool(Circle.ended))
    assert Circle.ended == [threading.get_ident()]


@pytest.mark.usefixtures("_as_before")
def test_searches_only_when_there_may_be_something(qapp: QApplication) -> None:
    gc.disable()
    gc.collect()
    before = gc.get_stats()[0]["collections"]
    collect_due()
    assert gc.get_stats()[0]["collections"] == before
    _make_garbage()
    collect_due()
    assert gc.get_stats()[0]["collections"] == before + 1
