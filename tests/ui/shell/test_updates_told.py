"""A newer version as people hear of it: one toast, a button on the rail, and a dialog that installs nothing."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from fakes.program import FakeProgram
from fakes.updates import a_download, a_manifest, a_release
from page_stand import FakePanel, until
from tiepoint.domain.errors import SetupError
from tiepoint.domain.policy import Policy
from tiepoint.domain.release import UpdateNotes
from tiepoint.ui.pages_of_panel import rail_entries
from tiepoint.ui.shell.update_dialog import UpdateDialog
from tiepoint.ui.shell.update_notice import UpdateNotice
from tiepoint.ui.shell.window import MainWindow
from tiepoint.ui.widgets.buttons import IconButton

InQt = Callable[[Any], Any]
LEFT = Qt.MouseButton.LeftButton
WHERE = Policy(update_address="https://updates.example/list")


@pytest.fixture(autouse=True)
def _on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")


class _Scene:
    def __init__(self, parts: FakePanel, window: MainWindow) -> None:
        self.parts, self.window = parts, window
        self.notice = UpdateNotice(window, parts.panel)

    @property
    def fake(self) -> FakeProgram:
        return self.parts.fake

    async def look(self) -> None:
        await self.fake.program.updates.look()

    def dialog(self) -> UpdateDialog | None:
        return next((each for each in self.window.findChildren(UpdateDialog) if each.isVisible()), None)


@contextlib.asynccontextmanager
async def scene_of(*releases: Any) -> AsyncIterator[_Scene]:
    fake = FakeProgram(policy=WHERE)
    fake.update_source.manifest = a_manifest(*releases)
    parts, window = FakePanel(fake), MainWindow(rail_entries())
    scene = _Scene(parts, window)
    window.show()
    try:
        yield scene
    finally:
        scene.notice.shut()
        window.close_for_good()
        await fake.program.updates.stop()
        await parts.stop()
        window.deleteLater()


def _lies_below(dialog: UpdateDialog, lower: str, upper: str) -> None:
    places = {}
    for label in dialog.findChildren(QLabel):
        for words in (lower, upper):
            if label.text().startswith(words):
                places[words] = QRect(label.mapTo(dialog, QPoint()), label.size())
    assert places[lower].top() >= places[upper].bottom()


def _texts(dialog: UpdateDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if not label.isHidden())


def test_a_newer_version_is_told_once_and_stays_on_the_rail(in_qt: InQt) -> None:
    async def play() -> None:
        async with scene_of() as scene:
            assert scene.notice.button.isHidden()
            await scene.look()
            assert scene.notice.button.isVisible()
            assert scene.notice.button.accessibleName() == "Tiepoint 0.2.0 is available"
            await until(lambda: scene.fake.update_memory.notes.told == "0.2.0")
            await scene.look()
            assert [(each.state, each.title) for each in scene.parts.said] == [("info", "Tiepoint 0.2.0 is available")]

    in_qt(play())


def test_what_takes_several_lines_lies_over_nothing(in_qt: InQt) -> None:
    async def play() -> None:
        others = tuple(a_download(f"system-number-{number}-with-a-long-name") for number in range(12))
        async with scene_of(a_release(downloads=others)) as scene:
            await scene.look()
            dialog = UpdateDialog(scene.parts.panel, scene.window)
            dialog.open()
            _lies_below(dialog, "There is no file of this version", "A lost link")
            _lies_below(dialog, "The browser gets the file", "There is no file of this version")
            dialog.reject()

    in_qt(play())


def test_one_that_was_told_before_is_not_told_again(in_qt: InQt) -> None:
    async def play() -> None:
        async with scene_of() as scene:
            scene.fake.update_memory.notes = UpdateNotes(told="0.2.0")
            await scene.look()
            assert scene.notice.button.isVisible()
            assert scene.parts.said == []

    in_qt(play())


def test_a_security_release_is_told_as_one(in_qt: InQt) -> None:
    async def play() -> None:
        async with scene_of(a_release("0.3.0"), a_release("0.2.1", is_security=True)) as scene:
            await scene.look()
            assert [(each.state, each.text) for each in scene.parts.said] == [("warning", "It closes a security hole.")]
            scene.notice.open()
            dialog = scene.dialog()
            assert dialog is not None
            dialog.reject()

    in_qt(play())


def test_the_dialog_shows_notes_files_and_digests_and_opens_the_browser(in_qt: InQt) -> None:
    async def play() -> None:
        async with scene_of(a_release("0.3.0"), a_release("0.2.0", notes="<b>Plain</b>\n- \x07Harmless")) as scene:
            await scene.look()
            opened: list[str] = []
            dialog = UpdateDialog(
                scene.parts.panel, scene.window, open_page=lambda address: bool(opened.append(address)) or True
            )
            dialog.open()
            said = _texts(dialog)
            for words in ("You have 0.1.0", "Tiepoint 0.3.0", "Tiepoint 0.2.0", "twice as fast", "5f" * 32, "412 MB"):
                assert words in said
            assert "<b>Plain</b>" in said
            assert "\x07" not in said
            assert "windows" not in said
            assert "For Debian and Ubuntu" in said
            assert "For every Linux system" in said
            QTest.mouseClick(dialog.downloads[0], LEFT)
            assert opened == ["https://updates.example/tiepoint.linux-x86_64-deb"]
            copy = next(each for each in dialog.findChildren(IconButton) if "linux-x86_64-deb" in each.toolTip())
            QTest.mouseClick(copy, LEFT)
            assert QGuiApplication.clipboard().text() == "5f" * 32
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
            assert scene.notice.button.isVisible()

    in_qt(play())


def test_without_a_browser_the_address_is_said(in_qt: InQt) -> None:
    async def play() -> None:
        async with scene_of() as scene:
            await scene.look()
            dialog = UpdateDialog(scene.parts.panel, scene.window, open_page=lambda _address: False)
            dialog.open()
            QTest.mouseClick(dialog.downloads[0], LEFT)
            assert "https://updates.example/" in scene.parts.said[-1].text
            dialog.reject()

    in_qt(play())


@pytest.mark.parametrize(("button", "kept"), [("skip", "skipped"), ("later", "later")])
def test_skipping_and_putting_off_take_the_button_away(in_qt: InQt, button: str, kept: str) -> None:
    async def play() -> None:
        async with scene_of() as scene:
            await scene.look()
            QTest.mouseClick(scene.notice.button, LEFT)
            dialog = scene.dialog()
            assert dialog is not None
            QTest.mouseClick(getattr(dialog, button), LEFT)
            await until(scene.notice.button.isHidden)
            assert getattr(scene.fake.update_memory.notes, kept)

    in_qt(play())


def test_what_cannot_be_kept_is_said(in_qt: InQt) -> None:
    async def play() -> None:
        async with scene_of() as scene:
            await scene.look()
            await until(lambda: scene.fake.update_memory.notes.told)
            scene.fake.update_memory.failure = SetupError("The folder cannot be written.", remedy="Get the right to.")
            scene.notice.model.skip()
            await until(lambda: any("cannot be written" in each.title for each in scene.parts.said))

    in_qt(play())


@pytest.mark.parametrize(
    ("downloads", "words"),
    [((), "No file is offered"), (tuple(each for each in a_release().downloads if "mac" in each.system), "only for")],
)
def test_where_there_is_no_file_that_is_said(in_qt: InQt, downloads: Any, words: str) -> None:
    async def play() -> None:
        async with scene_of(a_release(downloads=downloads)) as scene:
            await scene.look()
            dialog = UpdateDialog(scene.parts.panel, scene.window)
            dialog.open()
            assert words in _texts(dialog)
            assert dialog.downloads == []
            dialog.reject()

    in_qt(play())
