"""The Transfers page pretends nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QAbstractItemView, QLabel

from page_stand import standing, until
from tiepoint.ui.pages.transfers.page import TransfersPage

InQt = Callable[[Any], Any]


def test_says_that_uploads_come_later_and_where_captures_are(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(TransfersPage) as stand:
            await until(lambda: any("/captures" in each.text() for each in stand.page.findChildren(QLabel)))
            words = " ".join(each.text() for each in stand.page.findChildren(QLabel))
            assert "come with a later version" in words
            assert not stand.page.findChildren(QAbstractItemView)

    in_qt(scene())
