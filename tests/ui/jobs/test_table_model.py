"""The table's model: what differs is told, nothing is reset, order and filter are its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt

from tiepoint.ui.widgets.table_cells import Cell, Column, Row
from tiepoint.ui.widgets.table_model import TableModel

COLUMNS = (Column("name", "Name", 100), Column("size", "Size", 60, is_right=True, tip="How big"))


def a_row(key: str, size: float = 0, rank: float = 0, *tags: str, sub: str = "") -> Row:
    cells = (Cell(key, sub), Cell(f"{size:g} MB", number=size))
    return Row(key, cells, (rank,), frozenset(tags))


@pytest.fixture
def model() -> TableModel:
    return TableModel(COLUMNS)


class Told:
    """What a model said since."""

    def __init__(self, model: TableModel) -> None:
        self.resets = self.inserted = self.removed = self.layouts = 0
        self.changed: list[tuple[int, int, int, int]] = []
        model.modelReset.connect(lambda: self._add("resets", 1))
        model.rowsInserted.connect(lambda _parent, first, last: self._add("inserted", last - first + 1))
        model.rowsRemoved.connect(lambda _parent, first, last: self._add("removed", last - first + 1))
        model.layoutChanged.connect(lambda *_: self._add("layouts", 1))
        model.dataChanged.connect(
            lambda top, end, _roles: self.changed.append((top.row(), top.column(), end.row(), end.column()))
        )

    def _add(self, name: str, count: int) -> None:
        setattr(self, name, getattr(self, name) + count)


def keys(model: TableModel) -> list[str]:
    return [row.key for row in model.rows]


def steps() -> Iterator[list[Row]]:
    yield [a_row("a", 3, 1), a_row("b", 1, 2), a_row("c", 2, 3)]
    yield [a_row("c", 2, 0), a_row("a", 3, 1), a_row("d", 9, 2)]
    yield [a_row("a", 4, 1)]
    yield []
    yield [a_row(f"n{number}", number, -number) for number in range(50)]


def test_is_a_sound_model_through_every_change(model: TableModel, qtmodeltester: Any) -> None:
    qtmodeltester.check(model)
    for rows in steps():
        model.set_rows(rows)
        assert keys(model) == [row.key for row in sorted(rows, key=lambda row: row.rank)]
    model.sort(1, Qt.SortOrder.DescendingOrder)
    model.set_filter("n4")
    model.set_filter("")


def test_what_stays_is_not_told(model: TableModel) -> None:
    rows = next(steps())
    model.set_rows(rows)
    told = Told(model)
    model.set_rows(list(rows))
    assert (told.resets, told.inserted, told.removed, told.layouts, told.changed) == (0, 0, 0, 0, [])


def test_a_changed_cell_is_told_alone(model: TableModel) -> None:
    model.set_rows(next(steps()))
    told = Told(model)
    model.set_rows([a_row("a", 3, 1), a_row("b", 5, 2), a_row("c", 2, 3)])
    assert told.changed == [(1, 1, 1, 1)]
    assert told.resets == 0


def test_indexes_follow_their_rows(model: TableModel) -> None:
    model.set_rows(next(steps()))
    held = QPersistentModelIndex(model.index(2, 0))
    told = Told(model)
    model.set_rows([a_row("c", 2, 0), a_row("x", 0, 0.5), a_row("a", 3, 1), a_row("b", 1, 2)])
    assert held.row() == 0
    assert model.row_of(held) == a_row("c", 2, 0)
    assert (told.resets, told.inserted, told.removed) == (0, 1, 0)
    model.set_rows([a_row("a", 3, 1)])
    assert not held.isValid()


def test_sorts_by_number_and_back_to_attention_first(model: TableModel) -> None:
    model.set_rows([a_row("a", 3, 1), a_row("b", 10, 2), a_row("c", 2, 3)])
    model.sort(1)
    assert keys(model) == ["c", "a", "b"]
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert keys(model) == ["b", "a", "c"]
    model.sort(-1)
    assert keys(model) == ["a", "b", "c"]


def test_filters_by_words_of_every_column_and_by_tag(model: TableModel) -> None:
    model.set_rows([a_row("Beach", 3, 1, "active", sub="Draft"), a_row("Quarry", 1, 2, "over")])
    model.set_filter("dra bea")
    assert keys(model) == ["Beach"]
    model.set_filter("1 mb")
    assert keys(model) == ["Quarry"]
    model.set_filter("")
    model.set_tag("over")
    assert keys(model) == ["Quarry"]
    model.set_tag("")
    assert model.place_of("Quarry") == 1
    assert model.place_of("nowhere") is None


def test_a_row_that_changes_comes_into_the_filter(model: TableModel) -> None:
    model.set_filter("7")
    model.set_rows([a_row("a", 3)])
    assert keys(model) == []
    model.set_rows([a_row("a", 7)])
    assert keys(model) == ["a"]


def test_cells_are_spoken_with_their_column(model: TableModel) -> None:
    model.set_rows([a_row("Beach", 3, sub="Draft")])
    role = Qt.ItemDataRole.AccessibleTextRole
    assert model.data(model.index(0, 0), role) == "Name: Beach, Draft"
    assert model.data(model.index(0, 1), role) == "Size: 3 MB"
    assert model.headerData(1, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole) == "How big"


def test_missing_values_sort_last() -> None:
    assert Cell("—").sort_value > Cell("zebra").sort_value
    assert Cell("2", number=2).sort_value < Cell("10", number=10).sort_value
