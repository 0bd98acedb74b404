"""The list of log lines: follows its end, filters, copies, keeps the last lines, shows markup as text."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fakes.scheduler import T0
from tiepoint.protocol.events import LogLine
from tiepoint.ui.viewmodels.log_lines import KEPT, ShownLine, shown_line
from tiepoint.ui.widgets.log_list import LogList, LogModel


def lines(count: int, first: int = 0) -> list[ShownLine]:
    return [shown_line(LogLine(T0, f"line {first + number}", "info", "depth_maps")) for number in range(count)]


WARNING = shown_line(LogLine(T0, "<b>half</b> kept\x1b[31m", "warning", "depth_maps"))


@pytest.fixture
def log(qtbot: Any) -> LogList:
    made = LogList("Log")
    qtbot.addWidget(made)
    made.resize(600, 200)
    with qtbot.waitExposed(made):
        made.show()
    return made


def at_end(log: LogList) -> bool:
    bar = log.verticalScrollBar()
    return 0 < bar.value() == bar.maximum()


def scroll_up(log: LogList) -> None:
    place = QPointF(log.rect().center())
    event = QWheelEvent(
        place,
        QPointF(log.mapToGlobal(place.toPoint())),
        QPoint(0, 0),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(log.viewport(), event)


def test_is_a_sound_model(qtmodeltester: Any) -> None:
    model = LogModel()
    qtmodeltester.check(model)
    model.set_lines(lines(20))
    model.append([WARNING, *lines(KEPT)])
    model.set_filter("half", only_warnings=False)
    model.append(lines(3))
    model.set_filter("", only_warnings=True)
    model.set_lines([])


def test_keeps_the_last_lines(qtbot: Any) -> None:
    model = LogModel()
    model.set_lines(lines(KEPT))
    model.append(lines(10, first=KEPT))
    assert (len(model.lines), len(model.shown)) == (KEPT, KEPT)
    assert model.shown[-1].text == f"line {KEPT + 9}"


def test_follows_until_scrolled_up_and_again_from_the_end(qtbot: Any, log: LogList) -> None:
    log.model_of_lines.append(lines(100))
    qtbot.waitUntil(lambda: at_end(log))
    scroll_up(log)
    assert not log.is_following
    place = log.verticalScrollBar().value()
    log.model_of_lines.append(lines(50))
    qtbot.wait(20)
    assert log.verticalScrollBar().value() == place
    QTest.keyClick(log, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: at_end(log))
    assert log.is_following


def test_warnings_alone_and_by_words(log: LogList) -> None:
    model = log.model_of_lines
    model.append([*lines(12), WARNING])
    model.set_filter("", only_warnings=True)
    assert model.shown == (WARNING,)
    model.set_filter("line 11", only_warnings=False)
    assert [line.text for line in model.shown] == ["line 11"]
    model.append(lines(1, first=11))
    assert len(model.shown) == 2
    assert model.warnings == 1


def test_copies_the_selected_lines_or_all(log: LogList) -> None:
    log.model_of_lines.append(lines(3))
    QTest.keyClick(log, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().count("\n") == 2
    log.setCurrentIndex(log.model_of_lines.index(1))
    QTest.keyClick(log, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "line 1" in QGuiApplication.clipboard().text()
    assert "\n" not in QGuiApplication.clipboard().text()


def test_markup_and_control_characters_are_text(log: LogList) -> None:
    assert WARNING.text == "<b>half</b> kept\ufffd[31m"
    assert (WARNING.level, WARNING.state) == ("warn", "warning")
    log.model_of_lines.append([WARNING])
    assert not log.grab().isNull()
