"""The services beneath the panel's pages against a real agent: followed, killed, stopped, limited, remembered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from client import Client
from gate import Gate

from patience import PATIENCE_S
from program import Program, wait_until
from tiepoint import bootstrap
from tiepoint.domain.failure_card import failure_card
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState, StageState
from tiepoint.domain.job_journal import EntryKind
from tiepoint.domain.link import LinkState
from tiepoint.services.computer import AgentState
from tiepoint.services.monitor import JobNotice, NoticeKind
from tiepoint.services.program import Program as Services

Capture = Callable[..., Path]


class Panel:
    """The services as the panel has them, and what they told."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.notices: list[JobNotice] = []
        self.links: list[LinkState] = []
        services.monitor.noticed.subscribe(self.notices.append)
        services.monitor.changed.subscribe(lambda snapshot: self._link(snapshot.link.state))

    def _link(self, state: LinkState) -> None:
        if not self.links or self.links[-1] is not state:
            self.links.append(state)

    async def until(self, claim: Callable[[], Any], timeout_s: float = PATIENCE_S) -> None:
        """Wait until a claim about the monitor holds."""
        heard = asyncio.Event()
        stop = self.services.monitor.changed.subscribe(lambda _: heard.set())
        try:
            async with asyncio.timeout(timeout_s):
                while not claim():
                    heard.clear()
                    await heard.wait()
        finally:
            stop()

    async def started(self) -> None:
        self.services.monitor.start()
        await self.until(self.services.monitor.is_up)

    def job(self, job_id: str) -> Job:
        found = self.services.monitor.snapshot.job(job_id)
        assert found is not None
        return found

    def is_in(self, job_id: str, state: JobState) -> Callable[[], bool]:
        def claim() -> bool:
            found = self.services.monitor.snapshot.job(job_id)
            return found is not None and found.state is state

        return claim

    async def until_stage_runs(self, job_id: str, stage: str) -> None:
        def claim() -> bool:
            found = self.services.monitor.snapshot.job(job_id)
            return found is not None and any(
                each.name == stage and each.state is StageState.RUNNING and each.tasks.running for each in found.stages
            )

        await self.until(claim)


@pytest_asyncio.fixture
async def panel(program: Program) -> AsyncIterator[Panel]:
    async with bootstrap.open_program() as services:
        yield Panel(services)


async def test_a_killed_agent_is_started_again_and_said_once(
    panel: Panel, client: Client, capture: Capture, program: Program, gate: Gate
) -> None:
    await panel.started()
    job = await client.submit(capture(mesh={"isolated": True, "gate": gate.path}))
    await panel.until_stage_runs(job["id"], "mesh")
    killed = program.kill("agent")
    await panel.until(lambda: not panel.services.monitor.is_up())
    assert panel.job(job["id"]).state is JobState.RUNNING
    await panel.until(panel.services.monitor.is_up)
    await panel.until(panel.is_in(job["id"], JobState.PAUSED))
    assert panel.links == [LinkState.CONNECTED, LinkState.LOST, LinkState.CONNECTED]
    kinds = [entry.kind for entry in panel.services.monitor.journal]
    assert (
        kinds.count(EntryKind.LINK_LOST) == kinds.count(EntryKind.LINK_BACK) == kinds.count(EntryKind.INTERRUPTED) == 1
    )
    assert [notice.kind for notice in panel.notices] == [NoticeKind.ATTENTION]
    assert killed not in [process.pid for process in program.processes("agent")]
    card = failure_card(panel.job(job["id"]), [])
    assert card is not None
    assert card.kept
    gate.open()
    await panel.services.jobs.resume(JobId(job["id"]))
    await panel.until(panel.is_in(job["id"], JobState.COMPLETED))
    assert [notice.kind for notice in panel.notices] == [NoticeKind.ATTENTION, NoticeKind.COMPLETED]


