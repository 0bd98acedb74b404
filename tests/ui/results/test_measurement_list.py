"""The list of measurements as an item model, and its keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from tiepoint.domain.measurement import MeasurementKind
from tiepoint.ui.pages.results.measurement_list import MeasurementListModel, MeasurementListView
from tiepoint.ui.viewmodels.measuring_words import MeasurementRow


def rows(*names: str) -> list[MeasurementRow]:
    return [
        MeasurementRow(f"m{number}", MeasurementKind.DISTANCE, name, "2.221 m", "± 9 mm", ("Rise: 0 m",))
        for number, name in enumerate(names)
    ]


def test_the_item_model_keeps_the_rules(qtmodeltester: ModelTester) -> None:
    model = MeasurementListModel()
    qtmodeltester.check(model)
    model.show_rows(rows("a", "b"))
    qtmodeltester.check(model)
    model.show_rows(rows("a", "b", "c"))
    model.show_rows(rows("a"))
    assert model.rowCount() == 1
    assert model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole) == "a: 2.221 m ± 9 mm"


def test_tool_tips_cannot_become_html() -> None:
    model = MeasurementListModel()
    model.show_rows(rows("<b>x</b>"))
    tip = model.data(model.index(0), Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;x&lt;/b&gt;" in tip


def test_f2_renames_and_del_removes(qtbot: QtBot) -> None:
    model = MeasurementListModel()
    view = MeasurementListView(model)
    qtbot.addWidget(view)
    model.show_rows(rows("a", "b"))
    view.show()
    view.activateWindow()
    qtbot.waitExposed(view)
    view.setFocus()
    view.setCurrentIndex(model.index(1))
    renamed, deleted = [], []
    model.renamed.connect(lambda *told: renamed.append(told))
    view.delete_wanted.connect(deleted.append)
    QTest.keyClick(view, Qt.Key.Key_F2)
    editor = view.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "Cornice")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: renamed == [("m1", "Cornice")])
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert deleted == ["m1"]
    assert view.current_id == "m1"
