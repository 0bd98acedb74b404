"""Lines of a log that are longer than anybody reads."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from fakes.clock import FakeClock
from fakes.job_scenes import a_job
from fakes.scheduler import FakeScheduler
from tiepoint.protocol.events import LogLine
from tiepoint.services.monitor import JobMonitor

T0 = datetime(2026, 11, 26, tzinfo=UTC)


def test_of_an_endless_line_only_the_beginning_is_kept() -> None:
    async def scene() -> None:
        scheduler, job = FakeScheduler(), a_job()
        scheduler.all_jobs = {job.id: job}
        scheduler.lines = (LogLine(T0, "\x1b[31m" * 2_000_000), LogLine(T0, "short"))
        monitor = JobMonitor(scheduler, FakeClock())
        heard = asyncio.Event()
        monitor.changed.subscribe(lambda snapshot: heard.set() if snapshot.link.is_up else None)
        monitor.start()
        await heard.wait()
        log = monitor.follow_log(job.id)
        told = asyncio.Event()
        log.appended.subscribe(lambda _lines: told.set())
        await told.wait()
        long, short = log.lines
        assert len(long.text) < 30_000
        assert long.text.endswith("… (10,000,000 characters)")
        assert long.text.startswith("\\x1b[31m")
        assert short.text == "short"
        await monitor.stop()

    asyncio.run(scene())
