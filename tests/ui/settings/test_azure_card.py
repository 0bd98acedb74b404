"""The settings about Azure on fakes: cloud, endpoints from a file, organisation, application, tokens in a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox

from page_stand import Stand, standing, until
from tiepoint.domain.errors import InputError, UsageError
from tiepoint.ui.pages.settings.azure_card import AzureCard
from tiepoint.ui.pages.settings.page import SettingsPage
from tiepoint.ui.viewmodels.settings_cloud import cloud_of_file

InQt = Callable[[Any], Any]
CLOUD = 'authority = "https://login.here"\nmanagement = "https://arm.here"\nlabel = "Studio"\n'


def _card(stand: Stand[SettingsPage]) -> AzureCard:
    return stand.page.azure


def _type(field: Any, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_another_cloud_is_saved_at_once(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(SettingsPage) as stand:
            card = _card(stand)
            assert not card.rows["custom_cloud"].isVisible()
            card.cloud.setFocus()
            QTest.keyClick(card.cloud, Qt.Key.Key_Down)
            await until(lambda: stand.fake.settings.settings.cloud == "us-government")
            await until(lambda: "Saved" in card.rows["cloud"].word)

    in_qt(scene())


def test_a_custom_cloud_is_read_from_a_file(in_qt: InQt, tmp_path: Path) -> None:
    file = tmp_path / "cloud.toml"
    file.write_text(CLOUD, encoding="utf-8")

    async def scene() -> None:
        async with standing(SettingsPage) as stand:
            card = _card(stand)
            card.cloud.chosen.emit("custom")
            dialog = next(each for each in stand.page.window().findChildren(QFileDialog) if each.isVisible())
            dialog.fileSelected.emit(str(file))
            dialog.reject()
            await until(lambda: stand.fake.settings.settings.cloud == "custom")
            assert stand.fake.settings.settings.custom_cloud == {
                "authority": "https://login.here",
                "management": "https://arm.here",
                "label": "Studio",
            }
            assert card.rows["custom_cloud"].isVisible()

    in_qt(scene())


def test_a_file_that_describes_no_cloud_changes_nothing(in_qt: InQt, tmp_path: Path) -> None:
    file = tmp_path / "cloud.toml"
    file.write_text('authority = "http://login.here"\nmanagement = "https://arm.here"\n', encoding="utf-8")

    async def scene() -> None:
        async with standing(SettingsPage) as stand:
            stand.page.model.put_cloud_file(file)
            await until(lambda: "https://" in _card(stand).rows["custom_cloud"]._word.text())
            assert stand.fake.settings.settings.cloud == "public"

    in_qt(scene())


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("tenant", "not a domain", "studio.example"),
        ("client_id", "12345", "04b07795-8ddb-461a-bbee-02f9e1bf7b46"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(in_qt: InQt, name: str, wrong: str, right: str) -> None:
    async def scene() -> None:
        async with standing(SettingsPage) as stand:
            field = getattr(_card(stand), name)
            _type(field, wrong)
            await until(lambda: _card(stand).rows[name].word)
            assert getattr(stand.fake.settings.settings, name) == ""
            _type(field, right)
            await until(lambda: getattr(stand.fake.settings.settings, name) == right)

    in_qt(scene())


def test_tokens_go_to_a_file_only_after_a_question(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(SettingsPage) as stand:
            card = _card(stand)
            QTest.keyClick(card.plain_text, Qt.Key.Key_Space)
            box = next(each for each in stand.page.window().findChildren(QMessageBox) if each.isVisible())
            assert "not encrypted" in box.text()
            QTest.keyClick(box, Qt.Key.Key_Escape)
            await until(lambda: not stand.page.window().findChildren(QMessageBox))
            assert not card.plain_text.isChecked()
            assert not stand.fake.settings.settings.are_tokens_in_plain_text
            QTest.keyClick(card.plain_text, Qt.Key.Key_Space)
            box = next(each for each in stand.page.window().findChildren(QMessageBox) if each.isVisible())
            next(each for each in box.buttons() if each.text() == "Keep it in a file").click()
            await until(lambda: stand.fake.settings.settings.are_tokens_in_plain_text)
            await until(card.plain_text.isChecked)

    in_qt(scene())


def test_certificates_are_found_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("", encoding="utf-8")
    (tmp_path / "cloud.toml").write_text(f'[cloud]\n{CLOUD}ca_file = "ca.pem"\n', encoding="utf-8")
    assert cloud_of_file(tmp_path / "cloud.toml")["ca_file"] == str(tmp_path / "ca.pem")


@pytest.mark.parametrize(
    ("text", "error"),
    [("= no toml", InputError), ("label = 'x'", UsageError), (f"{CLOUD}ca_file = 'none.pem'", UsageError)],
)
def test_files_that_cannot_be_used_say_why(tmp_path: Path, text: str, error: type[Exception]) -> None:
    (tmp_path / "cloud.toml").write_text(text, encoding="utf-8")
    with pytest.raises(error):
        cloud_of_file(tmp_path / "cloud.toml")
    with pytest.raises(InputError):
        cloud_of_file(tmp_path / "gone.toml")
