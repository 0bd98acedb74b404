"""The recorder over a real tape on the disk: a night is found again, shown at a moment and played."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from fakes.cluster_jobs import ago, monitor_jobs
from fakes.program import FakeProgram
from page_stand import FakePanel, until
from tiepoint.adapters.files.flight_tape import FolderFlightRecorder
from tiepoint.domain.job import Job, JobState
from tiepoint.protocol.events import State
from tiepoint.services.recordings import Recordings
from tiepoint.ui.viewmodels.recorder import Recorder

InQt = Callable[[Any], Any]
JOB = monitor_jobs()[0]


async def _no_wait(_seconds: float) -> None:
    return


def _as(state: JobState) -> State:
    return State((dataclasses.replace(JOB, state=state),), ())


def test_a_night_is_seen_again(in_qt: InQt, tmp_path: Path) -> None:
    async def scene() -> None:
        tape = FolderFlightRecorder(tmp_path, lambda: ago(0))
        tape.start()
        tape.begin("computer", _as(JobState.QUEUED), ago(60))
        tape.begin("computer", _as(JobState.RUNNING), ago(40))
        tape.lost("computer", ago(30))
        tape.begin("computer", _as(JobState.COMPLETED), ago(20))
        tape.lost("computer", ago(10))
        parts = FakePanel(FakeProgram())
        shown = parts.fake.program.remote.shown
        recorder = Recorder(shown, Recordings(tape, sleep=_no_wait), parts.background.start, lambda: ago(0))
        recorder.look()
        await until(lambda: recorder.spans)
        assert recorder.ends is not None
        assert recorder.ends[0] == ago(60)

        async def state_at(time: datetime) -> JobState:
            recorder.show_at(time)
            told: list[None] = []
            recorder.told.connect(lambda: told.append(None))
            await until(lambda: told)
            found: Job | None = recorder.snapshot.job(JOB.id)
            assert found is not None
            return found.state

        assert await state_at(ago(59)) is JobState.QUEUED
        assert await state_at(ago(35)) is JobState.RUNNING
        assert await state_at(ago(15)) is JobState.COMPLETED
        assert not recorder.snapshot.can("jobs.pause")
        seen: list[JobState] = []
        recorder.changed.connect(lambda: seen.extend(job.state for job in recorder.snapshot.jobs))
        recorder.show_at(ago(60))
        recorder.play(200)
        await until(lambda: recorder.is_live)
        assert {JobState.QUEUED, JobState.RUNNING, JobState.COMPLETED} <= set(seen)
        await tape.close()
        await parts.stop()

    in_qt(scene())


def test_ages_are_told_by_the_scheduler_s_clock(in_qt: InQt) -> None:
    async def scene() -> None:
        parts = FakePanel(FakeProgram())
        shown = parts.fake.program.remote.shown
        recorder = Recorder(shown, Recordings(Any), parts.background.start, lambda: ago(0))  # type: ignore[arg-type]
        monitor: Any = shown.site.monitor
        link = dataclasses.replace(monitor.snapshot.link, offset_s=-90.0)
        monitor._snapshot = dataclasses.replace(monitor.snapshot, link=link)
        assert recorder.now == ago(0) - timedelta(seconds=90)
        await parts.stop()

    in_qt(scene())
