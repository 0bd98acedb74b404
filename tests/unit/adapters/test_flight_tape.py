"""The flight recorder: what was heard comes back as it was, whatever happened to the file."""

from __future__ import annotations

import dataclasses
import tracemalloc
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from fakes.scheduler import T0
from tiepoint.adapters.files.flight_segments import SegmentWriter, read_lines, segments
from tiepoint.adapters.files.flight_tape import FolderFlightRecorder
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.node import Node, NodeState
from tiepoint.protocol.envelope import Notification
from tiepoint.protocol.events import EVENT, Event, JobChanged, NodeChanged, State
from tiepoint.protocol.framing import encode_message

SITE = "own/atelier east"
JOB = Job(JobId("20261122-a-000000"), "a", "/c", JobState.QUEUED, user="ada")
NODE = Node(NodeId("n1"), "workshop", NodeState.READY)
STATE = State((JOB,), (NODE,))


def second(number: float) -> datetime:
    return T0 + timedelta(seconds=number)


def line(number: int, state: JobState = JobState.RUNNING, at: float | None = None) -> bytes:
    job = dataclasses.replace(JOB, state=state, retried=number)
    event = Event(number, second(number if at is None else at), JobChanged(job))
    return encode_message(Notification(EVENT, event.params()).message()).rstrip()


@pytest_asyncio.fixture
async def recorder(tmp_path: Path) -> AsyncIterator[FolderFlightRecorder]:
    made = FolderFlightRecorder(tmp_path, lambda: T0)
    made.start()
    yield made
    await made.close()


async def test_every_moment_comes_back(recorder: FolderFlightRecorder) -> None:
    recorder.begin(SITE, STATE, T0)
    for number in range(1, 11):
        recorder.heard(SITE, line(number))
    recorder.lost(SITE, second(12))
    (span,) = await recorder.spans(SITE)
    assert (span.start, span.end, span.events) == (T0, second(12), 10)
    assert await recorder.sites() == (SITE,)
    first = await recorder.at(SITE, T0)
    assert first is not None
    assert first.state == STATE
    for number in (3.5, 7, 5, 11, 1):
        moment = await recorder.at(SITE, second(number))
        assert moment is not None
        assert moment.state.jobs[0].retried == min(10, int(number))
        assert moment.state.nodes == (NODE,)
    assert await recorder.at(SITE, second(-1)) is None
    assert await recorder.at(SITE, second(60)) is None


async def test_a_gap_is_a_gap_and_playing_jumps_over_it(recorder: FolderFlightRecorder) -> None:
    recorder.begin(SITE, STATE, T0)
    recorder.heard(SITE, line(1))
    recorder.lost(SITE, second(2))
    recorder.heard(SITE, line(2))
    recorder.begin(SITE, State((), (NODE,)), second(100))
    recorder.heard(SITE, line(101))
    assert [(span.start, span.events) for span in await recorder.spans(SITE)] == [(T0, 1), (second(100), 1)]
    seen = [len(moment.state.jobs) async for moment in recorder.play(SITE, T0, second(101), 1.0)]
    assert seen == [1, 1, 1, 1, 0, 1]


async def test_pieces_that_follow_each_other_are_one_stretch(tmp_path: Path) -> None:
    recorder = FolderFlightRecorder(tmp_path, lambda: T0, segment_bytes=1000)
    recorder.start()
    assert recorder.wants_state(SITE)
    for number in range(0, 30, 3):
        recorder.begin(SITE, State((dataclasses.replace(JOB, retried=number),), ()), second(number))
        for each in (1, 2):
            assert not recorder.wants_state(SITE)
            recorder.heard(SITE, line(number + each))
        assert recorder.wants_state(SITE)
    spans = await recorder.spans(SITE)
    assert [(span.start, span.end, span.events) for span in spans] == [(T0, second(29), 20)]
    moment = await recorder.at(SITE, second(20))
    assert moment is not None
    assert moment.state.jobs[0].retried == 20
    await recorder.close()


