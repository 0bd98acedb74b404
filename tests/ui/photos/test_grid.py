"""The grid with real keys, clicks and the wheel: any number of photos, and pictures only of what is seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from photo_set_factory import ToldPhotoSets, ToldPictures, a_photo, a_set, photos
from tiepoint.domain.photo_picture import PhotoPicture
from tiepoint.domain.photo_set import SetFacts
from tiepoint.ui.pages.photos.grid import PhotoGrid
from tiepoint.ui.pages.photos.pixmaps import Pixmaps
from tiepoint.ui.viewmodels.photos import PhotosViewModel

KEY, CTRL, SHIFT = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Shown:
    """A grid on the screen, 4 columns wide."""

    def __init__(self, count: int) -> None:
        self.sets = ToldPhotoSets(a_set(photos(count), facts=SetFacts()))
        self.photos = PhotosViewModel(self.sets)  # type: ignore[arg-type]
        self.pictures = ToldPictures()
        self.pixmaps = Pixmaps(self.pictures)  # type: ignore[arg-type]
        self.grid = PhotoGrid(self.photos.model, self.photos.selection, self.pixmaps)
        self.grid.resize(700, 500)
        self.grid.show()
        self.grid.activateWindow()
        self.grid.setFocus()

    @property
    def row(self) -> int:
        return self.photos.selection.currentIndex().row()

    def selected(self) -> list[int]:
        return [self.photos.model.row_of(photo.path) for photo in self.photos.selected_photos()]

    def click(self, row: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        place = self.grid.visualRect(self.photos.model.index(row, 0)).center()
        QTest.mouseClick(self.grid.viewport(), Qt.MouseButton.LeftButton, modifiers, place)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.grid, key, modifiers)


@pytest.fixture
def shown(qapp: QApplication, qtbot: Any) -> Iterator[Shown]:
    made = Shown(60)
    qtbot.addWidget(made.grid)
    yield made
    made.grid.close()


def columns(shown: Shown) -> int:
    model, grid = shown.photos.model, shown.grid
    top = grid.visualRect(model.index(0, 0)).top()
    return sum(grid.visualRect(model.index(row, 0)).top() == top for row in range(20))


def test_arrows_move_by_cell_and_by_line(shown: Shown) -> None:
    shown.click(0)
    across = columns(shown)
    assert across == 4
    for key, row in (
        (KEY.Key_Right, 1),
        (KEY.Key_Down, 1 + across),
        (KEY.Key_Left, across),
        (KEY.Key_Up, 0),
        (KEY.Key_Up, 0),
        (KEY.Key_End, 59),
        (KEY.Key_Down, 59),
        (KEY.Key_Home, 0),
    ):
        shown.press(key)
        assert shown.row == row
    shown.press(KEY.Key_PageDown)
    assert shown.row > across


def test_the_current_photo_is_brought_into_view(shown: Shown) -> None:
    shown.click(0)
    shown.press(KEY.Key_End)
    box = shown.grid.visualRect(shown.photos.model.index(59, 0))
    assert shown.grid.viewport().rect().contains(box.center())


def test_clicks_select_one_several_and_ranges(shown: Shown) -> None:
    shown.click(2)
    assert shown.selected() == [2]
    shown.click(5, CTRL)
    assert shown.selected() == [2, 5]
    shown.click(2)
    shown.click(9, SHIFT)
    assert shown.selected() == list(range(2, 10))
    shown.press(KEY.Key_A, CTRL)
    assert shown.selected() == list(range(60))


def test_a_rubber_band_selects_what_it_covers(shown: Shown) -> None:
    grid, model = shown.grid, shown.photos.model
    first, last = grid.visualRect(model.index(1, 0)), grid.visualRect(model.index(6, 0))
    chosen = shown.photos.selection
    grid.setState(grid.State.DragSelectingState)
    grid.setSelection(first.united(last), chosen.SelectionFlag.ClearAndSelect)
    grid.setState(grid.State.NoState)
    assert shown.selected() == [1, 2, 5, 6]


def test_ctrl_and_the_wheel_ask_for_another_size(shown: Shown) -> None:
    shown.grid.zoomed.connect(shown.grid.set_cell_width)
    before = columns(shown)
    for _ in range(8):
        _wheel(shown.grid, -120, CTRL)
    assert columns(shown) > before
    bar = shown.grid.verticalScrollBar()
    at = bar.value()
    _wheel(shown.grid, -120, Qt.KeyboardModifier.NoModifier)
    assert bar.value() > at


def _wheel(grid: PhotoGrid, angle: int, modifiers: Qt.KeyboardModifier) -> None:
    view = grid.viewport()
    place = QPointF(view.rect().center())
    event = QWheelEvent(
        place,
        QPointF(view.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def test_cells_fill_the_width_at_any_size(shown: Shown) -> None:
    model, grid = shown.photos.model, shown.grid
    for width in (100, 133, 200, 320):
        grid.set_cell_width(width)
        across = columns(shown)
        right = grid.visualRect(model.index(across - 1, 0)).right()
        assert grid.width() - 14 - across <= right <= grid.width()


def test_only_pictures_of_what_is_seen_are_asked_for(qapp: QApplication, qtbot: Any) -> None:
    shown = Shown(5000)
    qtbot.addWidget(shown.grid)
    qtbot.waitUntil(lambda: len(shown.photos.model.photos) == 5000)
    qtbot.waitUntil(lambda: bool(shown.pictures.asked and shown.pictures.asked[-1]))
    assert "IMG_00000.JPG" in shown.pictures.asked[-1]
    assert len(shown.pictures.asked[-1]) < 150
    shown.pictures.asked.clear()
    bar = shown.grid.verticalScrollBar()
    bar.setValue(bar.maximum())
    qtbot.waitUntil(lambda: bool(shown.pictures.asked and shown.pictures.asked[-1]))
    assert "IMG_04999.JPG" in shown.pictures.asked[-1]
    assert "IMG_00000.JPG" not in shown.pictures.asked[-1]
    assert len(shown.pictures.asked[-1]) < 150
    shown.grid.close()


def test_a_picture_that_came_is_not_asked_for_again_unless_it_is_rough(shown: Shown, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: bool(shown.pictures.asked and shown.pictures.asked[-1]))
    asked = shown.pictures.asked[-1]
    fine, rough = asked[0], asked[1]
    shown.pictures.arrived.emit(PhotoPicture(fine, 2, 1, b"abcdef"))
    shown.pictures.arrived.emit(PhotoPicture(rough, 2, 1, b"abcdef", is_rough=True))
    shown.pictures.arrived.emit(PhotoPicture("never-asked.jpg", 2, 1, b"abcdef"))
    shown.grid._ask()
    assert fine not in shown.pictures.asked[-1]
    assert rough in shown.pictures.asked[-1]


def test_pictures_that_make_no_sense_are_not_shown(shown: Shown, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: bool(shown.pictures.asked and shown.pictures.asked[-1]))
    path = shown.pictures.asked[-1][0]
    photo = shown.photos.photo(path)
    assert photo is not None
    for broken in (
        PhotoPicture(path, 400, 300, b"short"),
        PhotoPicture(path, problem="The file is cut short."),
        PhotoPicture(path),
    ):
        shown.pictures.arrived.emit(broken)
        assert shown.pixmaps.pixmap(photo) is None
    assert not shown.grid.grab().isNull()


def test_a_name_with_bytes_that_are_no_text_arrives_whole(qapp: QApplication) -> None:
    pictures, heard = ToldPictures(), []
    pixmaps = Pixmaps(pictures)  # type: ignore[arg-type]
    pixmaps.arrived.connect(heard.append)
    photo = a_photo("caf\udce9.jpg")
    pixmaps.want([photo], 100)
    pictures.arrived.emit(PhotoPicture(photo.path, 2, 1, b"abcdef"))
    assert heard == [photo.path]


def test_screen_readers_hear_name_and_state(shown: Shown) -> None:
    index = shown.photos.model.index(0, 0)
    assert index.data(int(Qt.ItemDataRole.AccessibleTextRole)) == "IMG_00000.JPG, Sharp"
    interface = QAccessible.queryAccessibleInterface(shown.grid)
    assert interface is not None
