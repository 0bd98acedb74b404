"""The box without root: processes on loopback behind SSH in this process. Needs no namespaces."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from cluster_box.loopback import LoopbackBox
from cluster_box.parts import Wishes
from patience import PATIENCE_S
from tiepoint.adapters.scheduler.client import ProtocolScheduler
from tiepoint.adapters.ssh.hosts import SshHosts
from tiepoint.domain.node import NodeState

from .conftest import TOY


@pytest.fixture
def box() -> Iterator[LoopbackBox]:
    with LoopbackBox(Wishes(nodes=1, has_cloud=False, env={"PYTHONPATH": str(TOY)})) as box:
        box.start()
        yield box


async def test_the_agent_and_its_node_are_reached(box: LoopbackBox) -> None:
    hosts = SshHosts("tiepoint test")
    scheduler = ProtocolScheduler(lambda: hosts.open_agent(box.route()), "tiepoint test")
    assert (await scheduler.hello()).work == str(box.work)
    async with asyncio.timeout(PATIENCE_S):
        async for snapshot in scheduler.follow():
            if [node.state for node in snapshot.nodes.values()] == [NodeState.READY]:
                break
    await scheduler.close()
    await hosts.close()
