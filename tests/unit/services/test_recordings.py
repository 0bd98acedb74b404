"""The flight recorder as people use it: moments, playing, and one file for support that holds nothing it must not."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import socket
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from fakes.remote import fake_site
from fakes.scheduler import T0, FakeScheduler
from tiepoint.adapters.files.flight_tape import FolderFlightRecorder
from tiepoint.adapters.files.support_zip import ZipSupportFiles
from tiepoint.domain.errors import SetupError
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.link import LinkState
from tiepoint.protocol.envelope import Notification
from tiepoint.protocol.events import EVENT, Event, JobChanged, LogLine, State
from tiepoint.protocol.framing import encode_message
from tiepoint.runtime.logs import masked
from tiepoint.services.recordings import Recordings
from tiepoint.services.sites import SiteKind, Sites

JOB = Job(JobId("20261126-quarry-0a1b2c"), "Quarry", "/home/ada/c", JobState.RUNNING, user="ada.lovelace", submitted=T0)
SECRET = "https://x.blob.core.windows.net/c?sv=1&sig=AbCdEf0123"
FORBIDDEN = ("ada.lovelace", "/home/ada", "AbCdEf0123", "ada@example.org", "10.0.1.250")


class Stand:
    """A cluster, its tape, and this computer's logs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scheduler = FakeScheduler()
        self.scheduler.all_jobs[JOB.id] = JOB
        self.scheduler.lines = (LogLine(T0, f"read {SECRET} as ada.lovelace"),)
        self.site = fake_site("east", self.scheduler)
        self.sites = Sites(fake_site("computer", site_id="computer"))
        self.sites.add(self.site)
        logs, settings = folder / "log", folder / "settings.json"
        logs.mkdir()
        (logs / "tiepoint.log").write_text(f"asked {SECRET}\nada@example.org at 10.0.1.250 in /home/ada/x\n")
        (logs / "agent.log").write_bytes(b"\xff\xfe torn\n" + b"x" * 100_000 + b"\n")
        settings.write_text('{"captures_folder": "/home/ada/captures"}')
        self.recorder = FolderFlightRecorder(folder / "tapes", lambda: T0)
        support = ZipSupportFiles(logs, [settings, folder / "missing.json"], masked)
        self.pauses: list[float] = []
        self.recordings = Recordings(self.recorder, self.sites, support, "0.1.0", self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def record(self, seconds: int) -> None:
        """Have so many seconds on tape, a change a second."""
        self.recordings.start()
        self.recorder.begin(self.site.id, State((JOB,), ()), T0)
        for number in range(1, seconds + 1):
            job = dataclasses.replace(JOB, retried=number)
            event = Event(number, T0 + timedelta(seconds=number), JobChanged(job))
            self.recorder.heard(self.site.id, encode_message(Notification(EVENT, event.params()).message()))


@pytest_asyncio.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    made = Stand(tmp_path)
    yield made
    await made.site.monitor.stop()
    await made.recordings.stop()


async def test_a_moment_is_a_snapshot_that_is_only_as_last_known(stand: Stand) -> None:
    stand.record(5)
    (span,) = await stand.recordings.spans(stand.site.id)
    assert span.events == 5
    seen = await stand.recordings.at(stand.site.id, T0 + timedelta(seconds=3.4))
    assert seen is not None
    assert (seen.link.state, seen.link.heard) == (LinkState.LOST, T0 + timedelta(seconds=3.4))
    assert seen.jobs[0].retried == 3
    assert await stand.recordings.at("own/west", T0) is None


async def test_playing_takes_ten_moments_a_second_at_any_speed(stand: Stand) -> None:
    stand.record(20)
    seen = [
        snapshot.jobs[0].retried
        async for snapshot in stand.recordings.play(stand.site.id, T0, T0 + timedelta(seconds=20), 50.0)
    ]
    assert seen == [0, 5, 10, 15, 20]
    assert set(stand.pauses) == {0.1}


async def test_a_file_for_support_holds_what_helps_and_nothing_of_anybody(stand: Stand, tmp_path: Path) -> None:
    stand.record(3)
    up = asyncio.Event()
    stand.site.monitor.changed.subscribe(lambda snapshot: up.set() if snapshot.link.is_up else None)
    stand.site.monitor.start()
    await up.wait()
    file = tmp_path / "support.zip"
    size = await stand.recordings.support_file(file)
    assert size == file.stat().st_size
    with zipfile.ZipFile(file) as packed:
        names = set(packed.namelist())
        texts = {name: packed.read(name).decode() for name in names}
    assert {"about.json", "log/tiepoint.log", "log/agent.log", "recordings/own-east.jsonl"} <= names
    assert f"sites/own-east/{JOB.id}.log" in names
    assert f"{tmp_path.name}/settings.json" in names
    assert "missing.json" not in " ".join(names)
    for name, text in texts.items():
        for word in FORBIDDEN:
            assert word not in text, f"{word} in {name}"
    about = json.loads(texts["about.json"])
    assert about["tiepoint"] == "0.1.0"
    assert [site["id"] for site in about["sites"]] == ["computer", "own/east"]
    assert len(texts["recordings/own-east.jsonl"].splitlines()) == 4


async def test_names_in_the_file_tell_no_subscription(stand: Stand, tmp_path: Path) -> None:
    subscription = "0f8fad5b-d9cb-469f-a165-70867728950e"
    site = fake_site("west", FakeScheduler(), site_id=f"{subscription}/tiepoint-west", kind=SiteKind.CLOUD)
    stand.sites.add(site)
    stand.recordings.start()
    stand.recorder.begin(site.id, State((JOB,), ()), T0)
    up = asyncio.Event()
    site.monitor.changed.subscribe(lambda snapshot: up.set() if snapshot.link.is_up else None)
    site.monitor.start()
    await up.wait()
    await stand.recordings.support_file(tmp_path / "support.zip")
    with zipfile.ZipFile(tmp_path / "support.zip") as packed:
        names = packed.namelist()
    assert {"sites/id-1-tiepoint-west/diagnostics.json", "recordings/id-1-tiepoint-west.jsonl"} <= set(names)
    assert not [name for name in names if subscription in name]
    await site.monitor.stop()


async def test_machines_and_people_of_own_clusters_and_this_computer_are_not_told(
    stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "adas-macbook.local")
    log = tmp_path / "log" / "tiepoint.log"
    log.write_text("gate.atelier.lan refused grace; here is Adas-MacBook\n")
    support = ZipSupportFiles(log.parent, [], masked, lambda: ["grace@gate.atelier.lan"])
    await Recordings(stand.recorder, stand.sites, support, "0.1.0").support_file(tmp_path / "support.zip")
    with zipfile.ZipFile(tmp_path / "support.zip") as packed:
        text = packed.read("log/tiepoint.log").decode()
    for word in ("atelier", "grace", "Adas"):
        assert word not in text


async def test_a_place_that_cannot_be_written_is_said(stand: Stand, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="cannot be written"):
        await stand.recordings.support_file(tmp_path / "missing" / "support.zip")
    with pytest.raises(SetupError, match="cannot write"):
        await Recordings(stand.recorder).support_file(tmp_path / "support.zip")
