"""The eye on the scheduler: never blocks, says a loss once, notices each end once, keeps what it last heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from fakes.agent import FakeAgent
from fakes.clock import FakeClock
from fakes.scheduler import T0, FakeScheduler
from patience import PATIENCE_S
from tiepoint.adapters.scheduler.client import ProtocolScheduler
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.job_journal import EntryKind, JournalEntry
from tiepoint.domain.link import LinkState
from tiepoint.protocol.events import LogLine
from tiepoint.services.event import Event
from tiepoint.services.job_log import KEPT_LINES
from tiepoint.services.monitor import JobMonitor, JobNotice, NoticeKind

A, B = JobId("20261125-a-000001"), JobId("20261125-b-000002")


async def _until(event: Event[Any], claim: Callable[[], object]) -> None:
    heard = asyncio.Event()
    stop = event.subscribe(lambda _: heard.set())
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not claim():
                heard.clear()
                await heard.wait()
    finally:
        stop()


class Watched:
    """A monitor of an agent over the real client, and everything it said."""

    def __init__(self) -> None:
        self.fake = FakeScheduler()
        self.agent = FakeAgent(self.fake)
        self.client = ProtocolScheduler(self.agent.open_stream, "test", sleep=self._sleep)
        self.clock = FakeClock()
        self.monitor = JobMonitor(self.client, self.clock, self._sleep)
        self.links: list[LinkState] = []
        self.notices: list[JobNotice] = []
        self.entries: list[JournalEntry] = []
        self.monitor.changed.subscribe(lambda snapshot: self._link(snapshot.link.state))
        self.monitor.noticed.subscribe(self.notices.append)
        self.monitor.journaled.subscribe(self.entries.append)

    def add(self, job_id: JobId, state: JobState, **more: Any) -> None:
        self.fake.all_jobs[job_id] = Job(job_id, job_id[9:10], "/c", state, submitted=T0, **more)

    def _link(self, state: LinkState) -> None:
        if not self.links or self.links[-1] is not state:
            self.links.append(state)

    async def _sleep(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await asyncio.sleep(0.001)

    async def until(self, claim: Any, event: Event[Any] | None = None) -> None:
        """Wait until a claim about the monitor holds."""
        await _until(event or self.monitor.changed, claim)

    async def until_up(self) -> None:
        await self.until(self.monitor.is_up)


@pytest_asyncio.fixture
async def watched() -> AsyncIterator[Watched]:
    made = Watched()
    yield made
    await made.monitor.stop()
    await made.client.close()


async def test_it_starts_without_an_agent_and_goes_on_when_there_is_one(watched: Watched) -> None:
    watched.fake.is_reachable = False
    watched.monitor.start()
    watched.monitor.start()
    assert watched.monitor.snapshot.link.state is LinkState.CONNECTING
    await watched.until(lambda: watched.monitor.snapshot.link.state is LinkState.LOST)
    assert watched.monitor.snapshot.link.problem is not None
    watched.fake.is_reachable = True
    await watched.until_up()
    assert watched.links == [LinkState.LOST, LinkState.CONNECTED]
    assert watched.monitor.snapshot.agent is not None
    assert watched.monitor.snapshot.can("jobs.priority")


async def test_the_first_failure_of_a_running_job_is_told_once(watched: Watched) -> None:
    watched.add(A, JobState.RUNNING)
    watched.monitor.start()
    await watched.until_up()
    for retried in (0, 1, 2):
        watched.fake.set(A, retried=retried)
        await watched.until(lambda: watched.monitor.snapshot.jobs[0].retried == retried)  # noqa: B023
    watched.fake.set(A, state=JobState.COMPLETED)
    await watched.until(lambda: len(watched.notices) == 2)
    assert [notice.kind for notice in watched.notices] == [NoticeKind.FIRST_FAILURE, NoticeKind.COMPLETED]


async def test_trying_now_cuts_the_pause_short(watched: Watched) -> None:
    asked = asyncio.Event()

    async def for_ever(seconds: float) -> None:
        asked.set()
        await asyncio.Event().wait()

    watched.monitor.try_now()
    watched.fake.is_reachable = False
    monitor = JobMonitor(watched.client, watched.clock, for_ever)
    monitor.start()
    await asked.wait()
    assert monitor.snapshot.link.next_try == watched.clock() + timedelta(seconds=0.5)
    watched.fake.is_reachable = True
    up = asyncio.Event()
    monitor.changed.subscribe(lambda snapshot: up.set() if snapshot.link.is_up else None)
    monitor.try_now()
    await up.wait()
    assert monitor.snapshot.link.next_try is None
    await monitor.stop()


async def test_a_loss_is_said_once_and_keeps_what_was_known(watched: Watched) -> None:
    watched.add(A, JobState.RUNNING)
    watched.monitor.start()
    await watched.until_up()
    heard = watched.monitor.snapshot.link.heard
    watched.fake.is_reachable = False
    await watched.agent.drop_all()
    await watched.until(lambda: watched.monitor.snapshot.link.state is LinkState.LOST)
    since = watched.monitor.snapshot.link.since
    start = watched.clock()
    await watched.until(lambda: watched.clock() - start > timedelta(seconds=60))
    lost = watched.monitor.snapshot
    assert (lost.link.state, lost.link.since, lost.link.heard) == (LinkState.LOST, since, heard)
    assert lost.job(A) is not None
    assert lost.running is not None
    assert [entry.kind for entry in watched.entries] == [EntryKind.LINK_LOST]
    watched.fake.is_reachable = True
    await watched.until_up()
    assert [entry.kind for entry in watched.entries] == [EntryKind.LINK_LOST, EntryKind.LINK_BACK]
    assert watched.notices == []


async def test_each_end_is_noticed_once_and_old_ends_never(watched: Watched) -> None:
    watched.add(A, JobState.COMPLETED, finished=T0)
    watched.add(B, JobState.RUNNING, started=T0)
    watched.monitor.start()
    await watched.until_up()
    watched.fake.set(B, state=JobState.FAILED, finished=T0, error=Failure("engine", "It broke."))
    await watched.until(lambda: watched.notices, watched.monitor.noticed)
    watched.fake.set(B, priority=1)
    watched.fake.set(A, priority=1)
    watched.fake.set(B, state=JobState.QUEUED, finished=None, error=None)
    watched.fake.set(B, state=JobState.COMPLETED, finished=T0)
    await watched.until(lambda: len(watched.notices) > 1, watched.monitor.noticed)
    await watched.agent.drop_all()
    watched.fake.epoch = "epoch-2"
    await watched.until(lambda: EntryKind.LINK_BACK in [entry.kind for entry in watched.entries])
    told = [(notice.kind, notice.job.id) for notice in watched.notices]
    assert told == [(NoticeKind.FAILED, B), (NoticeKind.COMPLETED, B)]


async def test_when_a_job_stopped_running_is_remembered(watched: Watched) -> None:
    watched.add(A, JobState.RUNNING)
    watched.monitor.start()
    await watched.until_up()
    assert watched.monitor.stopped(A) is None
    watched.fake.set(A, state=JobState.PAUSED)
    await watched.until(lambda: watched.monitor.stopped(A), watched.monitor.changed)
    assert watched.monitor.stopped(A) == watched.entries[-1].time
    link = watched.monitor.snapshot.link
    assert link.offset_s != 0.0
    told = link.ours(watched.entries[-1].time)  # jobs and recordings are told by the scheduler's clock
    assert abs((told - watched.clock()).total_seconds()) < 60


async def test_an_end_while_the_link_was_lost_is_noticed(watched: Watched) -> None:
    watched.add(A, JobState.RUNNING)
    watched.monitor.start()
    await watched.until_up()
    watched.fake.is_reachable = False
    await watched.agent.drop_all()
    await watched.until(lambda: not watched.monitor.is_up())
    watched.fake.epoch = "epoch-2"
    watched.fake.set(A, state=JobState.PAUSED, error=Failure("interrupted", "The agent ended."))
    watched.fake.is_reachable = True
    await watched.until(lambda: watched.notices, watched.monitor.noticed)
    assert [notice.kind for notice in watched.notices] == [NoticeKind.ATTENTION]


async def test_what_a_person_stopped_is_not_noticed_and_not_started_again(watched: Watched) -> None:
    watched.add(A, JobState.RUNNING)
    watched.monitor.start()
    await watched.until_up()
    await watched.monitor.hold()
    opened = watched.agent.opened
    await watched.agent.drop_all()
    watched.fake.epoch = "epoch-2"
    watched.fake.set(A, state=JobState.PAUSED, error=Failure("interrupted", "The agent ended."))
    await asyncio.sleep(0.05)
    assert watched.monitor.snapshot.link.state is LinkState.STOPPED
    assert watched.agent.opened == opened
    watched.monitor.release()
    await watched.until(lambda: watched.entries, watched.monitor.journaled)
    assert [entry.kind for entry in watched.entries] == [EntryKind.INTERRUPTED]
    assert watched.notices == []
    assert watched.links == [LinkState.CONNECTED, LinkState.STOPPED, LinkState.CONNECTING, LinkState.CONNECTED]


async def test_an_agent_that_was_to_end_is_let_go(watched: Watched) -> None:
    watched.monitor.start()
    await watched.until_up()
    watched.monitor.expect_end()
    opened = watched.agent.opened
    await watched.agent.drop_all()
    await watched.until(lambda: watched.monitor.snapshot.link.state is LinkState.STOPPED)
    assert watched.agent.opened == opened
    watched.monitor.release()
    await watched.until_up()


async def test_the_past_is_rebuilt_and_the_newest_come_first(watched: Watched) -> None:
    watched.add(A, JobState.COMPLETED, started=T0 + timedelta(seconds=1), finished=T0 + timedelta(seconds=9))
    watched.fake.all_jobs[B] = Job(B, "b", "/c", JobState.QUEUED, submitted=T0 + timedelta(seconds=5))
    watched.monitor.start()
    await watched.until_up()
    kinds = [(entry.kind, entry.job) for entry in watched.monitor.journal]
    submitted, started = EntryKind.SUBMITTED, EntryKind.STARTED
    assert kinds == [(submitted, A), (started, A), (submitted, B), (EntryKind.COMPLETED, A)]
    assert watched.entries == []
    assert [job.id for job in watched.monitor.snapshot.jobs] == [B, A]
    assert [job.id for job in watched.monitor.snapshot.unfinished] == [B]


async def test_a_log_is_followed_and_made_harmless(watched: Watched) -> None:
    watched.add(A, JobState.RUNNING)
    watched.fake.lines = (LogLine(T0, "one"), LogLine(T0, "red \x1b[31m<b>\u202e", "warning", "mesh"))
    watched.monitor.start()
    await watched.until_up()
    log = watched.monitor.follow_log(A)
    await watched.until(lambda: len(log.lines) == 2, log.appended)
    assert (log.lines[1].text, log.lines[1].level) == ("red \\x1b[31m<b>\\u202e", "warning")
    watched.fake.lines += tuple(LogLine(T0, f"{number}") for number in range(2500))
    await watched.until(lambda: len(log.lines) == 2502, log.appended)
    watched.fake.lines += tuple(LogLine(T0, f"{number}") for number in range(KEPT_LINES))
    await watched.until(lambda: len(log.lines) == KEPT_LINES and log.lines[0].text == "0", log.appended)
    log.close()
    log.close()
    await log.ended()
    assert not log.is_open


async def test_a_log_is_not_asked_for_while_nobody_answers(watched: Watched) -> None:
    watched.add(A, JobState.RUNNING)
    watched.monitor.start()
    await watched.until_up()
    await watched.monitor.hold()
    await watched.agent.drop_all()
    opened = watched.agent.opened
    log = watched.monitor.follow_log(A)
    await asyncio.sleep(0.05)
    assert watched.agent.opened == opened
    assert log.lines == ()
    log.close()


async def test_the_last_words_of_a_job_are_heard(watched: Watched) -> None:
    watched.add(A, JobState.RUNNING)
    watched.monitor.start()
    await watched.until_up()
    log = watched.monitor.follow_log(A)
    await watched.until(lambda: log.lines, log.appended)
    watched.fake.set(A, state=JobState.COMPLETED)
    watched.fake.lines += (LogLine(T0, "completed"),)
    await watched.until(lambda: log.lines[-1].text == "completed", log.appended)
    log.close()


@pytest.mark.parametrize("method", ["timings.list", "logs.tail"])
async def test_a_scheduler_without_the_method_disturbs_nobody(watched: Watched, method: str) -> None:
    watched.add(A, JobState.RUNNING)
    watched.agent.refuses = {method}
    watched.monitor.start()
    await watched.until_up()
    log = watched.monitor.follow_log(A)
    await asyncio.sleep(0.02)
    assert log.is_open
    assert watched.monitor.is_up()
    log.close()


async def test_a_job_that_ends_with_the_link_of_an_agent_that_was_to_end_is_over() -> None:
    scheduler = FakeScheduler()
    scheduler.all_jobs[A] = Job(A, "a", "/c", JobState.RUNNING, submitted=T0)
    monitor = JobMonitor(scheduler, FakeClock())
    monitor.start()
    await _until(monitor.changed, monitor.is_up)
    monitor.expect_end()
    scheduler.is_reachable = False  # the end and the loss come in one snapshot
    scheduler.set(A, state=JobState.COMPLETED)
    await _until(monitor.changed, lambda: monitor.snapshot.link.state is LinkState.STOPPED)
    job = monitor.snapshot.job(A)
    assert job is not None
    assert job.state is JobState.COMPLETED
    await monitor.stop()
