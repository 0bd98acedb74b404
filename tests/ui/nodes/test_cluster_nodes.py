"""Nodes of a cluster: Azure beside the scheduler, what needs attention first, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from fakes.job_scenes import a_job, later
from fakes.remote import fake_site
from fakes.scheduler import FakeScheduler
from page_stand import Stand, until
from tiepoint.domain.cluster import Power
from tiepoint.domain.identifiers import NodeId
from tiepoint.domain.node import Gpu, Node, NodeState
from tiepoint.protocol.events import LogLine
from tiepoint.protocol.hello import Capability
from tiepoint.ui.pages.nodes.menu import node_menu
from tiepoint.ui.pages.nodes.page import NodesPage
from tiepoint.ui.viewmodels.nodes_cells import mask_text, node_action, why_text
from tiepoint.ui.viewmodels.nodes_commands import NodeCommand, end_question
from tiepoint.ui.viewmodels.nodes_history import NodesHistory
from tiepoint.ui.viewmodels.nodes_machines import MachinesByNode, with_machines
from tiepoint.ui.viewmodels.nodes_rows import node_columns, node_row
from tiepoint.ui.viewmodels.nodes_state import NodeContext, NodeMachine, due_after, needs_attention, node_state
from ui.site_scenes import SILENT, cloud_cluster, cloud_node, cloud_nodes, cloud_nodes_page

InQt = Callable[[Any], Any]


def a_context(node: Node, power: Power = Power.RUNNING, **changes: Any) -> NodeContext:
    machine = NodeMachine(node.id, power, 3.2, is_spot=bool(changes.pop("is_spot", False)))
    usual = {"now": later(0), "jobs": {a_job().id: "Beach"}, "version": "0.1.0", "machines": {node.id: machine}}
    return NodeContext(**{**usual, **changes})


def a_heard_node(state: NodeState = NodeState.BUSY, **changes: Any) -> Node:
    return cloud_node(3, state, **{"heard": later(0), "last_line": later(0), "task_since": later(-60), **changes})


@pytest.mark.parametrize(
    ("node", "power", "state", "action"),
    [
        (a_heard_node(), Power.RUNNING, "busy", ""),
        (a_heard_node(last_line=later(-900), task_since=later(-3600)), Power.RUNNING, "stuck", "look"),
        (a_heard_node(heard=later(-60)), Power.RUNNING, "silent", "look"),
        (a_heard_node(NodeState.OFFLINE), Power.RUNNING, "silent", "look"),
        (a_heard_node(NodeState.OFFLINE), Power.DEALLOCATED, "offline", "start"),
        (a_heard_node(NodeState.OFFLINE, notice="Evicted at 14:07"), Power.DEALLOCATED, "evicted", "start"),
        (a_heard_node(NodeState.PAUSED, notice="Paused since it joined"), Power.RUNNING, "paused", "release"),
        (a_heard_node(NodeState.PAUSED), Power.RUNNING, "paused", ""),
        (a_heard_node(version="0.0.9"), Power.RUNNING, "busy", "look"),
        (a_heard_node(NodeState.READY), Power.RUNNING, "ready", ""),
    ],
)
def test_what_a_node_is_and_the_one_thing_to_do_about_it(node: Node, power: Power, state: str, action: str) -> None:
    context = a_context(node, power, can_start=True, can_pause=True)
    assert node_state(node, context) == state
    assert node_action(node, context) == action
    if state != "offline":
        assert needs_attention(node, context) == bool(action)


def test_azure_that_takes_a_spot_machine_back_in_the_middle_of_a_task_is_an_eviction() -> None:
    node = a_heard_node()
    assert node_state(node, a_context(node, Power.DEALLOCATED, is_spot=True)) == "evicted"


def test_nothing_turns_bad_while_the_link_is_down_and_azure_goes_on_telling() -> None:
    node = a_heard_node(heard=later(-900), last_line=later(-900), task_since=later(-3600))
    context = a_context(node, is_stale=True, can_start=True)
    row = node_row(node, context)
    assert row.is_stale
    assert node_state(node, context) == "busy"
    cells = dict(zip((each.key for each in node_columns()), row.cells, strict=True))
    assert (cells["power"].text, cells["power"].is_live) == ("Running", True)
    assert (cells["price"].text, cells["price"].is_live) == ("3.20", True)
    assert not cells["gpu"].is_live


def test_what_is_odd_is_said_in_a_few_words() -> None:
    stuck = a_heard_node(last_line=later(-860), task_since=later(-3600))
    assert why_text(stuck, a_context(stuck)).replace("\N{NO-BREAK SPACE}", " ") == "no line for 14 min 20 s"
    gone = a_heard_node(NodeState.OFFLINE, heard=None)
    assert why_text(gone, a_context(gone)) == "bills, never heard of"
    old = a_heard_node(version="0.0.9")
    assert why_text(old, a_context(old)) == "other version: 0.0.9"


def test_a_machine_that_the_scheduler_does_not_know_stands_as_a_node_and_others_match_by_name() -> None:
    nodes = cloud_nodes(4)
    cluster = cloud_cluster(nodes)
    everybody, machines = with_machines([*nodes[:3], cloud_node(9, id=NodeId("9"), host="NODE-004.internal")], cluster)
    assert [node.id for node in everybody] == ["node-001", "node-002", "node-003", "9"]
    assert machines["9"].name == "node-004"
    everybody, machines = with_machines(nodes[:3], cluster)
    assert everybody[3].state is NodeState.OFFLINE
    assert (everybody[3].id, machines["node-004"].power) == ("node-004", Power.RUNNING)
    known = MachinesByNode()
    assert known.of(tuple(nodes), cluster)[1] is known.of(tuple(nodes), cluster)[1]


def test_what_bills_nothing_costs_nothing_now() -> None:
    node = a_heard_node(NodeState.OFFLINE)
    place = [each.key for each in node_columns()].index("price")
    assert node_row(node, a_context(node, Power.DEALLOCATED)).cells[place].text == "0.00"
    assert node_row(node, NodeContext(later(0))).cells[place].text == "—"


def test_a_mask_is_written_card_by_card() -> None:
    assert mask_text(cloud_node(1, gpus=(Gpu("A"), Gpu("B")), gpu_mask=2)) == "10"


def test_samples_are_taken_of_a_part_of_the_nodes_and_forgotten_with_them() -> None:
    nodes, history = [cloud_node(number) for number in range(1, 5)], NodesHistory()
    history.take(nodes, parts=2)
    history.take(nodes, parts=2)
    assert {key: len(line) for key, line in history.points.items()} == {node.id: 1 for node in nodes}
    for _ in range(60):
        history.take(nodes[:1])
    assert list(history.points) == ["node-001"]
    assert len(history.points["node-001"]) <= 36


def test_a_row_says_the_same_until_its_age_or_silence_shows() -> None:
    node = a_heard_node()
    assert due_after(node, a_context(node)) == later(5)
    assert due_after(node, a_context(node, now=later(9))) == later(10)
    ready = a_heard_node(NodeState.READY)
    assert due_after(ready, a_context(ready)) > later(10**6)


def _scheduler(stand: Stand[NodesPage]) -> FakeScheduler:
    scheduler = stand.page.viewmodel.site.scheduler
    assert isinstance(scheduler, FakeScheduler)
    return scheduler


def test_attention_comes_first_and_its_action_is_one_click(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cloud_nodes_page(24) as stand:
            page, fake = stand.page, stand.fake
            await until(lambda: [row.key for row in page.table.rows_model.rows[:4]] == _FIRST)
            assert page.chips.chip("attention").text() == "Attention 5"
            assert "atelier-east · 24 nodes" in page.strip().subtitle
            assert page.strip().follows_site
            place = [each.key for each in node_columns()].index("action")
            QTest.mouseClick(
                page.table.viewport(),
                Qt.MouseButton.LeftButton,
                pos=page.table.visualRect(page.table.rows_model.index(3, place)).center(),
            )
            await until(lambda: _scheduler(stand).all_nodes[NodeId("node-014")].state is NodeState.READY)
            await until(lambda: page.chips.chip("attention").text() == "Attention 4")
            QTest.mouseClick(
                page.table.viewport(),
                Qt.MouseButton.LeftButton,
                pos=page.table.visualRect(page.table.rows_model.index(1, place)).center(),
            )
            await until(lambda: any(call[0] == "start_machine" for call in fake.azure.clusters.calls))

    in_qt(scene())


_FIRST = ["node-017", "node-007", "node-012", "node-014"]


def test_a_node_is_paused_released_and_ended_from_its_facts(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cloud_nodes_page(24) as stand:
            page = stand.page
            page.viewmodel.choose("node-001")
            await until(lambda: page.inspector.buttons[NodeCommand.PAUSE].isVisible())
            page.inspector.buttons[NodeCommand.PAUSE].click()
            await until(lambda: page.inspector.buttons[NodeCommand.RELEASE].isVisible())
            assert not page.inspector.buttons[NodeCommand.PAUSE].isVisible()
            page.inspector.buttons[NodeCommand.RELEASE].click()
            await until(lambda: page.inspector.buttons[NodeCommand.PAUSE].isVisible())
            page.commands.end([page.viewmodel.find("node-001")])  # type: ignore[list-item]
            await until(lambda: _scheduler(stand).all_nodes[NodeId("node-001")].state is NodeState.OFFLINE)
            assert end_question([page.viewmodel.find("node-002")])[0] == "End node-002?"  # type: ignore[list-item]
            await until(lambda: page.inspector.lines.model_of_lines.rowCount() > 0)

    in_qt(scene())


def test_the_menu_has_what_the_engine_can_and_says_why_not(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cloud_nodes_page(24) as stand:
            page = stand.page
            nodes = [page.viewmodel.find("node-001"), page.viewmodel.find("node-012")]
            menu = node_menu(page, page.commands, nodes, lambda: None)  # type: ignore[arg-type]
            words = {entry.text(): entry for entry in menu.actions()}
            assert "Pause (1 of 2)" in words
            assert words["Release"].toolTip() == "It is not paused."
            assert not words["Start again"].isEnabled()
            cards = next(entry.menu() for entry in menu.actions() if entry.text() == "Graphics cards")
            cards.actions()[0].trigger()  # type: ignore[attr-defined]
            await until(lambda: _scheduler(stand).all_nodes[NodeId("node-001")].gpu_mask == 0)
            capability = next(entry.menu() for entry in menu.actions() if entry.text() == "Capability")
            capability.actions()[1].trigger()  # type: ignore[attr-defined]
            await until(lambda: _scheduler(stand).all_nodes[NodeId("node-001")].capability == "cpu")
            menu.deleteLater()

    in_qt(scene())


def test_what_an_engine_cannot_do_is_not_offered(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cloud_nodes_page(6) as stand:
            page = stand.page
            assert page.commands.is_known(NodeCommand.PAUSE)
            _scheduler(stand).capabilities = [Capability.RETRY_JOB]
            _scheduler(stand).lose()
            await until(lambda: page.viewmodel.is_stale)
            assert page.commands.refusal(NodeCommand.PAUSE, page.viewmodel.node) == "The scheduler does not answer."  # type: ignore[arg-type]

    in_qt(scene())


def test_a_lost_link_leaves_azure_live_and_says_which_hop_is_silent(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cloud_nodes_page(24, SILENT) as stand:
            page = stand.page
            assert page.strip().state == "lost"
            assert "Azure still answers: 23 on, 1 off" in page.strip().subtitle
            assert page.banner.isVisible()
            assert page.banner.try_button.isVisible()
            assert "The jump box answers" in page.banner.accessibleName()
            page.banner.try_button.click()
            assert _scheduler(stand).tries == 1
            await until(lambda: all(row.is_stale for row in page.viewmodel.rows))
            assert page.commands.refusal(NodeCommand.START, page.viewmodel.find("node-007")) == ""  # type: ignore[arg-type]

    in_qt(scene())


def test_nodes_of_one_name_on_two_clusters_have_logs_of_their_own(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cloud_nodes_page(3) as stand:
            page, log = stand.page, stand.page.inspector.log
            page.viewmodel.choose("node-001")
            await until(lambda: log.lines)
            before = log.lines
            other = FakeScheduler()
            other.capabilities = _scheduler(stand).capabilities
            other.all_nodes = {node.id: node for node in cloud_nodes(3)}
            other.lines = (LogLine(later(0), "of the other cluster"),)
            studio = fake_site("studio", other)
            stand.fake.program.remote.sites.add(studio)
            studio.monitor.start()
            await until(lambda: studio.monitor.snapshot.nodes)
            stand.fake.program.remote.sites.show("own/studio")
            await until(lambda: page.viewmodel.find("node-001"))
            page.viewmodel.choose("node-001")
            await until(lambda: [line.text for line in log.lines] == ["of the other cluster"])
            assert log.lines != before
            await stand.fake.program.remote.sites.remove("own/studio")

    in_qt(scene())


def test_columns_that_say_nothing_here_are_left_out(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cloud_nodes_page(6) as stand:
            page = stand.page
            assert "power" not in page.viewmodel.pointless
            stand.fake.program.remote.sites.show("computer")
            await until(lambda: {"power", "price", "gpu"} <= page.viewmodel.pointless)
            places = {each.key: place for place, each in enumerate(page.table.rows_model.columns)}
            assert page.table.isColumnHidden(places["power"])
            assert not page.table.isColumnHidden(places["cpu"])

    in_qt(scene())


def test_a_thousand_nodes_are_made_when_they_are_looked_at(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cloud_nodes_page(1000) as stand:
            page = stand.page
            built = sum(row.is_built for row in page.viewmodel.rows)
            assert built < 60
            before = {row.key: row for row in page.viewmodel.rows}
            scheduler = _scheduler(stand)
            scheduler.set_node(cloud_node(500, task_progress=0.9, heard=before_long()))
            await until(lambda: page.viewmodel.find("node-500").task_progress == 0.9)  # type: ignore[union-attr]
            changed = [row.key for row in page.viewmodel.rows if row is not before[row.key]]
            assert "node-500" in changed

    in_qt(scene())


def before_long() -> Any:
    return cloud_node(1).heard + timedelta(seconds=1)  # type: ignore[operator]
