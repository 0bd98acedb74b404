"""The open engine on a cluster: an agent and the supervisors of its nodes, over TLS on the loopback interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from client import Client

from cluster_stand import ClusterStand
from program import Program

Capture = Callable[..., Path]


@pytest.fixture
def stand(program: Program, tmp_path: Path) -> Iterator[ClusterStand]:
    made = ClusterStand(tmp_path, program.home, {"node-01": 2, "node-02": 1}).start()
    yield made
    made.stop()
    for noise in ("never retrieved", "never awaited", "Traceback", "Warning:"):
        assert noise not in made.logs(), made.logs()


async def connected(timeout_s: float = 20) -> Client:
    """Join the agent that the stand has started, and wait for its nodes."""
    client = await Client.join()
    await client.nodes_are("ready", timeout_s=timeout_s)
    return client


async def test_a_job_runs_on_all_nodes(stand: ClusterStand, capture: Capture) -> None:
    client = await connected()
    try:
        assert client.hello["work"] == str(stand.work)
        assert {"nodes.pause", "logs.node", "paths.nodes"} <= set(client.hello["capabilities"])
        job = await client.submit(capture(features={"tasks": 6, "seconds": 0.3}))
        done = await client.job_until(job["id"], "completed")
        pids = {path.read_text().split()[0] for path in (Path(done["folder"]) / "work").glob("features-*.tries")}
        assert len(pids) == 3
    finally:
        await client.close()
