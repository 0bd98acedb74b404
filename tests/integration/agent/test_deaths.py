"""What happens when processes die: a task is retried, nothing is orphaned, a job can go on."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from client import Client
from gate import Gate

from program import Program, wait_until

Capture = Callable[..., Path]


@pytest.mark.parametrize("isolated", [False, True])
async def test_one_crash_costs_one_retry(client: Client, capture: Capture, isolated: bool) -> None:
    crash = {"signal": int(signal.SIGSEGV), "times": 1, "seconds": 0.3, "isolated": isolated}
    job = await client.submit(capture(features={"tasks": 2}, mesh=crash))
    done = await client.job_until(job["id"], "completed")
    assert len((Path(done["folder"]) / "work" / "mesh-0.tries").read_text().split()) == 2
    log = await client.call("logs.tail", job=job["id"], lines=200)
    assert any("SIGSEGV" in line["text"] and "tried again" in line["text"] for line in log["lines"])


@pytest.mark.parametrize("isolated", [False, True])
async def test_the_third_crash_fails_the_job(client: Client, capture: Capture, isolated: bool) -> None:
    crash = {"signal": int(signal.SIGSEGV), "seconds": 0.3, "isolated": isolated}
    job = await client.submit(capture(mesh=crash))
    failed = await client.job_until(job["id"], "failed")
    assert failed["error"]["kind"] == "worker-lost"
    assert "mesh/0" in failed["error"]["summary"]
    assert "3 times" in failed["error"]["summary"]
    assert "SIGSEGV" in failed["error"]["summary"]
    assert len((Path(failed["folder"]) / "work" / "mesh-0.tries").read_text().split()) == 3


async def test_a_killed_worker_costs_nothing_else(client: Client, capture: Capture, program: Program) -> None:
    job = await client.submit(capture(features={"tasks": 6, "seconds": 0.5}))
    await client.stage_reached(job["id"], "features")
    program.kill("worker")
    await client.job_until(job["id"], "completed")


async def test_killing_a_worker_ends_its_stage_child(
    client: Client, capture: Capture, program: Program, gate: Gate
) -> None:
    job = await client.submit(capture(mesh={"isolated": True, "gate": gate.path}))
    await client.stage_reached(job["id"], "mesh")
    wait_until(lambda: program.processes("stage"), what="a stage child")
    (child,) = program.processes("stage")
    os.kill(child.ppid(), signal.SIGKILL)
    wait_until(lambda: not child.is_running(), what="the stage child to end")
    gate.open()
    await client.job_until(job["id"], "completed")


async def test_a_killed_agent_leaves_nobody_and_its_job_goes_on(program: Program, capture: Capture, gate: Gate) -> None:
    client = await Client.connect()
    job = await client.submit(capture(features={"tasks": 2}, mesh={"isolated": True, "gate": gate.path}))
    await client.stage_reached(job["id"], "mesh")
    wait_until(lambda: program.processes("stage"), what="a stage child")
    program.kill("agent")
    wait_until(lambda: not program.processes(), what="everything to end with the agent")
    await client.close()

    again = await Client.connect()
    interrupted = (await again.call("jobs.get", job=job["id"]))["job"]
    assert interrupted["state"] == "paused"
    assert interrupted["error"]["kind"] == "interrupted"
    assert again.hello["epoch"] != client.hello["epoch"]
    gate.open()
    await again.call("jobs.resume", job=job["id"])
    done = await again.job_until(job["id"], "completed")
    assert len((Path(done["folder"]) / "work" / "features-0.tries").read_text().split()) == 1
    await again.close()


async def test_stopping_the_agent_ends_everything(program: Program, capture: Capture) -> None:
    client = await Client.connect()
    job = await client.submit(capture(mesh={"isolated": True, "seconds": 60, "spin": True}))
    await client.stage_reached(job["id"], "mesh")
    await client.call("agent.stop", when="now")
    wait_until(lambda: not program.processes(), what="everything to end")
    await client.close()
    again = await Client.connect()
    assert (await again.call("jobs.get", job=job["id"]))["job"]["error"]["kind"] == "interrupted"
    await again.close()
