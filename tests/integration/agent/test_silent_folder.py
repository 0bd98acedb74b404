"""A capture's folder on a network file system that hangs: the agent goes on, says so, and nothing is lost."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from agent_cluster import AgentCluster
from client import Client, Refused

from patience import PATIENCE_S, Watch, until
from program import Program, wait_until
from sticky_folder import StickyFolder, can_mount

pytestmark = pytest.mark.skipif(not can_mount(), reason="needs the right to mount a FUSE file system")

Capture = Callable[..., Path]
TOY_ENGINE = Path(__file__).parent / "toy_engine"
AT_ONCE_S = 5.0
"""What needs no folder is answered within this, however busy the machine."""


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StickyFolder]:
    monkeypatch.setenv("TOY_ANSWER_S", "2")
    with StickyFolder(tmp_path / "network") as folder:
        yield folder


@pytest.fixture
def cluster(tmp_path: Path, tiepoint_home: Path, shared: StickyFolder) -> Iterator[AgentCluster]:
    """A cluster whose shared folder may hang."""
    made = AgentCluster(tmp_path / "cluster", tiepoint_home, {"node-01": 1}, work=shared.path)
    made.variables = {"PYTHONPATH": os.pathsep.join([str(TOY_ENGINE), os.environ.get("PYTHONPATH", "")])}
    made.start()
    yield made
    made.stop()
    for noise in ("never retrieved", "never awaited", "Traceback"):
        assert noise not in made.logs(), made.logs()


def put(capture: Path, shared: StickyFolder) -> Path:
    """Put a capture on the network file system."""
    place = shared.path / capture.name
    place.mkdir()
    (place / "capture.json").write_bytes((capture / "capture.json").read_bytes())
    return place


async def held(client: Client, job: str) -> dict[str, Any]:
    """Wait until a job says what holds it up; until then everybody else is answered at once."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            watch = Watch()
            found = (await client.call("jobs.get", job=job))["job"]
            assert watch.took_s() < AT_ONCE_S
            if found["held"] is not None:
                return dict(found["held"])
            await asyncio.sleep(0.1)


async def test_the_agent_goes_on_while_a_folder_hangs(
    shared: StickyFolder, client: Client, capture: Capture, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    place = put(capture("far", features={"tasks": 2, "gate": str(gate)}), shared)
    watcher = await Client.connect()
    await watcher.call("subscribe", topics=["log"])
    job = await client.submit(place)
    await client.stage_reached(job["id"], "features")
    shared.hang()
    gate.touch()  # the tasks write now, and hang
    failure = await held(client, job["id"])
    assert failure["kind"] == "silent-folder"
    assert str(place) in failure["summary"]
    assert "goes on by itself" in failure["remedy"]
    with pytest.raises(Refused) as refused:
        await client.call("logs.tail", job=job["id"], lines=5)
    assert refused.value.error["data"]["kind"] == "silent-folder"
    # Another job is taken in, and runs once the one that hangs is paused.
    other = await client.submit(capture("near"))
    assert (await client.call("jobs.pause", job=job["id"]))["job"]["state"] == "paused"
    await client.job_until(other["id"], "completed", timeout_s=PATIENCE_S)
    shared.go()
    await client.call("jobs.resume", job=job["id"])
    done = await client.job_until(job["id"], "completed", timeout_s=PATIENCE_S)
    assert done["held"] is None
    # Every line that was told stands in the log, in its order.
    log = [line["text"] for line in (await client.call("logs.tail", job=job["id"], lines=1000))["lines"]]
    told = await lines_told(watcher, job["id"])
    assert log == told
    assert any("does not answer" in text for text in log)
    assert "paused" in log
    await watcher.close()


async def lines_told(watcher: Client, job: str) -> list[str]:
    """Return all lines of a job that came as events, up to its end."""
    told: list[str] = []
    async with asyncio.timeout(PATIENCE_S):
        while "completed" not in told:
            params = (await watcher.next_event()).get("params", {})
            if params.get("kind") == "log.lines" and params.get("job") == job:
                told += [line["text"] for line in params["lines"]]
    return told


async def test_a_capture_whose_folder_hangs_is_refused_and_leaves_nothing(
    shared: StickyFolder, client: Client, capture: Capture
) -> None:
    place = put(capture("far"), shared)
    shared.hang()
    with pytest.raises(Refused) as refused:
        await client.submit(place)
    assert refused.value.error["data"]["kind"] == "silent-folder"
    shared.go()
    assert (await client.call("jobs.list"))["jobs"] == []
    # What was refused is made once the folder answers, and taken back.
    jobs = shared.behind / "far" / "jobs"
    await until(lambda: jobs.is_dir() and not any(jobs.iterdir()))
    job = await client.submit(place)
    await client.call("jobs.abort", job=job["id"])
    await until(lambda: [path.name for path in jobs.iterdir()] == [job["id"]])
    assert json.loads((shared.behind / "far/jobs" / job["id"] / "job.json").read_text())["name"] == "far"


async def test_an_agent_ends_though_a_folder_hangs(
    shared: StickyFolder, client: Client, program: Program, capture: Capture, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    job = await client.submit(put(capture("far", features={"gate": str(gate)}), shared))
    await client.stage_reached(job["id"], "features")
    shared.hang()
    gate.touch()
    await client.send("paths.stat", path=str(shared.path))
    await client.call("agent.stop", when="now")
    wait_until(lambda: not program.processes("agent"), timeout_s=PATIENCE_S, what="the agent to end")
    assert not program.processes("worker")


async def heard_after(client: Client, moment: datetime) -> dict[str, Any]:
    """Wait until the node has been heard after a moment, and return it."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            node = (await client.nodes())["node-01"]
            if datetime.fromisoformat(node["heard"]) > moment:
                return node
            await asyncio.sleep(0.1)


async def test_nodes_are_heard_while_their_folder_hangs_and_the_job_goes_on_by_itself(
    shared: StickyFolder, cluster: AgentCluster, capture: Capture, tmp_path: Path
) -> None:
    """A node that could not report would be given up, and its tasks with it."""
    client = await Client.join()
    await client.nodes_are("ready")
    gate = tmp_path / "gate"
    place = put(capture("far", features={"gate": str(gate)}), shared)
    job = await client.submit(place)
    await client.stage_reached(job["id"], "features")
    shared.hang()
    gate.touch()
    await held(client, job["id"])
    with pytest.raises(Refused):
        await client.call("paths.look", path=str(shared.path))
    hung = datetime.now(UTC)
    node = await heard_after(client, hung + timedelta(seconds=4))  # longer than the silence that is borne
    assert node["state"] == "busy"
    shared.go()
    done = await client.job_until(job["id"], "completed", timeout_s=PATIENCE_S)
    assert (done["held"], done["retried"]) == (None, 0)
    assert (place / "jobs" / job["id"] / "work" / "features-0.tries").read_text().count("\n") == 1
    await client.close()
