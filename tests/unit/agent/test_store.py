"""The agent's database: jobs survive, a broken file is set aside, what jobs took outlives them."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tiepoint.agent.store import JobStore
from tiepoint.domain.estimate import PastRun
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


def test_what_jobs_took_outlives_them(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    for number in range(3):
        finished = datetime(2026, 11, 22, 10, number, tzinfo=UTC)
        store.put_run(PastRun(f"job-{number}", "draft", 10, stages={"mesh": float(number)}, finished=finished))
    changed = PastRun("job-1", "draft", 10, stages={"mesh": 1.0, "texture": 2.0}, finished=finished, memory_bytes=5)
    store.put_run(changed)
    store.close()
    again = JobStore(tmp_path / "jobs.db")
    assert again.jobs() == []
    assert {run.job for run in again.runs()} == {"job-0", "job-1", "job-2"}
    assert changed in again.runs()
    assert again.runs()[-1].job == "job-0"
    again.close()


def test_the_oldest_runs_go_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiepoint.agent.store._MOST_RUNS", 5)
    store = JobStore(tmp_path / "jobs.db")
    for number in range(9):
        store.put_run(PastRun(f"job-{number}", "draft", 10, finished=datetime(2026, 11, 22, 10, number, tzinfo=UTC)))
    assert [run.job for run in store.runs()] == ["job-8", "job-7", "job-6", "job-5", "job-4"]
    store.close()


def test_a_database_of_the_first_version_is_taken_over(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "jobs.db")
    old.executescript("CREATE TABLE timings (stage TEXT); PRAGMA user_version = 1")
    old.close()
    store = JobStore(tmp_path / "jobs.db")
    store.put(job(1), request("a"))
    store.put_run(PastRun("job-1", "draft", 10))
    assert len(store.jobs()) == len(store.runs()) == 1
    store.close()
