"""Keeping views calm: one update for many askings, and its work done ahead in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from tiepoint.ui.viewmodels.pace import Pace


class Work(QObject):
    """Notes what is done, in order."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.pieces = pieces
        self.done: list[str] = []
        self.meanwhile: Callable[[], object] = lambda: None
        self.pace = Pace(lambda: self.done.append("update"), self, interval_ms=1, ahead=self.ahead)

    def ahead(self) -> Iterator[None]:
        QTimer.singleShot(0, self, lambda: self.meanwhile())
        for piece in range(self.pieces):
            self.done.append(str(piece))
            yield


def test_many_askings_are_one_update_after_its_pieces(qtbot: QtBot) -> None:
    work = Work(3)
    for _ in range(5):
        work.pace.ask()
    qtbot.waitUntil(lambda: "update" in work.done)
    assert work.done == ["0", "1", "2", "update"]


def test_the_loop_takes_its_events_between_pieces(qtbot: QtBot) -> None:
    work = Work(50)
    work.meanwhile = lambda: (work.done.append("event"), work.pace.ask())  # the update on its way will see it
    work.pace.ask()
    qtbot.waitUntil(lambda: "update" in work.done)
    assert work.done.index("event") < 49
    qtbot.wait(20)
    assert work.done.count("update") == 1


def test_what_is_held_in_the_middle_is_made_up_for(qtbot: QtBot) -> None:
    work = Work(50)
    work.meanwhile = lambda: (work.done.append("event"), work.pace.hold(is_held=True))
    work.pace.ask()
    qtbot.waitUntil(lambda: "event" in work.done)
    qtbot.wait(20)
    assert "update" not in work.done
    work.done.clear()
    work.meanwhile = lambda: None
    work.pace.hold(is_held=False)
    qtbot.waitUntil(lambda: "update" in work.done)
    assert work.done[0] == "0"