@pytest.mark.parametrize("cut", [1, 7, 20])
async def test_a_torn_end_is_passed_over(tmp_path: Path, cut: int) -> None:
    recorder = FolderFlightRecorder(tmp_path, lambda: T0)
    recorder.start()
    recorder.begin(SITE, STATE, T0)
    recorder.heard(SITE, line(1))
    await recorder.spans(SITE)
    recorder.heard(SITE, line(2))
    await recorder.spans(SITE)
    torn = _torn(tmp_path, cut)
    await recorder.close()
    other = FolderFlightRecorder(torn, lambda: T0)
    (span,) = await other.spans(SITE)
    assert span.events >= 1
    assert span.end >= second(1)
    assert await other.at(SITE, second(1)) is not None


def _torn(folder: Path, cut: int) -> Path:
    """Copy the only piece without its last bytes."""
    (piece,) = segments(folder / "own%2Fatelier%20east")
    copy = folder / "torn" / "own%2Fatelier%20east" / piece.path.name
    copy.parent.mkdir(parents=True)
    copy.write_bytes(piece.path.read_bytes()[:-cut])
    return folder / "torn"


async def test_old_tape_goes_first_when_there_is_too_much(tmp_path: Path) -> None:
    recorder = FolderFlightRecorder(tmp_path, lambda: T0, most_bytes=4000)
    recorder.start()
    for number in range(12):
        recorder.begin(SITE, STATE, second(number * 100))
        recorder.heard(SITE, line(number + 1, at=number * 100 + 1))
        recorder.lost(SITE, second(number * 100 + 2))
        await recorder.spans(SITE)
    spans = await recorder.spans(SITE)
    assert 0 < len(spans) < 12
    assert spans[-1].start == second(1100)
    await recorder.close()


async def test_a_folder_that_cannot_be_written_costs_a_gap_only(tmp_path: Path, expected_logs: list[str]) -> None:
    expected_logs.append("cannot write")
    (tmp_path / "file").write_text("")
    recorder = FolderFlightRecorder(tmp_path / "file" / "tapes", lambda: T0)
    recorder.start()
    recorder.begin(SITE, STATE, T0)
    recorder.heard(SITE, line(1))
    assert await recorder.spans(SITE) == ()
    recorder.heard(SITE, line(2))
    assert not recorder.wants_state(SITE)
    await recorder.close()


async def test_nothing_is_recorded_before_it_is_asked_for(tmp_path: Path) -> None:
    recorder = FolderFlightRecorder(tmp_path / "tapes", lambda: T0)
    recorder.begin(SITE, STATE, T0)
    recorder.heard(SITE, line(1))
    assert not recorder.wants_state(SITE)
    assert await recorder.spans(SITE) == ()
    assert not (tmp_path / "tapes").exists()
    await recorder.close()


async def test_an_export_is_what_is_left_of_it(recorder: FolderFlightRecorder, tmp_path: Path) -> None:
    recorder.begin(SITE, STATE, T0)
    recorder.heard(SITE, line(1))
    file = tmp_path / "out.jsonl"
    written = await recorder.export(SITE, file, lambda text: text.replace("ada", "person-1"))
    text = file.read_text()
    assert written == len(text)
    assert len(text.splitlines()) == 3
    assert "person-1" in text
    assert '"ada"' not in text


async def test_nodes_are_recorded_too(recorder: FolderFlightRecorder) -> None:
    recorder.begin(SITE, STATE, T0)
    busy = dataclasses.replace(NODE, state=NodeState.BUSY)
    event = Event(1, second(1), NodeChanged(busy))
    recorder.heard(SITE, encode_message(Notification(EVENT, event.params()).message()))
    moment = await recorder.at(SITE, second(1))
    assert moment is not None
    assert moment.state.nodes == (busy,)


def test_a_busy_second_is_packed_a_little_at_a_time(tmp_path: Path) -> None:
    lines = [b'{"a":"%d %s"}' % (number, b"x" * 700) for number in range(5_000)]
    writer = SegmentWriter(tmp_path, T0)
    tracemalloc.start()
    try:
        writer.write(lines)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    writer.write([])
    writer.close(T0)
    (piece,) = segments(tmp_path)
    assert [value["a"].split()[0] for value in read_lines(piece.path)] == [str(number) for number in range(5_000)]
    assert peak < sum(map(len, lines)) / 10
