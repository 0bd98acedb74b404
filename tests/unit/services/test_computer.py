"""This computer: facts, load only while somebody listens, starting and stopping the agent on purpose."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from fakes.clock import FakeClock
from fakes.products import FakeSettingsStore, FakeSystem
from fakes.scheduler import FakeScheduler
from patience import PATIENCE_S
from tiepoint.domain.computer import LoadSample
from tiepoint.domain.errors import AgentUnavailable, OperationFailed
from tiepoint.domain.link import LinkState
from tiepoint.ports.system import EngineFacts
from tiepoint.services.computer import AgentState, Computer
from tiepoint.services.monitor import JobMonitor
from tiepoint.services.preferences import Preferences


class Parts:
    """A computer of fakes whose sleeps take no time."""

    def __init__(self) -> None:
        self.system, self.scheduler = FakeSystem(), FakeScheduler()
        self.preferences = Preferences(FakeSettingsStore())
        self.monitor = JobMonitor(self.scheduler, FakeClock(), self._sleep)
        self.computer = Computer(self.system, self.scheduler, self.monitor, self.preferences, sleep=self._sleep)

    async def _sleep(self, seconds: float) -> None:
        await asyncio.sleep(0.001)

    async def until_state(self, state: AgentState) -> None:
        heard = asyncio.Event()
        self.computer.changed.subscribe(lambda _: heard.set())
        async with asyncio.timeout(PATIENCE_S):
            while self.computer.snapshot.agent.state is not state:
                heard.clear()
                await heard.wait()


@pytest_asyncio.fixture
async def parts() -> AsyncIterator[Parts]:
    made = Parts()
    yield made
    await made.monitor.stop()
    await made.computer.stop()


async def test_facts_of_the_computer_and_its_agent(parts: Parts) -> None:
    parts.monitor.start()
    await parts.until_state(AgentState.RUNNING)
    snapshot = await parts.computer.refresh()
    assert snapshot.facts is not None
    assert (snapshot.facts.cpu_count, snapshot.disk_free_bytes, snapshot.workers) == (2, 10**12, 1)
    assert snapshot.engine is not None
    assert parts.computer.snapshot.agent.pid == 4242
    assert parts.computer.snapshot.agent.version == "0.1.0"
    await parts.preferences.update(disk_floor_bytes=10**10)
    assert parts.computer.snapshot.disk_floor_bytes == 10**10


async def test_an_engine_that_cannot_start_is_a_fact(parts: Parts) -> None:
    parts.system.engine_facts = None
    snapshot = await parts.computer.refresh()
    assert snapshot.engine is None
    assert snapshot.engine_problem is not None
    assert snapshot.engine_problem.remedy


async def test_the_load_is_measured_while_somebody_listens(parts: Parts) -> None:
    samples: list[LoadSample] = []
    enough = asyncio.Event()

    def listen(sample: LoadSample) -> None:
        samples.append(sample)
        enough.set()

    await asyncio.sleep(0.01)
    assert parts.system.looks == 0
    off, other_off = parts.computer.watch_load(listen), parts.computer.watch_load(lambda _: None)
    await asyncio.wait_for(enough.wait(), PATIENCE_S)
    off()
    off()
    enough.clear()
    assert parts.computer.load
    other_off()
    await asyncio.sleep(0.01)
    looks = parts.system.looks
    await asyncio.sleep(0.02)
    assert parts.system.looks == looks
    off = parts.computer.watch_load(listen)
    await asyncio.wait_for(enough.wait(), PATIENCE_S)
    off()


async def test_stopping_now_waits_for_the_end_and_starting_follows_again(parts: Parts) -> None:
    parts.monitor.start()
    await parts.until_state(AgentState.RUNNING)
    parts.system.processes = {4242}
    asyncio.get_running_loop().call_later(0.02, parts.system.processes.clear)
    await parts.computer.stop_agent(now=True)
    assert not parts.system.processes
    assert parts.scheduler.stops == [True]
    assert parts.computer.snapshot.agent.state is AgentState.STOPPED
    await parts.computer.start_agent()
    await parts.until_state(AgentState.RUNNING)


async def test_an_agent_that_does_not_end_is_said(parts: Parts) -> None:
    parts.monitor.start()
    await parts.until_state(AgentState.RUNNING)
    parts.system.processes = {4242}
    with pytest.raises(OperationFailed) as still:
        await parts.computer.stop_agent(now=True)
    assert still.value.remedy


async def test_stopping_when_idle_lets_the_agent_go(parts: Parts) -> None:
    parts.monitor.start()
    await parts.until_state(AgentState.RUNNING)
    await parts.computer.stop_agent(now=False)
    assert parts.computer.snapshot.agent.state is AgentState.STOPPING
    parts.scheduler.lose()
    await parts.until_state(AgentState.STOPPED)
    assert parts.monitor.snapshot.link.state is LinkState.STOPPED
    with pytest.raises(AgentUnavailable):
        await parts.computer.start_agent()


async def test_stopping_what_does_not_run_starts_nothing(parts: Parts) -> None:
    parts.scheduler.is_reachable = False
    await parts.computer.stop_agent(now=True)
    assert parts.scheduler.stops == []
    assert parts.computer.snapshot.agent.state is AgentState.STOPPED


async def test_of_a_captures_folder_that_cannot_be_used_no_free_space_is_told(parts: Parts) -> None:
    places = parts.system.places
    places["captures"] = dataclasses.replace(
        places["captures"], is_writable=False, free_bytes=0, problem="Read-only file system"
    )
    assert (await parts.computer.refresh()).disk_free_bytes is None


async def test_code_is_compiled_ahead_once_where_it_was_not(parts: Parts) -> None:
    await parts.computer.warm_engine()
    assert (parts.system.warmings, parts.computer.snapshot.engine) == (0, None)  # nothing was started to find that out
    parts.system.engine_facts = EngineFacts({}, is_warm=False)
    parts.system.warming = asyncio.Event()
    seen = []
    parts.computer.changed.subscribe(lambda snapshot: seen.append(snapshot.is_warming))
    first = asyncio.create_task(parts.computer.warm_engine())
    await parts.system.warming_begun.wait()
    await parts.computer.warm_engine()  # one is enough
    assert parts.computer.snapshot.is_warming
    parts.system.warming.set()
    await first
    await parts.computer.warm_engine()
    snapshot = parts.computer.snapshot
    assert (parts.system.warmings, snapshot.is_warming) == (1, False)
    assert snapshot.engine is not None
    assert snapshot.engine.is_warm
    assert True in seen


async def test_an_engine_that_cannot_be_asked_is_not_compiled(parts: Parts) -> None:
    parts.system.engine_facts = None
    await parts.computer.warm_engine()
    assert (parts.system.warmings, parts.computer.snapshot.is_warming) == (0, False)
    assert parts.computer.snapshot.engine_problem is not None
