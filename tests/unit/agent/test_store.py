"""The agent's database: jobs survive, a broken file is set aside, times of stages become a range."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tiepoint.agent.eta import remaining
from tiepoint.agent.store import JobStore, Timing
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState, Stage
from tiepoint.protocol.methods import SubmitParams


def job(number: int, **changes: object) -> Job:
    made = Job(JobId(f"20261122-a-00000{number}"), "ä name", "/c", JobState.RUNNING, stages=(Stage("check"),))
    return replace(made, submitted=datetime(2026, 11, 22, 10, number, tzinfo=UTC), **changes)  # type: ignore[arg-type]


def request(key: str) -> SubmitParams:
    return SubmitParams("/c", "draft", key, parameters={"faces": 10})


def test_jobs_survive(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "new" / "jobs.db")
    store.put(job(2), request("b"))
    store.put(job(1), request("a"))
    store.put(job(1, state=JobState.FAILED, error=Failure("input", "s", "r")), request("a"))
    store.close()
    again = JobStore(tmp_path / "new" / "jobs.db")
    assert [stored.job for stored in again.jobs()] == [
        job(1, state=JobState.FAILED, error=Failure("input", "s", "r")),
        job(2),
    ]
    assert again.jobs()[0].request == request("a")
    again.close()


def test_one_key_is_one_job(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    store.put(job(1), request("a"))
    with pytest.raises(sqlite3.IntegrityError):
        store.put(job(2), request("a"))
    store.close()


def test_a_broken_file_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    path.write_bytes(b"this is no database" * 100)
    store = JobStore(path)
    assert store.jobs() == []
    assert store.set_aside is not None
    assert store.set_aside.read_bytes().startswith(b"this is no database")
    store.close()


def test_a_full_disk_costs_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "jobs.db"
    store = JobStore(path)
    store.put(job(1), request("a"))
    store.close()
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL

    def opened(_: Path) -> sqlite3.Connection:
        raise full

    with monkeypatch.context() as patched:
        patched.setattr("tiepoint.agent.store._opened", opened)
        with pytest.raises(sqlite3.OperationalError, match="full"):
            JobStore(path)
    store = JobStore(path)
    assert len(store.jobs()) == 1
    store.close()


def test_an_unreadable_job_is_passed_over(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    store.put(job(1), request("a"))
    store.put(job(2), request("b"))
    store.close()
    connection = sqlite3.connect(tmp_path / "jobs.db")
    with connection:
        connection.execute("UPDATE jobs SET job = '{}' WHERE key = 'a'")
    connection.close()
    store = JobStore(tmp_path / "jobs.db")
    assert [stored.job.id for stored in store.jobs()] == [job(2).id]
    store.close()


def test_timings_are_the_latest_of_their_preset(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    for number in range(12):
        store.add_timing(Timing("mesh", 10, float(number)), "draft")
    store.add_timing(Timing("mesh", 10, 99.0), "high")
    assert [timing.seconds for timing in store.timings("mesh", "draft", 3)] == [11.0, 10.0, 9.0]
    assert store.timings("texture", "draft") == []
    store.close()


def test_the_remaining_time_is_a_range_from_history_or_nothing() -> None:
    history = {"mesh": [Timing("mesh", 10, 10.0), Timing("mesh", 20, 30.0)], "texture": [Timing("texture", 10, 5.0)]}
    eta = remaining(["mesh", "texture"], lambda stage: history[stage], photos=20, share_done=0.5)
    assert eta is not None
    assert eta.low_s == pytest.approx((20 * 0.5 + 10) / 1.2, abs=0.1)
    assert eta.high_s == pytest.approx((30 * 0.5 + 10) * 1.2, abs=0.1)
    assert remaining(["mesh", "export"], lambda stage: history.get(stage, []), photos=20, share_done=0.5) is None
