"""The box to tick: mouse, keyboard, and a tick that is seen without colour."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tiepoint.ui.widgets.check_box import CheckBox


def test_box_words_and_space_toggle_it(qapp: object, qtbot: Any) -> None:
    box = CheckBox("Report, HTML", is_on=True)
    qtbot.addWidget(box)
    box.show()
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(box.width() - 8, 12))
    assert not box.isChecked()
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert box.isChecked()
    ticked = box.grab().toImage()
    box.setChecked(False)
    box.clearFocus()
    assert box.grab().toImage() != ticked
    box.close()
