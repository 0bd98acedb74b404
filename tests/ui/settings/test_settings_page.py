"""The Settings page on fakes: changes are saved at once, senseless ones refused, a broken file is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QPlainTextEdit

from fakes.products import FakeSettingsStore
from fakes.program import FakeProgram
from page_stand import Stand, standing, until
from tiepoint.domain.errors import SetupError
from tiepoint.domain.settings import Settings
from tiepoint.ports.settings_store import LoadedSettings
from tiepoint.ui.pages.settings.about_card import LicenceDialog, licence_text
from tiepoint.ui.pages.settings.fields import ValueField
from tiepoint.ui.pages.settings.page import SettingsPage

InQt = Callable[[Any], Any]
LEFT = Qt.MouseButton.LeftButton


class ReadOnlyStore(FakeSettingsStore):
    """Settings that cannot be written."""

    def change(self, change: Callable[[Settings], Settings]) -> LoadedSettings:
        raise SetupError("The folder cannot be written.", remedy="Give yourself the right to write there.")


def _field(stand: Stand[SettingsPage], name: str) -> ValueField:
    field = stand.page.limits.rows[name].control
    assert isinstance(field, ValueField)
    return field


def _type(field: ValueField, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text) if text else QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_the_theme_is_saved_and_told_at_once(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(SettingsPage) as stand:
            told: list[str] = []
            stand.fake.program.preferences.changed.subscribe(lambda settings: told.append(settings.theme))
            QTest.mouseClick(stand.page.appearance.theme.cards["light"], LEFT)
            await until(lambda: stand.fake.settings.settings.theme == "light")
            await until(lambda: "Saved" in stand.page.appearance.row.word)
            assert told == ["light"]
            QTest.keyClick(stand.page.appearance.theme.cards["dark"], Qt.Key.Key_Space)
            await until(lambda: stand.fake.settings.settings.theme == "dark")

    in_qt(scene())


def test_notifications_and_preset_are_saved(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(SettingsPage) as stand:
            QTest.keyClick(stand.page.notifications.toggle, Qt.Key.Key_Space)
            await until(lambda: not stand.fake.settings.settings.notifications)
            box = stand.page.captures.preset
            box.setFocus()
            QTest.keyClick(box, Qt.Key.Key_Down)
            await until(lambda: stand.fake.settings.settings.preset == "high")

    in_qt(scene())


def test_limits_are_typed_and_emptied_again(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(SettingsPage) as stand:
            await until(lambda: stand.page.model.memory_bytes)
            _type(_field(stand, "workers"), "1")
            _type(_field(stand, "memory_limit_bytes"), "4 gb")
            await until(lambda: stand.fake.settings.settings.memory_limit_bytes == 4 * 10**9)
            assert stand.fake.settings.settings.workers == 1
            assert _field(stand, "memory_limit_bytes").text() == "4.0 GB"
            _type(_field(stand, "workers"), "")
            await until(lambda: stand.fake.settings.settings.workers is None)
            assert "Automatic" in _field(stand, "workers").placeholderText()

    in_qt(scene())


def test_senseless_values_are_refused_with_the_reason_and_stay_to_be_mended(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(SettingsPage) as stand:
            await until(lambda: stand.page.model.memory_bytes)
            field, line = _field(stand, "memory_limit_bytes"), stand.page.limits.rows["memory_limit_bytes"]
            _type(field, "999 GB")
            assert line.word == "This computer has 16 GB only."
            assert field.text() == "999 GB"
            assert stand.fake.settings.settings.memory_limit_bytes is None
            QTest.keyClick(field, Qt.Key.Key_Escape)
            assert field.text() == ""

    in_qt(scene())


def test_settings_that_cannot_be_written_say_so_in_their_row(in_qt: InQt) -> None:
    async def scene() -> None:
        fake = FakeProgram()
        fake.settings.change = ReadOnlyStore().change  # type: ignore[method-assign]
        async with standing(SettingsPage, fake) as stand:
            QTest.mouseClick(stand.page.appearance.theme.cards["light"], LEFT)
            await until(lambda: "cannot be written" in stand.page.appearance.row.word)

    in_qt(scene())


def test_the_captures_folder_counts_from_the_next_start(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(SettingsPage) as stand:
            await until(lambda: stand.page.model.folder_now == Path("/captures"))
            stand.page.captures.folder.chosen.emit("/elsewhere")
            await until(lambda: stand.fake.settings.settings.captures_folder == "/elsewhere")
            words = [label.text() for label in stand.page.findChildren(QLabel)]
            assert any("From the next start on. This run still uses /captures" in each for each in words)
            QTest.mouseClick(stand.page.captures.folder.usual, LEFT)
            await until(lambda: stand.fake.settings.settings.captures_folder is None)

    in_qt(scene())


def test_the_folder_is_chosen_in_a_dialog_that_stops_nothing(in_qt: InQt, tmp_path: Path) -> None:
    async def scene() -> None:
        async with standing(SettingsPage) as stand:
            QTest.mouseClick(stand.page.captures.folder.choose, LEFT)
            dialog = stand.page.window().findChild(QFileDialog)
            assert dialog is not None
            dialog.setDirectory(str(tmp_path))
            dialog.fileSelected.emit(str(tmp_path))
            dialog.reject()
            await until(lambda: stand.fake.settings.settings.captures_folder == str(tmp_path))

    in_qt(scene())


def test_a_broken_settings_file_is_said(in_qt: InQt) -> None:
    async def scene() -> None:
        fake = FakeProgram()
        fake.settings.set_aside = Path("/settings/settings.broken.json")
        async with standing(SettingsPage, fake) as stand:
            await until(
                lambda: any(
                    "settings.broken.json" in label.text() and label.isVisible()
                    for label in stand.page.findChildren(QLabel)
                )
            )

    in_qt(scene())


def test_licences_can_be_read(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(SettingsPage) as stand:
            QTest.mouseClick(stand.page.about.licences["icons"], LEFT)
            await until(lambda: stand.page.window().findChild(LicenceDialog) is not None)
            dialog = stand.page.window().findChild(LicenceDialog)
            shown = dialog.findChild(QPlainTextEdit)
            assert "Lucide" in shown.toPlainText()
            dialog.accept()

    in_qt(scene())


def test_every_licence_has_a_text() -> None:
    assert "Apache License" in licence_text("tiepoint")
    assert "SIL Open Font License" in licence_text("fonts").replace("SIL OPEN FONT LICENSE", "SIL Open Font License")
    assert "ISC" in licence_text("icons")
