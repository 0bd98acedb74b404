"""Files dropped on the window with the Photos page in front: real drag and drop events, ten thousand names."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from fakes.program import FakeProgram
from page_stand import FakePanel
from photo_set_factory import ToldPhotoSets, a_set, photos
from tiepoint.ui.pages.photos.page import PhotosPage
from tiepoint.ui.pages_of_panel import rail_entries
from tiepoint.ui.shell.window import MainWindow

BUTTON, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def test_ten_thousand_files_dropped_on_the_window_reach_the_set(in_qt: Any) -> None:
    async def walk() -> None:
        sets, fake = ToldPhotoSets(a_set(photos(6))), FakeProgram()
        fake.program = dataclasses.replace(fake.program, photo_sets=sets)  # type: ignore[arg-type]
        parts = FakePanel(fake)
        page, window = PhotosPage(parts.panel), MainWindow(rail_entries())
        window.set_pages({"photos": lambda: page})
        window.show_page("photos")
        window.drops.dropped.connect(lambda paths: page.show_target(paths=paths))
        window.show()
        paths = [Path(f"/card/DCIM/{number:05d}.{'JPG' if number % 2 else 'txt'}") for number in range(10_000)]
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        place, copy = QPointF(600, 400), Qt.DropAction.CopyAction
        enter = QDragEnterEvent(place.toPoint(), copy, data, BUTTON, NONE)
        QApplication.sendEvent(window, enter)
        assert enter.isAccepted()
        drop = QDropEvent(place, copy, data, BUTTON, NONE)
        QApplication.sendEvent(window, drop)
        assert drop.isAccepted()
        ((taken, into_new),) = sets.told("add")
        assert len(taken) == 10_000
        assert {path.name for path in taken} == {path.name for path in paths}
        assert not into_new
        page.shut()
        window.close_for_good()
        await parts.stop()
        window.deleteLater()

    in_qt(walk())
