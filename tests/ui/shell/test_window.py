"""The window: pages by rail, keys and code; drops; toasts; closing asks first."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tiepoint.domain.failure import Failure
from tiepoint.ui.pages.page import Page, StripContent
from tiepoint.ui.shell.messages import Message, Messages
from tiepoint.ui.shell.rail import RailEntry
from tiepoint.ui.shell.toasts import Toast, ToastStack
from tiepoint.ui.shell.window import MainWindow
from tiepoint.ui.widgets.buttons import NavButton, Tab

ENTRIES = (
    RailEntry("photos", "images", "Photos"),
    RailEntry("jobs", "list", "Jobs"),
    RailEntry("settings", "settings", "Settings", is_at_foot=True),
)


class PlainPage(Page):
    """A page with a title."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title

    def strip(self) -> StripContent:
        facts = (("Photos", "18 of 21"), ("Ground sampling", "16 mm/px"), ("Position", "GPS, all 21"))
        return StripContent(self.title, "running", facts=facts, progress=0.5)


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    made = MainWindow(ENTRIES)
    made.set_pages({name: lambda name=name: PlainPage(f"<b>{name}</b>") for name in ("photos", "jobs", "settings")})
    qtbot.addWidget(made, before_close_func=lambda window: window.close_for_good())
    made.show_page("photos")
    with qtbot.waitExposed(made):
        made.show()
    return made


def _dropped(window: MainWindow, *paths: Path) -> bool:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    enter = QDragEnterEvent(
        QPoint(300, 300), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window, enter)
    drop = QDropEvent(
        QPointF(300, 300), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window, drop)
    return enter.isAccepted() and drop.isAccepted()


def test_a_page_asked_for_before_there_are_any_is_kept(qtbot: QtBot) -> None:
    early = MainWindow(ENTRIES)
    qtbot.addWidget(early, before_close_func=lambda window: window.close_for_good())
    early.show()
    qtbot.mouseClick(early.rail.button("jobs"), Qt.MouseButton.LeftButton)
    assert (early.wanted, early.current) == ("jobs", "")


def test_a_click_on_the_rail_shows_a_page(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.rail.button("jobs"), Qt.MouseButton.LeftButton)
    assert window.current == "jobs"
    assert window.rail.button("jobs").isChecked()


def test_keys_show_pages(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert window.current == "settings"


def test_the_strip_shows_a_title_as_it_is_written(window: MainWindow) -> None:
    titles = [label for label in window.strip.findChildren(QLabel) if label.text() == "<b>photos</b>"]
    assert [label.textFormat() for label in titles] == [Qt.TextFormat.PlainText]


def test_a_drop_anywhere_hands_on_the_paths(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(window.drops.dropped) as heard:
        assert _dropped(window, tmp_path / "a.jpg", tmp_path / "folder")
    assert heard.args == [[tmp_path / "a.jpg", tmp_path / "folder"]]


def test_closing_asks_first(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.close_asked):
        window.close()
    assert window.isVisible()


def test_a_failure_is_told_once_and_stays_with_its_details(window: MainWindow, qtbot: QtBot) -> None:
    messages, toasts = Messages(), ToastStack(window, window.dock)
    messages.said.connect(toasts.show)
    failure = Failure("input", "The folder <i>x</i> is gone.", "Look for it.", detail="ENOENT")
    messages.failure(failure)
    messages.failure(failure)
    assert [(each.title, each.stays) for each in toasts.messages] == [("The folder <i>x</i> is gone.", True)]


def test_the_oldest_toast_makes_room(window: MainWindow) -> None:
    toasts = ToastStack(window, window.dock)
    for number in range(6):
        toasts.show(Message("info", f"Note {number}"))
    assert [each.title for each in toasts.messages] == ["Note 2", "Note 3", "Note 4", "Note 5"]


def test_news_of_the_same_takes_the_place_of_what_is_over(window: MainWindow) -> None:
    toasts = ToastStack(window, window.dock)
    toasts.show(Message("error", "atelier: Deploy failed", topic="atelier"))
    toasts.show(Message("error", "harbour: Deploy failed", topic="harbour"))
    toasts.show(Message("ok", "atelier is deployed and runs", topic="atelier"))
    assert [each.title for each in toasts.messages] == ["harbour: Deploy failed", "atelier is deployed and runs"]


def test_the_dock_folds_and_opens_by_key(window: MainWindow, qtbot: QtBot) -> None:
    window.dock.add_tab("Log", QLabel("lines"))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    assert window.dock.is_folded
    QTest.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert not window.dock.is_folded


def test_a_short_toast_covers_nothing_and_a_long_one_is_read_whole(window: MainWindow) -> None:
    toasts = ToastStack(window, window.dock)
    toasts.show(Message("ok", "The model is complete", "Beach", action="Open the result"))
    (short,) = window.findChildren(Toast)
    dock = window.dock.geometry().translated(window.dock.parentWidget().mapTo(window, QPoint()))
    assert dock.contains(short.geometry())
    toasts.show(Message("error", "The export failed", "The disk is full, so the file cannot be written. " * 5))
    long = next(each for each in window.findChildren(Toast) if each is not short)
    assert long.height() > 60
    assert not long.geometry().intersects(short.geometry())
    window.dock.set_folded(False)
    window.layout().activate()
    QApplication.processEvents()
    assert long.geometry().bottom() < window.dock.mapTo(window, QPoint()).y()


def test_tab_goes_from_the_docks_tabs_to_its_fold(window: MainWindow) -> None:
    window.dock.add_tab("Log", QLabel("lines"))
    window.dock.add_tab("Activity", QLabel("what happened"))
    place: QWidget = next(each for each in window.findChildren(Tab) if each.text() == "Log")
    names = []
    while not isinstance(place, NavButton):
        names.append(place.accessibleName() or str(place.property("text") or ""))
        place = place.nextInFocusChain()
    assert [name for name in names if name in ("Log", "Activity", "Open (Ctrl+J)")] == [
        "Log",
        "Activity",
        "Open (Ctrl+J)",
    ]
