"""*Upload to…* from the Photos page: by button and key, with the included photos only, and then to their page."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fakes.program import FakeProgram
from page_stand import Stand, until
from photo_set_factory import MISSING, a_photo, a_set, photos, working
from tiepoint.domain.photo_set import PhotoSet, SetPhase
from tiepoint.ui.pages.photos.page import PhotosPage
from tiepoint.ui.pages.transfers.upload_dialog import UploadDialog
from ui.scenes import standing_with

InQt = Callable[[Any], Any]
URL = "https://ourphotos.blob.core.windows.net/captures?sv=2021-12-02&se=2099-01-01&sr=c&sp=rcwl&sig=secret"


@contextlib.asynccontextmanager
async def photos_page(current: PhotoSet) -> AsyncIterator[Stand[PhotosPage]]:
    fake = FakeProgram()
    async with standing_with(current, fake) as stand:
        await until(lambda: stand.page.work is not None)
        yield stand


def the_dialog() -> UploadDialog | None:
    return next((each for each in QApplication.topLevelWidgets() if isinstance(each, UploadDialog)), None)


def test_included_photos_go_up_and_their_page_is_shown(in_qt: InQt) -> None:
    async def scene() -> None:
        bad = a_photo("gone.jpg", 9, issues=(MISSING,))
        async with photos_page(a_set((bad, *photos(4)))) as stand:
            page = stand.page
            assert "Upload to…" in [each.text() for each in page.strip().actions]
            page.activateWindow()
            await until(page.isActiveWindow)
            QTest.keyClick(page, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
            await until(the_dialog)
            dialog = the_dialog()
            assert dialog is not None
            dialog.address.line.setText(URL)
            QTest.mouseClick(dialog.go_button, Qt.MouseButton.LeftButton)
            worker = stand.fake.transfer_worker
            await until(lambda: stand.parts.navigator.gone)
            assert stand.parts.navigator.gone == [("transfers", {"transfer": "transfer-1"})]
            assert sorted(each.path for each in worker.sources) == sorted(each.path for each in photos(4))
            await until(lambda: the_dialog() is None)

    in_qt(scene())


def test_photos_that_are_still_being_listed_are_not_sent(in_qt: InQt) -> None:
    async def scene() -> None:
        async with photos_page(working(photos(3), SetPhase.SCAN, 3, None)) as stand:
            next(each for each in stand.page.strip().actions if each.text() == "Upload to…").trigger()
            assert [each.title for each in stand.parts.said] == ["The photos are still being listed"]
            assert the_dialog() is None

    in_qt(scene())
