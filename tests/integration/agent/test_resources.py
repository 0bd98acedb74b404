"""Memory and workers: too much is stopped with a sentence, workers go when there is nothing to do, and come back."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from client import Client

from patience import PATIENCE_S
from program import Program, wait_until
from tiepoint.runtime.endpoint import AGENT

Capture = Callable[..., Path]
MEMORY_BYTES = 900_000_000


@pytest.fixture
def small_agent(program: Program) -> Iterator[subprocess.Popen[bytes]]:
    script = Path(__file__).with_name("small_agent.py")
    with subprocess.Popen([sys.executable, str(script), str(MEMORY_BYTES), "1.0"]) as process:
        wait_until(Path(AGENT.address()).exists, what="the agent to listen")
        yield process
        process.kill()


@pytest_asyncio.fixture
async def small(small_agent: subprocess.Popen[bytes]) -> AsyncIterator[Client]:
    client = await Client.connect()
    yield client
    await client.close()


@pytest.mark.parametrize("isolated", [False, True])
async def test_too_much_memory_ends_the_job_with_a_sentence(small: Client, capture: Capture, isolated: bool) -> None:
    hungry = {"shared_bytes": MEMORY_BYTES, "seconds": 8, "isolated": isolated}
    job = await small.submit(capture("hungry", mesh=hungry))
    failed = await small.job_until(job["id"], "failed")
    assert failed["error"]["kind"] == "out-of-memory"
    assert "mesh" in failed["error"]["summary"]
    job = await small.submit(capture("modest"))
    await small.job_until(job["id"], "completed")


async def test_workers_go_when_there_is_nothing_to_do(small: Client, capture: Capture, program: Program) -> None:
    job = await small.submit(capture("first"))
    await small.job_until(job["id"], "completed")
    wait_until(lambda: not program.processes("worker"), what="the workers to end")
    job = await small.submit(capture("second"))
    await small.job_until(job["id"], "completed")


async def test_workers_that_cannot_start_fail_the_job(
    program: Program, capture: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_BROKEN_WORKERS", "1")
    client = await Client.connect()
    job = await client.submit(capture())
    failed = await client.job_until(job["id"], "failed")
    assert failed["error"]["kind"] == "setup"
    assert "the toy worker is broken" in failed["error"]["detail"]
    await client.close()


async def test_an_abort_while_the_cluster_starts(small: Client, capture: Capture, program: Program) -> None:
    for number in range(3):
        job = await small.submit(capture(f"capture-{number}"))
        assert (await small.call("jobs.abort", job=job["id"]))["job"]["state"] == "canceled"
    job = await small.submit(capture("last"))
    await small.job_until(job["id"], "completed")
    assert len(program.processes("worker")) <= 1  # none, if they went meanwhile


async def test_an_idle_agent_uses_no_processor(small: Client, capture: Capture, program: Program) -> None:
    job = await small.submit(capture())
    await small.job_until(job["id"], "completed")
    wait_until(lambda: not program.processes("worker"), what="the workers to end")
    agent = next(process for process in program.processes() if "small_agent.py" in " ".join(process.cmdline()))
    async with asyncio.timeout(PATIENCE_S):
        while await _used_in_two_seconds(agent) >= 0.05:
            pass  # it was putting away what it had; one that never rests fails


async def _used_in_two_seconds(process: psutil.Process) -> float:
    before = sum(process.cpu_times()[:2])
    await asyncio.sleep(2)
    return float(sum(process.cpu_times()[:2]) - before)
