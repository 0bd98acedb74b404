"""The Nodes page and its rules: attention first, ages, versions, filters, the way to the job, two hundred nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from fakes.job_scenes import a_job, a_node, later
from fakes.program import FakeProgram
from page_stand import standing, until
from tiepoint.domain.node import Gpu, Node, NodeLoad, NodeState
from tiepoint.ui.pages.nodes.page import NodesPage
from tiepoint.ui.viewmodels.nodes_rows import NodeContext, node_columns, node_row, node_state, worker_row
from tiepoint.ui.widgets.table_cells import Cell

InQt = Callable[[Any], Any]
CONTEXT = NodeContext(later(3), {a_job().id: "Beach <b>"}, "0.1.0")


def cell(node: Node, column: str, context: NodeContext = CONTEXT) -> Cell:
    place = [each.key for each in node_columns()].index(column)
    return node_row(node, context).cells[place]


def test_a_busy_node_tells_job_stage_load_and_age() -> None:
    node = a_node(task_progress=0.62)
    assert (cell(node, "job").text, cell(node, "job").sub) == ("Beach <b>", "Depth maps")
    assert cell(node, "task").share == pytest.approx(0.62)
    assert cell(node, "heard").text == "now"
    assert cell(node, "heard", NodeContext(later(9), version="0.1.0")).text.endswith("ago")
    assert " of " in cell(node, "memory").said
    assert cell(a_node(), "task").share is None


def test_a_busy_node_that_says_nothing_is_silent_and_an_idle_one_is_not() -> None:
    late = NodeContext(later(120), version="0.1.0")
    assert node_state(a_node(), late) == "silent"
    assert cell(a_node(), "heard", late).tone == "warn"
    assert node_state(a_node(1, NodeState.READY), late) == "ready"
    assert cell(a_node(1, NodeState.READY), "heard", late).text == "idle"


def test_a_lost_link_makes_nobody_silent() -> None:
    late = NodeContext(later(120), version="0.1.0", is_stale=True)
    row = node_row(a_node(), late)
    assert row.is_stale
    assert row.tags == {"working"}
    assert cell(a_node(), "heard", late).text.count(":") == 2


def test_another_version_stands_out() -> None:
    assert cell(a_node(version="0.0.9"), "version").tone == "warn"
    assert "attention" in node_row(a_node(version="0.0.9"), CONTEXT).tags


def test_errors_memory_near_its_limit_and_cards_are_told() -> None:
    assert cell(a_node(errors=2), "errors").tone == "warn"
    full = a_node(load=NodeLoad(0.9, 7_900_000_000))
    assert cell(full, "memory").tone == "warn"
    assert cell(a_node(gpus=(Gpu("A10"),)), "capability").text == "CPU + GPU"
    assert cell(a_node(load=None), "cpu").text == "—"


def test_what_needs_attention_comes_first() -> None:
    nodes = [a_node(1, NodeState.READY), a_node(2), a_node(3, NodeState.FAILED), a_node(10, NodeState.READY)]
    rows = sorted((node_row(node, CONTEXT) for node in nodes), key=lambda row: row.rank)
    assert [row.key for row in rows] == ["worker-3", "worker-2", "worker-1", "worker-10"]


def test_workers_of_a_job_say_what_they_do() -> None:
    assert [each.text for each in worker_row(a_node(), CONTEXT).cells[:2]] == ["worker-1", "Depth maps"]
    assert worker_row(a_node(1, NodeState.READY), CONTEXT).cells[1].text == "No task"


def a_program(*nodes: Node) -> FakeProgram:
    fake = FakeProgram()
    fake.scheduler.all_jobs = {a_job().id: a_job()}
    fake.scheduler.all_nodes = {node.id: node for node in nodes}
    return fake


def test_the_page_counts_filters_and_leads_to_the_job(in_qt: InQt) -> None:
    async def scene() -> None:
        fake = a_program(a_node(1), a_node(2, NodeState.READY), a_node(3, NodeState.FAILED))
        async with standing(NodesPage, fake) as stand:
            page = stand.page
            await until(lambda: len(page.viewmodel.rows) == 3 and not page.viewmodel.is_stale)
            await until(lambda: page.chips.chip("").text() == "All 3")
            assert page.strip().state == "connected"
            chip = next(each for each in page.findChildren(QPushButton) if each.text().startswith("Idle"))
            QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
            assert [row.key for row in page.table.rows_model.rows] == ["worker-2"]
            QTest.mouseClick(page.chips.chip(""), Qt.MouseButton.LeftButton)
            page.show_target(node="worker-1")
            page.focus_first()
            await until(lambda: page.table.chosen_key == "worker-1")
            QTest.keyClick(page.table, Qt.Key.Key_Return)
            assert stand.parts.navigator.gone == [("jobs", {"job": a_job().id})]

    in_qt(scene())


def test_no_action_stands_on_a_node_that_the_agent_cannot_do(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(NodesPage, a_program(a_node())) as stand:
            await until(lambda: stand.page.inspector.isVisible())
            words = {each.text() for each in stand.page.inspector.findChildren(QPushButton) if each.isVisible()}
            assert words <= {"Show the job"}

    in_qt(scene())


def test_a_lost_link_keeps_the_nodes_as_last_known(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(NodesPage, a_program(a_node())) as stand:
            page = stand.page
            await until(lambda: page.viewmodel.rows and not page.viewmodel.is_stale)
            stand.fake.scheduler.lose()
            await until(lambda: page.table.rows_model.rows and page.table.rows_model.rows[0].is_stale)
            assert page.banner.isVisible()
            assert page.strip().state == "lost"

    in_qt(scene())


def test_two_hundred_nodes_keep_the_place_of_who_looks(in_qt: InQt) -> None:
    async def scene() -> None:
        fake = a_program(*(a_node(number) for number in range(200)))
        async with standing(NodesPage, fake) as stand:
            page = stand.page
            await until(lambda: len(page.table.rows_model.rows) == 200)
            page.show_target(node="worker-150")
            await until(lambda: page.table.chosen_key == "worker-150")
            page.table.scrollToBottom()
            place = page.table.verticalScrollBar().value()
            resets: list[int] = []
            page.table.rows_model.modelReset.connect(lambda: resets.append(1))
            job = a_job()
            for number in range(200):
                node = a_node(number, task_progress=number / 200, heard=later(number))
                fake.scheduler.all_nodes[node.id] = node
                fake.scheduler.set(job.id)
            await until(lambda: any(cell.share for row in page.table.rows_model.rows for cell in row.cells))
            assert page.table.verticalScrollBar().value() == place
            assert page.table.chosen_key == "worker-150"
            assert resets == []

    in_qt(scene())
