"""The tree of an operation: a sound model through a whole operation, told by differences, walked by keys."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy, QTest

from fakes.life_scenes import NOW, deploy_lines, deployment, failed, hundred_lines, retrying
from tiepoint.domain.cluster_operation import ClusterOperation, LineState, OperationKind
from tiepoint.domain.operation import OperationState
from tiepoint.ui.pages.cluster.life.tree_card import TreeCard
from tiepoint.ui.pages.cluster.life.tree_model import NAME, NOTE, STATE, ResourceTreeModel
from tiepoint.ui.viewmodels.cluster_life_tree import ALL, OPEN, PROBLEMS, tree_of, tree_text


def _resume(done: int, going: int = 10) -> ClusterOperation:
    return ClusterOperation(OperationKind.RESUME, "harbour", OperationState.RUNNING, hundred_lines(done, going), NOW)


@pytest.fixture
def card(qapp: Any) -> Iterator[TreeCard]:
    made = TreeCard()
    made.resize(800, 600)
    made.show()
    made.activateWindow()
    yield made
    made.close()
    made.deleteLater()


def _lines(model: ResourceTreeModel) -> dict[str, list[str]]:
    return {
        str(model.index(row, NAME).data()): [
            str(model.index(place, NAME, model.index(row, 0)).data())
            for place in range(model.rowCount(model.index(row, 0)))
        ]
        for row in range(model.rowCount())
    }


def test_is_a_sound_model_through_a_whole_operation(qapp: Any) -> None:
    model = ResourceTreeModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    empty = dataclasses.replace(deployment(), lines=())
    steps = [
        empty,
        dataclasses.replace(deployment(), lines=deploy_lines()[:8]),
        deployment(),
        retrying().operation,
        failed().operation,
        _resume(5),
        _resume(50),
        empty,
    ]
    for operation in steps:
        assert operation is not None
        for only in (ALL, PROBLEMS, ALL):
            model.set_tree(tree_of(operation, NOW, only=only))
            shown = [name for names in _lines(model).values() for name in names]
            assert len(shown) == (len(operation.lines) if only == ALL else sum(
                line.state in (LineState.FAILED, LineState.RETRYING, LineState.CANCELED) for line in operation.lines
            ))  # fmt: skip
    tester.deleteLater()


def test_an_update_tells_only_what_differs(qapp: Any) -> None:
    model = ResourceTreeModel()
    model.set_tree(tree_of(deployment(), NOW))
    resets, inserted, removed = (
        QSignalSpy(model.modelReset),
        QSignalSpy(model.rowsInserted),
        QSignalSpy(model.rowsRemoved),
    )
    changed = QSignalSpy(model.dataChanged)
    model.set_tree(tree_of(deployment(), NOW))
    assert changed.count() == 0
    model.set_tree(tree_of(deployment(lines=deploy_lines(node_03=LineState.RETRYING)), NOW))
    touched = {model.line_of(changed.at(place)[0]).name for place in range(changed.count())}  # type: ignore[union-attr]
    assert touched == {"Nodes", "node-03"}
    assert resets.count() == inserted.count() == removed.count() == 0


def test_lines_that_change_places_are_all_there(qapp: Any) -> None:
    model = ResourceTreeModel()
    model.set_tree(tree_of(deployment(), NOW))
    turned = deployment(lines=tuple(reversed(deploy_lines())))
    model.set_tree(tree_of(turned, NOW))
    assert _lines(model)["Nodes"][:2] == ["node-02", "node-01"]


def test_what_needs_somebody_comes_first_and_the_current_line_goes_along(qapp: Any) -> None:
    model = ResourceTreeModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_tree(tree_of(deployment(), NOW))
    here = QPersistentModelIndex(model.find(deployment().lines[-4].id))
    name = here.data()
    model.set_tree(tree_of(deployment(lines=deploy_lines(node_03=LineState.RETRYING)), NOW))
    assert _lines(model)["Nodes"][0] == "node-03"
    assert here.data() == name
    tester.deleteLater()


def test_parts_under_way_are_open_and_a_choice_by_hand_stays(card: TreeCard) -> None:
    cluster = retrying()
    assert cluster.operation is not None
    card.show_operation(cluster, cluster.operation, NOW)
    tree, model = card.tree, card.tree.tree_model
    open_parts = {
        str(model.index(row, 0).data()) for row in range(model.rowCount()) if tree.isExpanded(model.index(row, 0))
    }
    assert open_parts == {"Storage", "Scheduler", "Nodes"}
    network = model.find("part:network")
    tree.setFocus()
    tree.setCurrentIndex(network)
    QTest.keyClick(tree, Qt.Key.Key_Return)
    assert tree.isExpanded(model.find("part:network"))
    card.show_operation(cluster, cluster.operation, NOW)
    assert tree.isExpanded(model.find("part:network"))
    QTest.keyClick(tree, Qt.Key.Key_Left)
    assert not tree.isExpanded(model.find("part:network"))


def test_the_current_line_and_the_scroll_position_stay_through_updates(card: TreeCard) -> None:
    cluster = retrying()
    for done in range(0, 60, 6):
        operation = _resume(done)
        card.show_operation(cluster, operation, NOW)
        if done == 0:
            tree = card.tree
            tree.setCurrentIndex(tree.tree_model.find(operation.lines[90].id))
            bar = tree.verticalScrollBar()
            bar.setValue(bar.maximum() // 2)
            place, shown = bar.value(), tree.currentIndex().data()
        assert (card.tree.verticalScrollBar().value(), card.tree.currentIndex().data()) == (place, shown)


def test_only_problems_or_what_is_not_done_and_back(card: TreeCard) -> None:
    cluster = retrying()
    assert cluster.operation is not None
    card.show_operation(cluster, cluster.operation, NOW)
    chips = card.chips
    assert [chips.chip(tag).text() for tag in (ALL, OPEN, PROBLEMS)] == ["All 25", "Not done 10", "Only problems 1"]
    QTest.mouseClick(chips.chip(PROBLEMS), Qt.MouseButton.LeftButton)
    assert _lines(card.tree.tree_model) == {"Nodes": ["node-03"]}
    QTest.mouseClick(chips.chip(OPEN), Qt.MouseButton.LeftButton)
    assert _lines(card.tree.tree_model)["Storage"] == ["lustre-harbour"]
    QTest.keyClick(chips.chip(ALL), Qt.Key.Key_Space)
    assert len(_lines(card.tree.tree_model)) == 7


def test_copies_all_of_it_and_one_line(card: TreeCard) -> None:
    cluster = retrying()
    assert cluster.operation is not None
    card.show_operation(cluster, cluster.operation, NOW)
    QTest.mouseClick(card.copy_button, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert copied == tree_text(cluster.operation, NOW)
    assert "  node-03\tRetrying\t1 min 58 s" in copied.replace("\N{NO-BREAK SPACE}", " ")
    tree = card.tree
    tree.setCurrentIndex(tree.tree_model.find(cluster.operation.lines[0].id))
    QTest.keyClick(tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().startswith("vnet-harbour\tCreated")


def test_a_line_leads_to_the_portal_by_key_and_by_menu(card: TreeCard) -> None:
    cluster = retrying()
    assert cluster.operation is not None
    card.show_operation(cluster, cluster.operation, NOW)
    wanted = QSignalSpy(card.portal_wanted)
    key = cluster.operation.lines[0].id
    card.tree.setCurrentIndex(card.tree.tree_model.find(key))
    QTest.keyClick(card.tree, Qt.Key.Key_Return)
    assert wanted.at(0) == [key]
    menu = card.menu(key)
    [action] = [each for each in menu.actions() if each.text() == "Open in portal"]
    action.trigger()
    assert wanted.at(1) == [key]


def test_ten_updates_a_second_stay_cheap(card: TreeCard, time_of: Callable[[Callable[[], object]], float]) -> None:
    cluster = retrying()
    card.show_operation(cluster, _resume(0), NOW)
    spent = time_of(lambda: [card.show_operation(cluster, _resume(done), NOW) for done in range(1, 11)])
    assert spent < 1.0


@pytest.fixture
def time_of() -> Callable[[Callable[[], object]], float]:
    """Measure processor time, which does not depend on what else this computer does."""
    import time

    def measure(work: Callable[[], object]) -> float:
        begin = time.process_time()
        work()
        return time.process_time() - begin

    return measure


def test_indexes_that_are_nowhere_show_nothing(qapp: Any) -> None:
    model = ResourceTreeModel()
    model.set_tree(tree_of(deployment(), NOW))
    assert model.line_of(QModelIndex()) is None
    assert not model.find("nothing").isValid()
    assert model.index(0, STATE).data() == "Created"
    assert model.index(0, NOTE).data() == "6 of 6"
