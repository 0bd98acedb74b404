"""The open engine on a cluster: an agent and the supervisors of its nodes, over TLS on the loopback interface."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from agent_cluster import AgentCluster, MetadataService
from client import Client, Refused
from gate import Gate

from patience import PATIENCE_S, Watch
from program import Program, wait_until

Capture = Callable[..., Path]
TOY_ENGINE = Path(__file__).parent / "toy_engine"
Join = Callable[..., Awaitable[Client]]


@pytest.fixture(scope="module")
def azure() -> Iterator[MetadataService]:
    service = MetadataService()
    yield service
    service.close()


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory, azure: MetadataService) -> Iterator[AgentCluster]:
    """One cluster for all tests of this file: its start takes longer than most of them."""
    folder = tmp_path_factory.mktemp("cluster")
    made = AgentCluster(folder, folder / "home", {"node-01": 2, "node-02": 1}, identity=azure.address)
    programs = folder / "programs"
    programs.mkdir()
    (programs / "nvidia-smi").write_text('#!/bin/sh\ncat "$TIEPOINT_HOME/cards" 2>/dev/null\n')
    (programs / "nvidia-smi").chmod(0o755)
    (folder / "node-02").mkdir()
    (folder / "node-02" / "cards").write_text("A10, 24576, 50, 1024\nA10, 24576, 0, 0\n")
    made.variables = {
        "PYTHONPATH": os.pathsep.join([str(TOY_ENGINE), os.environ.get("PYTHONPATH", "")]),
        "PYTHONWARNINGS": "default",
        "PATH": os.pathsep.join([str(programs), os.environ["PATH"]]),
    }
    made.start()
    yield made
    made.stop()


@pytest.fixture
def cluster(standing: AgentCluster, azure: MetadataService, monkeypatch: pytest.MonkeyPatch) -> Iterator[AgentCluster]:
    """The cluster, whole."""
    monkeypatch.setenv("TIEPOINT_HOME", str(standing.agent.home))
    azure.events.clear()
    standing.complete()
    yield standing
    for noise in ("never retrieved", "never awaited", "Traceback", "Warning:"):
        assert noise not in standing.logs(), standing.logs()


@pytest_asyncio.fixture
async def join() -> AsyncIterator[Join]:
    """Joins the agent that the cluster has started, and waits for its nodes."""
    clients: list[Client] = []

    async def joined(*states: str) -> Client:
        clients.append(await Client.join())
        await clients[-1].nodes_are(*(states or ("ready",)))
        return clients[-1]

    yield joined
    for client in clients:
        await client.close()


def tries(job: dict[str, Any], stage: str) -> dict[str, int]:
    """Return how often each task of a stage was begun."""
    work = Path(job["folder"]) / "work"
    return {path.stem: len(path.read_text().split()) for path in work.glob(f"{stage}-*.tries")}


async def test_a_job_runs_on_all_nodes(cluster: AgentCluster, join: Join, capture: Capture, gate: Gate) -> None:
    client = await join()
    assert client.hello["work"] == str(cluster.work)
    assert {"nodes.pause", "nodes.quit", "logs.node", "paths.nodes"} <= set(client.hello["capabilities"])

    job = await client.submit(capture("capture-1", features={"tasks": 6, "gate": gate.path}))
    await client.stage_reached(job["id"], "features")
    await client.nodes_are("busy")
    await client.node_works("node-01")
    nodes = await client.nodes()
    assert nodes["node-01"]["job"] == job["id"]
    assert nodes["node-01"]["stage"] == "features"
    assert nodes["node-01"]["task_since"]
    assert nodes["node-01"]["load"]["memory_bytes"] > 0
    wait_until(lambda: [*(cluster.run_folder("node-02") / "tasks").iterdir()], what="a task's marker")
    gate.open()

    done = await client.job_until(job["id"], "completed")
    pids = {path.read_text().split()[0] for path in (Path(done["folder"]) / "work").glob("features-*.tries")}
    assert len(pids) == 3
    await client.nodes_are("ready")
    assert not [*(cluster.run_folder("node-02") / "tasks").iterdir()]


def has_begun(cluster: AgentCluster, job: dict[str, Any], node: str, role: str = "worker") -> None:
    """Wait until a task of the first stage works on a node."""
    work = Path(job["folder"]) / "work"

    def works() -> bool:
        pids = {int(word) for path in work.glob("features-*.tries") for word in path.read_text().split()}
        return any(process.pid in pids for process in cluster.nodes[node].processes(role))

    wait_until(works, what=f"a task on {node}")


@pytest.mark.parametrize("isolated", [False, True])
async def test_a_killed_worker_costs_only_its_task(
    cluster: AgentCluster, join: Join, capture: Capture, gate: Gate, isolated: bool
) -> None:
    client = await join()
    before = (await client.nodes())["node-02"]
    stage = {"tasks": 3, "gate": gate.path, "isolated": isolated}
    job = await client.submit(capture(f"killed-{isolated}", features=stage))
    await client.nodes_are("busy")
    has_begun(cluster, job, "node-02", "stage" if isolated else "worker")
    cluster.nodes["node-02"].kill("worker")
    await said(client, job["id"], "SIGKILL")
    gate.open()
    done = await client.job_until(job["id"], "completed")
    assert sorted(tries(done, "features").values()) == [1, 1, 2]
    log = await client.call("logs.tail", job=job["id"], lines=200)
    assert any("node-02" in line["text"] and "SIGKILL" in line["text"] for line in log["lines"])
    node = (await client.nodes())["node-02"]
    assert (node["errors"], node["retries"]) == (before["errors"] + 1, before["retries"] + 1)


async def test_the_third_crash_fails_the_job(cluster: AgentCluster, join: Join, capture: Capture) -> None:
    client = await join()
    crash = {"signal": int(signal.SIGSEGV), "seconds": 0.3, "isolated": True}
    job = await client.submit(capture("crash", mesh=crash))
    failed = await client.job_until(job["id"], "failed")
    assert failed["error"]["kind"] == "worker-lost"
    assert tries(failed, "mesh") == {"mesh-0": 3}


async def test_a_killed_node_costs_only_its_tasks_and_may_come_back(
    cluster: AgentCluster, join: Join, capture: Capture, gate: Gate
) -> None:
    client = await join()
    job = await client.submit(capture("killed-node", features={"tasks": 4, "gate": gate.path}))
    has_begun(cluster, job, "node-02")
    cluster.kill_node("node-02")
    await client.nodes_are("offline", names=("node-02",))
    cluster.start_node("node-02")
    await client.nodes_are("busy", names=("node-02",))
    gate.open()
    done = await client.job_until(job["id"], "completed")
    assert sorted(tries(done, "features").values()) == [1, 1, 1, 2]


async def test_a_silent_node_is_given_up_and_ends_its_tasks(
    cluster: AgentCluster, join: Join, capture: Capture, gate: Gate
) -> None:
    """All of it is frozen, as by a cable that is pulled: what it had goes to others, and it never finishes that."""
    client = await join()
    job = await client.submit(capture("capture-4", features={"tasks": 3, "gate": gate.path}))
    has_begun(cluster, job, "node-02")
    cluster.freeze_node("node-02")
    await client.nodes_are("offline", names=("node-02",))
    gate.open()
    done = await client.job_until(job["id"], "completed")
    assert sorted(tries(done, "features").values()) == [1, 1, 2]
    old = {process.pid for process in cluster.nodes["node-02"].processes("worker")}
    cluster.freeze_node("node-02", is_frozen=False)
    await client.nodes_are("ready")
    assert not old & {process.pid for process in cluster.nodes["node-02"].processes("worker")}


async def test_nodes_come_back_to_an_agent_that_was_killed(
    cluster: AgentCluster, join: Join, capture: Capture, gate: Gate
) -> None:
    client = await join()
    job = await client.submit(capture("capture-5", features={"tasks": 3, "gate": gate.path}))
    await client.nodes_are("busy")
    cluster.kill_agent()
    wait_until(lambda: not any(node.processes("worker") for node in cluster.nodes.values()), what="tasks to end")
    cluster.start_agent()
    client = await join()
    assert (await client.call("jobs.get", job=job["id"]))["job"]["error"]["kind"] == "interrupted"
    await client.call("jobs.resume", job=job["id"])
    gate.open()
    await client.job_until(job["id"], "completed")


@pytest.mark.parametrize("isolated", [False, True])
async def test_aborting_frees_every_node_within_five_seconds(
    cluster: AgentCluster, join: Join, capture: Capture, isolated: bool
) -> None:
    client = await join()
    stage = {"tasks": 3, "seconds": 600, "spin": True, "isolated": isolated}
    job = await client.submit(capture(f"abort-{isolated}", features=stage))
    await client.nodes_are("busy")
    wait_until(lambda: len(running(cluster, isolated=isolated)) == 3, what="three tasks at work")
    before = {process.pid for process in running(cluster, isolated=isolated)}
    watch = Watch()
    await client.call("jobs.abort", job=job["id"])
    wait_until(
        lambda: not before & {process.pid for process in running(cluster, isolated=isolated)},
        what="the processors to be free",
    )
    assert watch.took_s() < 5
    await client.nodes_are("ready")
    again = await client.submit(capture(f"again-{isolated}", features={"tasks": 3}))
    await client.job_until(again["id"], "completed")


async def test_a_paused_job_goes_on_where_it_was(
    cluster: AgentCluster, join: Join, capture: Capture, gate: Gate
) -> None:
    client = await join()
    job = await client.submit(capture("capture-7", features={"tasks": 3}, mesh={"tasks": 3, "gate": gate.path}))
    await client.stage_reached(job["id"], "mesh")
    await client.call("jobs.pause", job=job["id"])
    await client.nodes_are("ready")
    await client.call("jobs.resume", job=job["id"])
    gate.open()
    done = await client.job_until(job["id"], "completed")
    assert set(tries(done, "features").values()) == {1}


async def test_a_paused_node_takes_no_task_and_the_choice_lasts(
    cluster: AgentCluster, join: Join, capture: Capture
) -> None:
    client = await join()
    paused = await client.call("nodes.pause", node="node-01")
    assert paused["node"]["state"] == "paused"
    job = await client.submit(capture("capture-8", features={"tasks": 2, "seconds": 0.3}))
    await client.stage_reached(job["id"], "features")
    assert (await client.nodes())["node-01"]["task"] is None
    await client.job_until(job["id"], "completed")

    cluster.kill_agent()
    cluster.start_agent()
    client = await join("paused", "ready")
    assert (await client.nodes())["node-01"]["state"] == "paused"
    resumed = await client.call("nodes.resume", node="node-01")
    assert resumed["node"]["state"] in ("starting", "ready")
    with pytest.raises(Refused, match="node-99"):
        await client.call("nodes.pause", node="node-99")


async def test_a_node_that_ends_gives_its_task_to_another(
    cluster: AgentCluster, join: Join, capture: Capture, gate: Gate
) -> None:
    client = await join()
    job = await client.submit(capture("capture-9", features={"tasks": 3, "gate": gate.path}))
    await client.nodes_are("busy")
    await client.call("nodes.quit", node="node-02")
    await client.nodes_are("offline", names=("node-02",))
    wait_until(lambda: not cluster.nodes["node-02"].processes(), what="the node to end")
    gate.open()
    await client.job_until(job["id"], "completed")


async def test_a_job_without_nodes_waits_and_says_so(cluster: AgentCluster, join: Join, capture: Capture) -> None:
    client = await join()
    for name in cluster.nodes:
        await client.call("nodes.pause", node=name)
    job = await client.submit(capture("capture-10", features={"tasks": 2}))
    await said(client, job["id"], "no node can take tasks")
    await client.call("nodes.resume", node="node-02")
    await client.job_until(job["id"], "completed")
    await client.call("nodes.resume", node="node-01")


async def test_a_node_limit_is_kept(cluster: AgentCluster, join: Join, capture: Capture) -> None:
    client = await join()
    job = await client.submit(capture("capture-11", features={"tasks": 4, "seconds": 0.4}), node_limit=1)
    await client.stage_reached(job["id"], "features")
    seen = set()
    while (await client.call("jobs.get", job=job["id"]))["job"]["state"] == "running":
        seen.add(frozenset(name for name, node in (await client.nodes()).items() if node["task"]))
        await asyncio.sleep(0.02)
    assert max(len(each) for each in seen) == 1
    await client.job_until(job["id"], "completed")


async def test_what_nodes_see_at_a_path_and_what_they_say(cluster: AgentCluster, join: Join) -> None:
    client = await join()
    (cluster.work / "here.txt").write_text("here")
    looked = await client.call("paths.look", path=str(cluster.work / "here.txt"))
    assert [(each["node"], each["stat"]["bytes"]) for each in looked["nodes"]] == [("node-01", 4), ("node-02", 4)]
    probed = await client.call("paths.probe", path=str(cluster.work))
    assert all(each["ok"] and each["sees_agent"] for each in probed["nodes"])
    assert [path.name for path in cluster.work.iterdir()] == ["here.txt"]
    told = await client.call("logs.tail", node="node-02", lines=50)
    assert any("joined the agent" in line["text"] for line in told["lines"])

    cluster.kill_node("node-02")
    await client.nodes_are("offline", names=("node-02",))
    looked = await client.call("paths.look", path=str(cluster.work))
    assert "not connected" in looked["nodes"][1]["error"]["summary"]
    with pytest.raises(Refused, match="not connected"):
        await client.call("logs.tail", node="node-02", lines=50)


async def test_a_node_told_to_rest_by_the_guard_takes_no_task(
    cluster: AgentCluster, join: Join, capture: Capture
) -> None:
    client = await join()
    (cluster.run_folder("node-01") / "drain").touch()
    await client.nodes_are("leaving", names=("node-01",))
    assert (await client.nodes())["node-01"]["notice"]
    job = await client.submit(capture("capture-12", features={"tasks": 2}))
    await client.job_until(job["id"], "completed")
    (cluster.run_folder("node-01") / "drain").unlink()
    await client.nodes_are("ready")


async def said(client: Client, job: str, words: str) -> None:
    """Wait until a line of the job's log says so."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            lines = (await client.call("logs.tail", job=job, lines=200))["lines"]
            if any(words in line["text"] for line in lines):
                return
            await asyncio.sleep(0.05)


