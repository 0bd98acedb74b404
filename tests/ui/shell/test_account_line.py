"""The line at the window's foot, on fakes: who, where, how old, and its menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from fakes.azure_scenes import OFFLINE, a_cluster
from page_stand import FakePanel, until
from tiepoint.ui.shell.account_line import AccountLine

InQt = Callable[[Any], Any]


def _words(line: AccountLine) -> str:
    return " ".join(label.text() for label in line.findChildren(QLabel) if label.isVisible())


def test_says_who_is_signed_in_and_how_old_the_data_is(in_qt: InQt) -> None:
    async def scene() -> None:
        parts = FakePanel()
        line = AccountLine(parts.panel)
        line.resize(900, 28)
        try:
            azure = parts.fake.azure
            line.show()
            line.refresh()
            assert not line.isVisible()
            azure.sign_in.put_signed_in()
            assert line.isVisible()
            assert line.account.text() == "ada@atelier.example  ·  Atelier ▸ Workshop"
            azure.clusters.put(a_cluster(), updated=a_cluster().updated)
            await until(lambda: "Azure: read" in _words(line))
            azure.clusters.put(a_cluster(), failure=OFFLINE)
            await until(lambda: "Azure does not answer, last read" in _words(line))
            QTest.keyClick(line.account, Qt.Key.Key_Space)
            await until(line.menu.isVisible)
            assert any(entry.text() == "Sign out" for entry in line.menu.actions())
            line.menu.close()
            azure.sign_in.put(account=None, subscription=None)
            assert not line.isVisible()
        finally:
            line.close()
            line.deleteLater()
            await parts.stop()

    in_qt(scene())
