"""Nodes in networks of their own, with TLS: cables that are pulled, machines that lose their power."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from client import Client

from cluster_box.box import ClusterBox
from cluster_box.parts import Wishes
from patience import PATIENCE_S

from .conftest import TOY, assert_quiet

SILENT_S = 8.0


@pytest.fixture(scope="module")
def box() -> Iterator[ClusterBox]:
    """A box with toy stages whose nodes are given up soon."""
    with ClusterBox(Wishes(silent_s=SILENT_S, has_cloud=False, env={"PYTHONPATH": str(TOY)})) as box:
        box.start()
        yield box
        assert_quiet(box)


@pytest_asyncio.fixture
async def client(box: ClusterBox) -> AsyncIterator[Client]:
    client = Client(*await asyncio.open_unix_connection(str(box.agent.home / "run" / "agent.sock")))
    await client.call("hello", client="test 1", protocol=1)
    await nodes_are(client, "ready", "node-01", "node-02")
    yield client
    await client.close()


async def nodes_are(client: Client, state: str, *names: str) -> None:
    """Wait until these nodes, and no others, are in a state."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = {each["id"] for each in (await client.call("nodes.list"))["nodes"] if each["state"] == state}
            if found == set(names):
                return
            await asyncio.sleep(0.05)


async def works(client: Client, node: str, stage: str = "features") -> None:
    """Wait until a node works on a task of a stage."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            nodes = (await client.call("nodes.list"))["nodes"]
            if any(each["id"] == node and each["task"] and each["stage"] == stage for each in nodes):
                return
            await asyncio.sleep(0.02)


async def submit(client: Client, box: ClusterBox, name: str, **stages: Any) -> str:
    capture = box.work / "captures" / name
    capture.mkdir(parents=True)
    photos = [{"path": f"{number}.jpg", "size": 1000} for number in range(3)]
    (capture / "capture.json").write_text(json.dumps({"photos": photos, "toy": stages}))
    return str((await client.submit(capture))["id"])


def tries(box: ClusterBox, name: str, stage: str) -> dict[str, int]:
    """How often each task of a stage was begun."""
    found = (box.work / "captures" / name).rglob(f"{stage}-*.tries")
    return {path.stem: len(path.read_text().split()) for path in found}


async def test_a_node_whose_cable_is_pulled_costs_its_task_at_most(
    box: ClusterBox, client: Client, tmp_path: Path
) -> None:
    job = await submit(client, box, tmp_path.name, features={"tasks": 6, "seconds": 0.8})
    await works(client, "node-01")
    box.cut("node-01")
    try:
        await nodes_are(client, "offline", "node-01")
        await client.job_until(job, "completed")
    finally:
        box.mend("node-01")
    await nodes_are(client, "ready", "node-01", "node-02")
    again = tries(box, tmp_path.name, "features")
    assert len(again) == 6
    assert sum(again.values()) <= 7


async def test_a_node_that_loses_its_power_comes_back(box: ClusterBox, client: Client, tmp_path: Path) -> None:
    job = await submit(client, box, tmp_path.name, features={"tasks": 4, "seconds": 0.5})
    await works(client, "node-02")
    await asyncio.to_thread(box.nodes["node-02"].kill)
    await nodes_are(client, "offline", "node-02")
    await asyncio.to_thread(box.nodes["node-02"].start)
    await client.job_until(job, "completed")
    await nodes_are(client, "ready", "node-01", "node-02")


async def test_each_node_sees_what_the_scheduler_writes(box: ClusterBox, client: Client) -> None:
    found = await client.call("paths.probe", path=str(box.work))
    assert {each["node"] for each in found["nodes"]} == {"node-01", "node-02"}
    assert all(each["ok"] and each["sees_agent"] for each in found["nodes"])
    assert not list(box.work.glob("*probe*"))
