"""The table by hand: keys, the clipboard, the chooser of columns, what is remembered."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tiepoint.domain.panel_state import PanelState
from tiepoint.ui.widgets.table import Table
from tiepoint.ui.widgets.table_cells import Cell, Column, Row
from tiepoint.ui.widgets.table_columns import ColumnMemory

COLUMNS = (
    Column("name", "Name", 120, takes_rest=True),
    Column("note", "Note", 140, drop=1),
    Column("state", "State", 90),
    Column("secret", "Secret", 80, is_extra=True),
)


class Kept:
    """Remembers as the panel's state does."""

    def __init__(self) -> None:
        self.state = PanelState()

    def update(self, **changes: Any) -> None:
        self.state = dataclasses.replace(self.state, **changes)


def rows(count: int = 3) -> list[Row]:
    return [
        Row(
            f"k{number}",
            (Cell(f"Job {number}", "draft"), Cell("=1+1"), Cell("Running", look="pill", state="running"), Cell("x")),
        )
        for number in range(count)
    ]


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def table(qtbot: Any, kept: Kept) -> Iterator[Table]:
    made = Table("Jobs", ColumnMemory("jobs", COLUMNS, kept), COLUMNS)
    qtbot.addWidget(made)
    made.resize(640, 300)
    made.set_rows(rows())
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.setFocus()
    return made


def seen(table: Table) -> list[str]:
    return [column.key for place, column in enumerate(COLUMNS) if not table.isColumnHidden(place)]


def test_arrows_choose_and_enter_opens(qtbot: Any, table: Table) -> None:
    chosen: list[str] = []
    opened: list[str] = []
    table.chosen.connect(chosen.append)
    table.opened.connect(opened.append)
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert chosen[-1] == opened[-1] == table.chosen_key


def test_a_click_chooses_and_a_double_click_opens(qtbot: Any, table: Table) -> None:
    opened: list[str] = []
    table.opened.connect(opened.append)
    place = table.visualRect(table.rows_model.index(1, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert table.chosen_key == "k1"
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened == ["k1"]


def test_the_chosen_row_stays_while_rows_come_and_go(qtbot: Any, table: Table) -> None:
    chosen: list[str] = []
    table.choose("k2")
    table.chosen.connect(chosen.append)
    table.set_rows([*rows(2), Row("new", rows()[0].cells, rank=(-1.0,)), rows()[2]])
    assert table.rows_model.row_of(table.currentIndex()) == rows()[2]
    table.set_rows(rows(2))
    table.set_rows(rows(3))
    assert table.chosen_key == "k2"
    assert table.currentIndex().row() == 2
    assert chosen == []


def test_copies_rows_that_no_spreadsheet_runs(qtbot: Any, table: Table) -> None:
    table.choose("k1")
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Name\tNote\tState\nJob 1, draft\t'=1+1\tRunning\n"


def test_columns_are_chosen_and_remembered(qtbot: Any, table: Table, kept: Kept) -> None:
    assert seen(table) == ["name", "note", "state"]
    table.open_column_menu()
    menu = next(each for each in table.findChildren(QMenu) if each.isVisible())
    entries = {action.text(): action for action in menu.actions() if action.text()}
    assert entries["Note"].isChecked()
    entries["Note"].trigger()
    entries["Secret"].trigger()
    menu.close()
    assert seen(table) == ["name", "state", "secret"]
    assert kept.state.columns == {"jobs": ("name", "state", "secret")}
    again = Table("Jobs", ColumnMemory("jobs", COLUMNS, kept), COLUMNS)
    qtbot.addWidget(again)
    assert seen(again) == ["name", "state", "secret"]


def test_the_usual_columns_come_back(qtbot: Any, table: Table, kept: Kept) -> None:
    memory = ColumnMemory("jobs", COLUMNS, kept)
    memory.want(COLUMNS[0], is_wanted=False)
    memory.set_width(COLUMNS[2], 200)
    assert kept.state.widths == {"jobs": {"state": 200}}
    memory.forget()
    assert (kept.state.columns, kept.state.widths) == ({}, {})


def test_the_last_column_stays(kept: Kept) -> None:
    memory = ColumnMemory("jobs", COLUMNS[:1], kept)
    memory.want(COLUMNS[0], is_wanted=False)
    assert memory.is_wanted(COLUMNS[0])


def test_a_narrow_table_leaves_out_what_matters_least(qtbot: Any, table: Table) -> None:
    table.resize(280, 300)
    assert seen(table) == ["name", "state"]
    table.resize(640, 300)
    assert seen(table) == ["name", "note", "state"]


def test_the_head_sorts_and_the_third_click_clears(qtbot: Any, table: Table) -> None:
    head = table.horizontalHeader()
    place = QPoint(head.sectionViewportPosition(0) + 20, 15)
    orders = []
    for _ in range(3):
        QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=place)
        orders.append((head.sortIndicatorSection(), [row.key for row in table.rows_model.rows]))
    assert orders[0][1] == ["k0", "k1", "k2"]
    assert orders[1][1] == ["k2", "k1", "k0"]
    assert orders[2][0] == -1


def test_the_menu_key_asks_for_the_current_row(qtbot: Any, table: Table) -> None:
    asked: list[str] = []
    table.menu_wanted.connect(lambda key, _place: asked.append(key))
    place = table.visualRect(table.rows_model.index(2, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, table.viewport().mapToGlobal(place))
    QApplication.sendEvent(table.viewport(), event)
    assert asked == ["k2"]


def test_tab_leaves_the_table(qtbot: Any, table: Table) -> None:
    assert not table.tabKeyNavigation()


def test_every_look_is_painted(qtbot: Any, table: Table) -> None:
    looks = (
        Cell("two", "lines", icon="circle-alert", tone="warn"),
        Cell("44 %", look="segments", parts=(("ok", 3), ("err", 1), ("neutral", 2))),
        Cell(look="pill", state="failed"),
        Cell("", look="bar", share=None),
    )
    table.set_rows([Row("a", looks), Row("b", looks, is_stale=True)])
    table.choose("a")
    assert not table.grab().isNull()
