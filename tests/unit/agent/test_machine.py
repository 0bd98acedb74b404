"""A machine of a cluster as people see it, and what they chose for it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from tiepoint import __version__
from tiepoint.agent.backends.dask.machine import Choices, Machine, Place, Worker
from tiepoint.agent.backends.dask.machines import Machines
from tiepoint.agent.backends.dask.node_choices import NodeChoices
from tiepoint.agent.backends.dask.node_link import LinkLost, NodeLink
from tiepoint.domain.node import NodeState

NOW = datetime(2026, 11, 26, 14, tzinfo=UTC)
LINK = cast(NodeLink, object())
FACTS = {"slots": 2, "cpu_count": 8, "memory_bytes": 64 * 10**9, "version": __version__, "host": "node-01.studio"}


def joined(**report: Any) -> Machine:
    made = Machine("node-01", facts=FACTS, link=LINK)
    made.workers["node-01/worker-1.1"] = Worker("node-01/worker-1.1", "tls://10.0.1.20:40000")
    made.hear({"time": NOW.isoformat(), **report}, NOW, 1.0)
    return made


def test_one_that_was_never_heard_is_offline() -> None:
    node = Machine("node-01").seen(None)
    assert (node.state, node.heard, node.load, node.version) == (NodeState.OFFLINE, None, None, "")


def test_what_it_said_is_shown() -> None:
    load = {"cpu": 0.5, "memory_bytes": 7, "gpu": 0.2, "gpu_memory_bytes": 5, "disk_bytes_s": 3.0, "work_bytes_s": None}
    node = joined(load=load, gpus=[["A10", 24]]).seen("job")
    assert (node.state, node.host, node.heard) == (NodeState.READY, "node-01.studio", NOW)
    assert node.load is not None
    assert (node.load.gpu, node.load.disk_bytes_s, node.load.work_bytes_s) == (0.2, 3.0, None)
    assert (node.capability, node.gpu_mask, node.cpu_enabled) == ("any", 1, True)
    assert node.notice == ""


def test_a_node_of_another_version_may_say_more_or_less() -> None:
    more = joined(load={"cpu": 0.5, "memory_bytes": 7, "mood": "fine"}, gpus=[["A10", 24, "new"]], time="yesterday")
    node = more.seen(None)
    assert node.load is not None
    assert (node.load.cpu, node.gpus[0].name) == (0.5, "A10")
    assert joined(load=[1]).seen(None).load is None


def test_an_unequal_version_is_said_and_rests() -> None:
    machine = joined()
    machine.facts = {**FACTS, "version": "0.0.9"}
    node = machine.seen(None)
    assert node.state is NodeState.PAUSED
    assert "0.0.9" in node.notice


@pytest.mark.parametrize(("seconds", "words"), [(0, ""), (3, ""), (42, "42 s ahead of"), (-3600, "3600 s behind")])
def test_a_clock_that_is_off_is_said(seconds: int, words: str) -> None:
    node = joined(time=(NOW + timedelta(seconds=seconds)).isoformat()).seen(None)
    assert words in node.notice
    assert bool(words) == bool(node.notice)
    assert node.heard == NOW


async def test_several_tasks_are_told_as_one() -> None:
    machine = joined()
    for number in range(5):
        lost = asyncio.get_running_loop().create_future()
        place = Place(machine, machine.workers["node-01/worker-1.1"], 1, 1, (), lost, f"depth_maps/{number}")
        place.label, place.share, place.since = f"{number}.jpg", number / 4, NOW + timedelta(seconds=number)
        machine.places.append(place)
    node = machine.seen("job")
    assert (node.state, node.stage, node.task) == (NodeState.BUSY, "depth_maps", "0.jpg, 1.jpg, 2.jpg…")
    assert (node.task_progress, node.task_since) == (0.5, NOW)


async def test_a_task_on_its_way_there_is_the_nodes_already() -> None:
    machine = joined()
    machine.choices.is_paused = True  # whoever paused it to switch it off must see that it is not idle
    lost = asyncio.get_running_loop().create_future()
    machine.places.append(Place(machine, machine.workers["node-01/worker-1.1"], 1, 1, (), lost, "depth_maps/1"))
    assert (machine.seen("job").state, machine.seen("job").job) == (NodeState.PAUSED, "job")


def test_choices_outlast_the_agent(tmp_path: Path) -> None:
    path = tmp_path / "data" / "nodes.json"
    NodeChoices(path).put("node-01", Choices(is_paused=True, cpu=False, gpu_mask=2))
    assert NodeChoices(path).get("node-01") == Choices(is_paused=True, cpu=False, gpu_mask=2)
    assert NodeChoices(path).get("node-02") == Choices()


@pytest.mark.parametrize("content", ["", "[]", "{", '{"node-01": 3}', '{"node-01": {"gpu_mask": "x"}}'])
def test_broken_choices_count_as_none(tmp_path: Path, content: str, expected_logs: list[str]) -> None:
    expected_logs.append("what was chosen for nodes cannot be read")
    (tmp_path / "nodes.json").write_text(content)
    assert NodeChoices(tmp_path / "nodes.json").get("node-01") == Choices()


class Wire:
    """A stream of messages that a test plays."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[Any] = asyncio.Queue()
        self.sent: list[dict[str, Any]] = []

    async def read(self) -> Any:
        message = await self.incoming.get()
        if isinstance(message, Exception):
            raise message
        return message

    async def write(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    def abort(self) -> None:
        self.incoming.put_nowait(OSError("closed"))


@pytest.mark.parametrize("garbage", [None, 3, [], {}, {"what": 7}, "report"])
async def test_a_node_that_says_nonsense_is_given_up(tmp_path: Path, garbage: Any, expected_logs: list[str]) -> None:
    expected_logs.append("it says what nobody understands")
    told: list[NodeState] = []
    machines = Machines(
        ("node-01",), NodeChoices(tmp_path / "n.json"), 5.0, lambda machine: told.append(machine.seen(None).state)
    )
    wire = Wire()
    wire.incoming.put_nowait(garbage)
    await machines.serve(NodeLink(wire, 5.0), {**FACTS, "name": "node-01", "instance": "x"})
    assert told[0] is NodeState.STARTING
    assert told[-1] is NodeState.OFFLINE


async def test_silence_ends_a_link_and_what_waits_for_answers() -> None:
    link = NodeLink(Wire(), 0.01)
    listening = asyncio.create_task(link.listen(lambda message: None))
    with pytest.raises(LinkLost):
        await link.call("look", timeout_s=5)
    with pytest.raises(LinkLost, match="nothing was heard"):
        await listening