async def test_a_job_goes_on_when_the_panel_has_gone(program: Program, capture: Capture, gate: Gate) -> None:
    async with bootstrap.open_program() as services:
        panel = Panel(services)
        await panel.started()
        client = await Client.connect()
        job = await client.submit(capture(features={"gate": gate.path}))
        await client.close()
        await panel.until_stage_runs(job["id"], "features")
        assert [unfinished.id for unfinished in services.monitor.snapshot.unfinished] == [job["id"]]
    assert program.processes("agent")
    gate.open()
    again = await Client.connect()
    await again.job_until(job["id"], "completed")
    await again.close()
    async with bootstrap.open_program() as services:
        panel = Panel(services)
        await panel.started()
        assert panel.job(job["id"]).state is JobState.COMPLETED
        kinds = [entry.kind for entry in services.monitor.journal]
        assert kinds[0] is EntryKind.SUBMITTED
        assert kinds[-1] is EntryKind.COMPLETED
        assert kinds.count(EntryKind.STAGE_FINISHED) == len(panel.job(job["id"]).stages)
        assert panel.notices == []


async def test_stopping_now_is_resumable_and_stays_stopped(
    panel: Panel, client: Client, capture: Capture, program: Program, gate: Gate
) -> None:
    await panel.started()
    job = await client.submit(capture(mesh={"isolated": True, "gate": gate.path}))
    await panel.until_stage_runs(job["id"], "mesh")
    await client.close()
    await panel.services.computer.stop_agent(now=True)
    wait_until(lambda: not program.processes(), what="everything to end")
    await asyncio.sleep(1.5)
    assert not program.processes()
    assert panel.services.computer.snapshot.agent.state is AgentState.STOPPED
    await panel.services.computer.start_agent()
    await panel.until(panel.is_in(job["id"], JobState.PAUSED))
    assert panel.notices == []
    gate.open()
    await panel.services.jobs.go_on(panel.job(job["id"]))
    await panel.until(panel.is_in(job["id"], JobState.COMPLETED))


async def test_stopping_when_idle_lets_the_job_end_first(
    panel: Panel, client: Client, capture: Capture, program: Program, gate: Gate
) -> None:
    await panel.started()
    job = await client.submit(capture(features={"gate": gate.path}))
    await panel.until_stage_runs(job["id"], "features")
    await panel.services.computer.stop_agent(now=False)
    assert panel.services.computer.snapshot.agent.state is AgentState.STOPPING
    gate.open()
    await panel.until(lambda: panel.services.monitor.snapshot.link.state is LinkState.STOPPED)
    assert panel.job(job["id"]).state is JobState.COMPLETED
    wait_until(lambda: not program.processes("agent"), what="the agent to end")


async def test_pausing_all_stops_what_runs_and_what_waits(
    panel: Panel, client: Client, capture: Capture, gate: Gate
) -> None:
    await panel.started()
    first = await client.submit(capture("one", features={"gate": gate.path}))
    second = await client.submit(capture("two"))
    await panel.until_stage_runs(first["id"], "features")
    paused = await panel.services.jobs.pause_all()
    assert {job.id for job in paused} == {first["id"], second["id"]}
    await panel.until(lambda: panel.services.monitor.snapshot.unfinished == ())
    assert await panel.services.jobs.running() == ()
    await panel.services.jobs.abort(JobId(first["id"]))
    await panel.services.jobs.abort(JobId(second["id"]))


async def test_priority_is_honoured_while_jobs_wait(panel: Panel, client: Client, capture: Capture, gate: Gate) -> None:
    await panel.started()
    assert panel.services.monitor.snapshot.can("jobs.priority")
    first = await client.submit(capture("one", features={"gate": gate.path}))
    second = await client.submit(capture("two"))
    third = await client.submit(capture("three"))
    await panel.until(panel.is_in(third["id"], JobState.QUEUED))
    await panel.services.jobs.set_priority(JobId(third["id"]), 1)
    gate.open()
    jobs = [await client.job_until(job["id"], "completed") for job in (first, third, second)]
    assert [job["started"] for job in jobs] == sorted(job["started"] for job in jobs)
    await panel.until(panel.is_in(second["id"], JobState.COMPLETED))
    assert len(panel.notices) == 3


