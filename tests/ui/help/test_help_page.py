"""The Help page, and that its table of shortcuts is the truth."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

import tiepoint.ui
from page_stand import standing, until
from tiepoint.ui.pages.help.page import HelpPage
from tiepoint.ui.pages.help.shortcuts import SHORTCUTS
from tiepoint.ui.pages.page import Page, StripContent
from tiepoint.ui.shell.rail import RailEntry
from tiepoint.ui.shell.window import MainWindow

InQt = Callable[[Any], Any]
_UI = Path(tiepoint.ui.__file__).parent
_SEQUENCE = re.compile(r"(?:(?:Ctrl|Alt|Shift|Meta)\+)+\w+|F\d{1,2}")
_BUILT_IN = {"Tab", "Shift+Tab", "Ctrl+C"}
_GROUPS = {
    "pages/nodes": "Nodes",
    "pages/cluster/": "Cluster",
    "pages/photos": "Photos",
    "pages/jobs": "Jobs",
    "pages/results": "Results",
    "pages/transfers": "Transfers",
    "viewer": "3D view",
}


def _told(group: str = "") -> set[str]:
    """Return the keys in the table, of all groups or of one; what holds everywhere is in each."""
    wanted = {group, "Everywhere"} if group else {name for name, _ in SHORTCUTS}
    listed = [keys for name, shortcuts in SHORTCUTS if name in wanted for keys, _ in shortcuts]
    return {key for keys in listed for key in keys.split(" ") if key != "…"}


def _used() -> Iterator[tuple[str, str]]:
    """Return every key sequence that stands as a text in the panel's source, and in which file."""
    for path in _UI.rglob("*.py"):
        if path.name == "shortcuts.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SEQUENCE.fullmatch(node.value):
                yield node.value, path.relative_to(_UI).as_posix()


def _group_of(path: str) -> str:
    return next((group for folder, group in _GROUPS.items() if path.startswith(folder)), "Everywhere")


def _of_pages() -> set[str]:
    return {f"Ctrl+{number}" for number in range(1, 10)}


def test_every_shortcut_of_the_source_is_in_the_table() -> None:
    missing = {f"{keys} ({path})" for keys, path in _used() if keys not in _told(_group_of(path)) | _of_pages()}
    assert not missing, f"add these to tiepoint/ui/pages/help/shortcuts.py: {missing}"


def test_every_shortcut_of_the_table_is_in_the_source() -> None:
    used = {keys for keys, _ in _used()}
    stale = {key for key in _told() if _SEQUENCE.fullmatch(key)} - used - _BUILT_IN - _of_pages()
    assert not stale, f"no longer in the panel: {stale}"


def test_every_key_is_one_that_qt_knows() -> None:
    assert all(QKeySequence(key).count() == 1 for key in _told())


def test_copies_versions_and_shows_places(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(HelpPage) as stand:
            await until(lambda: stand.fake.program.computer.snapshot.engine is not None)
            stand.page.copy_action.trigger()
            text = QGuiApplication.clipboard().text()
            assert text.startswith("Tiepoint 0.1.0\nPython ")
            assert "pycolmap 4.2.1" in text
            assert stand.page.places.captures.folder == Path("/captures")
            assert stand.parts.said[-1].title == "The versions are on the clipboard."

    in_qt(scene())


def test_f1_opens_it_from_any_page(qtbot: QtBot) -> None:
    window = MainWindow((RailEntry("photos", "images", "Photos"), RailEntry("help", "circle-help", "Help")))
    window.set_pages({name: lambda: _Blank() for name in ("photos", "help")})
    qtbot.addWidget(window, before_close_func=lambda shown: shown.close_for_good())
    window.show_page("photos")
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_F1)
    assert window.current == "help"


class _Blank(Page):
    """A page with nothing on it."""

    def strip(self) -> StripContent:
        return StripContent("blank")
