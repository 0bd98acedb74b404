"""Looking at windows from tests."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QWidget


def left_windows(application: QApplication) -> list[QWidget]:
    """Return top-level widgets that are still shown."""
    return [widget for widget in application.topLevelWidgets() if widget.isVisible()]