def running(cluster: AgentCluster, *, isolated: bool) -> list[Any]:
    """Return the processes in which tasks run."""
    role = "stage" if isolated else "worker"
    return [process for node in cluster.nodes.values() for process in node.processes(role)]


async def test_a_machine_that_azure_takes_back_gets_no_task(
    cluster: AgentCluster, azure: MetadataService, join: Join, capture: Capture
) -> None:
    client = await join()
    event = {"EventType": "Preempt", "EventStatus": "Scheduled", "NotBefore": "Thu, 26 Nov 2026 14:07:30 GMT"}
    azure.events[:] = [{**event, "Resources": ["node-01"]}]
    await client.nodes_are("leaving", names=("node-01",))
    nodes = await client.nodes()
    assert nodes["node-01"]["notice"] == "Evicted at 14:07:30 UTC by Azure, which needs this Spot machine."
    assert nodes["node-02"]["state"] == "ready"
    job = await client.submit(capture("evicted", features={"tasks": 2}))
    done = await client.job_until(job["id"], "completed")
    assert {told["TIEPOINT_HOME"] for told in environments(done, "features")} == {str(cluster.nodes["node-02"].home)}
    azure.events.clear()
    await client.nodes_are("ready")


async def test_tasks_get_the_cards_they_need_and_threads_that_fit(
    cluster: AgentCluster, join: Join, capture: Capture
) -> None:
    client = await join()
    node = (await client.nodes())["node-02"]
    assert [card["memory_bytes"] for card in node["gpus"]] == [24576 * 2**20] * 2
    assert (node["load"]["gpu"], node["load"]["gpu_memory_bytes"]) == (0.25, 1024 * 2**20)
    assert (node["capability"], node["gpu_mask"], node["cpu_enabled"]) == ("any", 3, True)
    with pytest.raises(Refused, match="no graphics card 2"):
        await client.call("nodes.set_capability", node="node-02", cpu=True, gpus=[2])
    masked = await client.call("nodes.set_capability", node="node-02", cpu=False, gpus=[1])
    assert masked["node"]["gpu_mask"] == 2
    job = await client.submit(
        capture(
            "cards",
            features={"tasks": 2, "gpus": 1, "isolated": True},
            mesh={"tasks": 1, "threads": 64, "isolated": True},
        )
    )
    done = await client.job_until(job["id"], "completed")
    on_cards = environments(done, "features")
    assert {told["TIEPOINT_HOME"] for told in on_cards} == {str(cluster.nodes["node-02"].home)}
    assert {told["CUDA_VISIBLE_DEVICES"] for told in on_cards} == {"1"}
    (alone,) = environments(done, "mesh")
    assert alone["TIEPOINT_HOME"] == str(cluster.nodes["node-01"].home)
    assert int(alone["OMP_NUM_THREADS"] or 0) == max(2, os.cpu_count() or 1)
    await client.call("nodes.set_capability", node="node-02", cpu=True, gpus=[0, 1])


async def test_a_name_is_one_machine_at_a_time(cluster: AgentCluster, join: Join, tmp_path: Path) -> None:
    client = await join()
    twin = Program(tmp_path / "twin")
    config = cluster.folder / "node-01.json"
    process = cluster.start_beside(twin, "node", config)
    wait_until(lambda: "another machine named node-01" in log_of(twin), what="the twin to be refused")
    await client.nodes_are("ready")
    assert not twin.processes("worker")
    process.terminate()
    assert process.wait(PATIENCE_S) == 0


def environments(job: dict[str, Any], stage: str) -> list[dict[str, str | None]]:
    """Return what the processes of a stage's tasks were told."""
    work = Path(job["folder"]) / "work"
    return [json.loads(path.read_text()) for path in sorted(work.glob(f"{stage}-*.env"))]


def log_of(program: Program) -> str:
    path = program.home / "log" / "node.log"
    return path.read_text() if path.exists() else ""