async def test_the_node_limit_is_honoured(panel: Panel, client: Client, capture: Capture) -> None:
    await panel.started()
    most: dict[str, int] = {}

    def count(_: Any) -> None:
        for job in panel.services.monitor.snapshot.jobs:
            running = max((stage.tasks.running for stage in job.stages), default=0)
            most[job.id] = max(most.get(job.id, 0), running)

    panel.services.monitor.changed.subscribe(count)
    features = {"tasks": 6, "seconds": 0.3}
    limited = await client.submit(capture("limited", features=features), node_limit=1)
    free = await client.submit(capture("free", features=features))
    await panel.until(panel.is_in(free["id"], JobState.COMPLETED))
    assert (most[limited["id"]], most[free["id"]]) == (1, 2)


async def test_a_log_is_followed_to_its_last_word(panel: Panel, client: Client, capture: Capture) -> None:
    await panel.started()
    job = await client.submit(capture())
    log = panel.services.monitor.follow_log(JobId(job["id"]))
    ended = asyncio.Event()
    log.appended.subscribe(lambda lines: ended.set() if lines[-1].text == "completed" else None)
    await asyncio.wait_for(ended.wait(), PATIENCE_S)
    whole = (await client.call("logs.tail", job=job["id"], lines=500))["lines"]
    assert [line.text for line in log.lines] == [line["text"] for line in whole]
    log.close()


async def test_history_survives_the_agent_and_gives_a_range(
    panel: Panel, client: Client, capture: Capture, program: Program
) -> None:
    await panel.started()
    estimates = panel.services.estimates
    assert estimates.before(3, megapixels=0, photo_bytes=3000, preset="draft").time.total is None
    job = await client.submit(capture(features={"seconds": 0.5}))
    await panel.until(panel.is_in(job["id"], JobState.COMPLETED))
    await client.close()
    program.kill("agent")
    await panel.until(lambda: not panel.services.monitor.is_up())
    await panel.until(panel.services.monitor.is_up)
    await estimates.refresh()
    found = estimates.before(3, megapixels=0, photo_bytes=3000, preset="draft")
    assert found.time.total is not None
    assert found.time.total.high_s > 0.5
    assert found.basis == "from 1 earlier run on this computer"
    assert panel.job(job["id"]).photos == 3


async def test_limits_hold_from_the_next_job_on(
    panel: Panel, capture: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TIEPOINT_WORKERS")
    await panel.services.preferences.update(workers=2, memory_limit_bytes=3_000_000_000)
    await panel.started()
    assert [node.memory_bytes for node in panel.services.monitor.snapshot.nodes] == [1_500_000_000] * 2
    client = await Client.connect()
    job = await client.submit(capture("one"))
    await panel.until(panel.is_in(job["id"], JobState.COMPLETED))
    await panel.services.preferences.update(workers=1)
    job = await client.submit(capture("two", features={"tasks": 3}))
    await panel.until(panel.is_in(job["id"], JobState.COMPLETED))
    assert panel.services.computer.snapshot.workers == 1
    assert panel.services.computer.snapshot.worker_memory_bytes == 3_000_000_000
    await client.close()


async def test_the_disk_floor_stops_a_job_resumably(panel: Panel, client: Client, capture: Capture) -> None:
    await panel.started()
    await panel.services.preferences.update(disk_floor_bytes=2**59)
    job = await client.submit(capture(features={"seconds": 20}))
    await panel.until(panel.is_in(job["id"], JobState.FAILED))
    error = panel.job(job["id"]).error
    assert error is not None
    assert error.kind == "no-space"
    await panel.services.preferences.update(disk_floor_bytes=200_000_000)
    await panel.services.jobs.abort(JobId(job["id"]))


async def test_the_load_of_the_jobs_is_seen(panel: Panel, client: Client, capture: Capture) -> None:
    await panel.started()
    job = await client.submit(capture(mesh={"isolated": True, "seconds": 60, "spin": True}))
    await panel.until_stage_runs(job["id"], "mesh")
    busy = asyncio.Event()
    off = panel.services.computer.watch_load(lambda sample: busy.set() if (sample.jobs_cpu or 0) > 0.2 else None)
    await asyncio.wait_for(busy.wait(), PATIENCE_S)
    assert (panel.services.computer.load[-1].jobs_memory_bytes or 0) > 10**7
    off()
    await panel.services.jobs.abort(JobId(job["id"]))
