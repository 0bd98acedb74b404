"""Every control of every page is reached with Tab, one after the other, and Tab is never caught anywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from page_stand import until
from ui.scenes import SCENES

InQt = Callable[[Any], Any]
_MOST_STEPS: Final = 120


def _reachable(root: QWidget) -> set[QWidget]:
    """Return what the keyboard should come to: enabled, seen, and taking the focus by Tab."""
    return {
        each
        for each in root.findChildren(QWidget)
        if each.isVisible()
        and each.isEnabled()
        and bool(each.focusPolicy() & Qt.FocusPolicy.TabFocus)
        and each.focusProxy() is None
        and each.window() is root.window()
    }


def _walked(root: QWidget) -> set[QWidget]:
    """Press Tab until the walk begins anew."""
    seen: set[QWidget] = set()
    for _ in range(_MOST_STEPS):
        focused = root.window().focusWidget() or root
        QTest.keyClick(focused, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        if now is None or now in seen:
            break
        seen.add(now)
    return seen


@pytest.mark.parametrize("name", SCENES)
def test_tab_reaches_every_control(in_qt: InQt, name: str) -> None:
    async def scene() -> None:
        async with SCENES[name]() as shown:
            window = shown.window()
            window.activateWindow()
            await until(window.isActiveWindow)
            walked = _walked(shown)
            missed = {
                f"{type(each).__name__} “{each.accessibleName()}”"
                for each in _reachable(shown) - walked
                if each.isVisible()
            }
            assert walked
            assert not missed, f"Tab does not reach {sorted(missed)}"

    in_qt(scene())
