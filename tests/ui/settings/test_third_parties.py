"""The list of others' work: it opens from the About card, is looked through, and shows each licence."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest

from page_stand import standing, until
from patience import PATIENCE_S
from tiepoint import notices
from tiepoint.notices import Notice
from tiepoint.ui.pages.settings.page import SettingsPage
from tiepoint.ui.pages.settings.third_party_dialog import NoticeModel, ThirdPartyDialog

InQt = Callable[[Any], Any]
LEFT = Qt.MouseButton.LeftButton
NOTICES = (
    Notice("Qt", "6.11", "LGPL-3.0-only", "The Qt Company", "https://example.org", ("PySide6",)),
    Notice("zlib", "1.3", "Zlib"),
)


def test_the_about_card_opens_the_list_of_the_environment(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(SettingsPage) as stand:
            QTest.mouseClick(stand.page.about.third_parties, LEFT)
            await until(lambda: stand.page.window().findChild(ThirdPartyDialog) is not None)
            dialog = stand.page.window().findChild(ThirdPartyDialog)
            await until(dialog.sought.hasFocus)
            QTest.keyClicks(dialog.sought, "numpy")
            QTest.keyClick(dialog.sought, Qt.Key.Key_Backspace)
            model = dialog.list.model()
            await until(lambda: 0 < model.rowCount() < 20)
            place = dialog.list.visualRect(model.index(0, 0)).center()
            QTest.mouseClick(dialog.list.viewport(), LEFT, pos=QPoint(place))
            await until(lambda: len(dialog.text.toPlainText()) > 200)
            dialog.accept()

    in_qt(scene())


def test_found_by_name_licence_and_what_it_lies_in(in_qt: InQt) -> None:
    async def scene() -> None:
        dialog = ThirdPartyDialog(NOTICES, Path("/licences"))
        asked: list[Notice] = []
        dialog.text_wanted.connect(asked.append)
        dialog.choose_first()
        assert asked == [NOTICES[0]]
        dialog.show_text(NOTICES[1], "not the chosen one")
        assert dialog.text.toPlainText() == ""
        dialog.show_text(NOTICES[0], "GNU LESSER")
        assert dialog.text.toPlainText() == "GNU LESSER"
        for words, count in (("pyside", 1), ("LGPL", 1), ("zlib", 1), ("", 2), ("nothing", 0)):
            dialog.sought.setText(words)
            assert dialog.list.model().rowCount() == count
        dialog.close()
        dialog.deleteLater()

    in_qt(scene())


def test_the_dialog_opens_before_the_list_is_read(in_qt: InQt, monkeypatch: pytest.MonkeyPatch) -> None:
    is_read = threading.Event()

    def read() -> tuple[Notice, ...]:
        is_read.wait(PATIENCE_S)
        return NOTICES

    monkeypatch.setattr(notices, "notices", read)

    async def scene() -> None:
        async with standing(SettingsPage) as stand:
            window = stand.page.window()
            for is_closed_early in (True, False):
                is_read.clear()
                QTest.mouseClick(stand.page.about.third_parties, LEFT)
                await until(lambda: window.findChild(ThirdPartyDialog) is not None)
                dialog = window.findChild(ThirdPartyDialog)
                assert dialog.isVisible()
                assert "Reading" in dialog._name.text()
                assert not dialog.sought.isEnabled()
                if is_closed_early:
                    dialog.accept()
                    await until(lambda: window.findChild(ThirdPartyDialog) is None)
                    is_read.set()
            is_read.set()
            await until(lambda: dialog.list.model().rowCount() == 2)
            await until(dialog.sought.isEnabled)
            assert dialog._name.text().startswith("Qt 6.11")
            dialog.accept()

    in_qt(scene())


def test_whoever_passes_the_program_on_is_told_of_the_gpl_inside(in_qt: InQt) -> None:
    async def scene() -> None:
        inside = Notice("SPQR", "7", "GPL-2.0-or-later", part_of=("pycolmap",))
        others = (Notice("a", "1", "EPL-2.0 OR GPL-2.0-or-later"), Notice("b", "1", "GPL-3.0-or-later WITH X"))
        for more, is_told in (((*others, inside), True), (others, False)):
            dialog = ThirdPartyDialog((*NOTICES, *more), Path("/licences"))
            assert ("Parts of pycolmap are under the GPL" in dialog._said.text()) is is_told
            dialog.close()
            dialog.deleteLater()

    in_qt(scene())


def test_where_nothing_is_found_no_licence_of_another_is_shown(in_qt: InQt) -> None:
    async def scene() -> None:
        dialog = ThirdPartyDialog(NOTICES, None)
        dialog.choose_first()
        dialog.show_text(NOTICES[0], "GNU LESSER")
        dialog.sought.setText("metashape")
        assert "Nothing here is called “metashape”" in dialog._name.text()
        assert (dialog.text.toPlainText(), dialog._licence.text(), dialog._source.text()) == ("", "", "")
        asked: list[Notice] = []
        dialog.text_wanted.connect(asked.append)
        dialog.sought.clear()
        assert asked == [NOTICES[0]]
        dialog.close()
        dialog.deleteLater()
        empty = ThirdPartyDialog((), None)
        assert "No list of others’ work" in empty._name.text()
        empty.close()
        empty.deleteLater()

    in_qt(scene())


def test_the_list_is_a_proper_model(in_qt: InQt) -> None:
    async def scene() -> None:
        model = NoticeModel(NOTICES)
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
        assert model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "Qt 6.11, LGPL-3.0-only"

    in_qt(scene())
