"""Jobs through a real agent: submitted, paused, aborted, resumed, failed, followed by two clients."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from client import Client, Refused
from gate import Gate

from patience import PATIENCE_S, Watch
from program import Program, wait_until

Capture = Callable[..., Path]


def files(job: dict[str, Any], pattern: str) -> list[Path]:
    return list(Path(job["folder"], "work").glob(pattern))


async def test_a_job_runs_to_its_products(client: Client, capture: Capture, program: Program, tmp_path: Path) -> None:
    out = tmp_path / "out put"
    await client.call("subscribe")
    job = await client.submit(capture(features={"tasks": 4, "seconds": 0.1}, mesh={"isolated": True}), output=str(out))
    kinds, names, seqs = set(), set(), []
    while True:
        event = (await client.next_event())["params"]
        kinds.add(event["kind"])
        seqs.append(event["seq"])
        names.add(event.get("name"))
        if event["kind"] == "job.changed" and event["job"]["state"] == "completed":
            break
    assert kinds == {"job.changed", "stage.changed", "tasks.changed", "node.changed", "product.ready"}
    assert seqs == sorted(seqs)
    assert names >= {"model.glb", "colmap", "result.json"}
    assert (out / "model.glb").read_bytes() == b"model"
    assert not program.processes("stage"), "the job is over"
    assert (out / "colmap" / "cameras.bin").exists()
    assert not [path for path in out.iterdir() if path.name.startswith(".")]
    log = await client.call("logs.tail", job=job["id"], lines=3)
    assert log["lines"][-1]["text"] == "completed"
    assert log["before"]
    assert await client.call("logs.tail", job=job["id"], lines=3, before=log["before"])


async def test_the_same_key_is_the_same_job(client: Client, capture: Capture) -> None:
    folder = capture()
    first = await client.submit(folder)
    second = await client.submit(folder)
    assert first["id"] == second["id"]
    await client.job_until(first["id"], "completed")
    assert (await client.submit(folder))["id"] == first["id"]
    assert len((await client.call("jobs.list"))["jobs"]) == 1


@pytest.mark.parametrize("isolated", [False, True])
async def test_abort_frees_the_processor(client: Client, capture: Capture, program: Program, isolated: bool) -> None:
    job = await client.submit(capture(mesh={"tasks": 2, "seconds": 600, "spin": True, "isolated": isolated}))
    await client.stage_reached(job["id"], "mesh")
    role = "stage" if isolated else "worker"
    wait_until(lambda: program.processes(role), what="what is to be stopped")
    busy = program.processes(role)
    watch = Watch()
    aborted = (await client.call("jobs.abort", job=job["id"]))["job"]
    assert aborted["state"] == "canceled"
    wait_until(lambda: not any(process.is_running() for process in busy), what="the processes to end")
    assert watch.took_s() < 5
    # What was stopped goes on where it was.
    again = (await client.call("jobs.retry", job=job["id"]))["job"]
    assert again["state"] in {"queued", "running"}
    await client.stage_reached(job["id"], "mesh")
    assert (await client.call("jobs.abort", job=job["id"]))["job"]["state"] == "canceled"


async def test_pause_and_resume(client: Client, capture: Capture, gate: Gate) -> None:
    folder = capture(features={"tasks": 4, "gate": gate.path, "free": 1})
    job = await client.submit(folder)
    await client.tasks_done(job["id"], "features", 1)
    paused = (await client.call("jobs.pause", job=job["id"]))["job"]
    assert paused["state"] == "paused"
    assert paused["error"] is None
    done = {path.stem for path in files(job, "features-*.txt")}
    assert done == {"features-0"}
    gate.open()
    await client.call("jobs.resume", job=job["id"])
    await client.job_until(job["id"], "completed")
    tries = {path.stem: len(path.read_text().split()) for path in files(job, "features-*.tries")}
    assert all(tries[name] == 1 for name in done), "a whole task ran twice"


async def test_an_engine_error_arrives_whole(client: Client, capture: Capture) -> None:
    for isolated in (False, True):
        job = await client.submit(capture(f"broken-{isolated}", matching={"error": True, "isolated": isolated}))
        failed = await client.job_until(job["id"], "failed")
        assert failed["error"] == {
            "kind": "input",
            "summary": "The toy is broken.",
            "remedy": "Mend it.",
            "retryable": False,
            "detail": "toy detail",
        }
        assert next(stage for stage in failed["stages"] if stage["name"] == "matching")["state"] == "failed"


async def test_too_little_memory_is_a_sentence(client: Client, capture: Capture) -> None:
    job = await client.submit(capture(mesh={"memory": True, "isolated": True}))
    failed = await client.job_until(job["id"], "failed")
    assert failed["error"]["kind"] == "out-of-memory"
    assert failed["error"]["remedy"]


async def test_jobs_run_one_at_a_time_by_priority(client: Client, capture: Capture, gate: Gate) -> None:
    first = await client.submit(capture("one", features={"gate": gate.path}))
    second = await client.submit(capture("two"), priority=-1)
    third = await client.submit(capture("three"), priority=2)
    gate.open()
    jobs = [await client.job_until(job["id"], "completed") for job in (first, third, second)]
    assert [job["started"] for job in jobs] == sorted(job["started"] for job in jobs)


async def test_two_clients_see_the_same(client: Client, capture: Capture) -> None:
    other = await Client.connect()
    try:
        state = await other.call("subscribe")
        assert state["snapshot"]["jobs"] == []
        assert [node["id"] for node in state["snapshot"]["nodes"]] == ["worker-1", "worker-2"]
        job = await client.submit(capture())
        async with asyncio.timeout(PATIENCE_S):
            while True:
                event = (await other.next_event())["params"]
                if event["kind"] == "job.changed" and event["job"]["state"] == "completed":
                    break
        assert event["job"]["id"] == job["id"]
        since = {"epoch": other.hello["epoch"], "seq": event["seq"] - 3}
        again = await client.call("subscribe", since=since)
        assert again["snapshot"] is None
        assert [missed["seq"] for missed in again["events"]][:3] == [event["seq"] - 2, event["seq"] - 1, event["seq"]]
        assert (await client.call("subscribe", since={"epoch": "another", "seq": 1}))["snapshot"]
    finally:
        await other.close()


async def test_bad_requests_are_answered(client: Client, capture: Capture, tmp_path: Path) -> None:
    folder = capture()
    cases = [
        ("jobs.get", {"job": "none"}, -32001, "usage"),
        ("jobs.fly", {}, -32601, "usage"),
        ("jobs.get", {}, -32602, "usage"),
        ("nodes.quit", {"node": "worker-1"}, -32004, "usage"),
        ("jobs.submit", {"capture": str(folder), "preset": "finest", "key": "k"}, -32000, "usage"),
        ("jobs.submit", {"capture": str(tmp_path / "gone"), "preset": "draft", "key": "k"}, -32000, "input"),
    ]
    for method, params, code, kind in cases:
        with pytest.raises(Refused) as refused:
            await client.call(method, **params)
        assert refused.value.error["code"] == code
        assert refused.value.error["data"]["kind"] == kind
    assert (await client.call("jobs.list"))["jobs"] == []


async def test_an_output_that_cannot_be_written(client: Client, capture: Capture, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    job = await client.submit(capture(), output=str(blocked / "out"))
    failed = await client.job_until(job["id"], "failed")
    assert "cannot be written" in failed["error"]["summary"]
    blocked.unlink()
    await client.call("jobs.retry", job=job["id"])
    await client.job_until(job["id"], "completed")
    assert (blocked / "out" / "model.glb").exists()


async def test_pausing_and_aborting_at_once(client: Client, capture: Capture, program: Program) -> None:
    other = await Client.connect()
    job = await client.submit(capture(mesh={"tasks": 2, "seconds": 60, "spin": True, "isolated": True}))
    await client.stage_reached(job["id"], "mesh")
    await asyncio.gather(client.call("jobs.pause", job=job["id"]), other.call("jobs.abort", job=job["id"]))
    wait_until(lambda: not program.processes("stage"), what="the stage children to end")
    assert (await client.call("jobs.get", job=job["id"]))["job"]["state"] in {"paused", "canceled"}
    await other.close()
