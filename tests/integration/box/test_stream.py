"""The stream of events over Debian's sshd: broken in many ways, and never an event lost or told twice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from client import Client

from cluster_box.box import ClusterBox
from patience import PATIENCE_S
from tiepoint.adapters.scheduler.client import ProtocolScheduler
from tiepoint.adapters.ssh.hosts import SshHosts
from tiepoint.adapters.ssh.patience import Patience
from tiepoint.domain.identifiers import JobId
from tiepoint.ports.remote import RemoteStream
from tiepoint.ports.scheduler import ConnectionState, SchedulerSnapshot

QUICK = Patience(hop_s=5.0, alive_s=0.5)


class Overheard:
    """A stream that keeps what comes through.

    Args:
        stream: The real one.
        told: Numbers and contents of events, in order; added to.
    """

    def __init__(self, stream: RemoteStream, told: list[tuple[str, int]]) -> None:
        self._stream, self._told, self._line = stream, told, b""
        self.close = stream.close
        self.write = stream.write

    async def read(self, limit_bytes: int) -> bytes:
        data = await self._stream.read(limit_bytes)
        *lines, self._line = (self._line + data).split(b"\n")
        for line in lines:
            message = json.loads(line)
            events = (message.get("result") or {}).get("events") or []
            if message.get("method") == "event":
                events = [message["params"]]
            self._told += [(_text(each), each["seq"]) for each in events]
        return data


def _text(params: dict[str, Any]) -> str:
    return json.dumps({key: value for key, value in params.items() if key != "time"}, sort_keys=True)


class Panel:
    """A client that follows the scheduler of the box, as the panel does.

    Args:
        box: Where.
    """

    def __init__(self, box: ClusterBox) -> None:
        self.told: list[tuple[str, int]] = []
        self.hosts = SshHosts("tiepoint test", patience=QUICK)
        self.scheduler = ProtocolScheduler(self._open, "tiepoint test")
        self.snapshot = SchedulerSnapshot()
        self.opened = 0
        self._route = box.route()
        self._changed = asyncio.Condition()
        self._task = asyncio.get_running_loop().create_task(self._follow())

    async def _open(self) -> Overheard:
        stream = await self.hosts.open_agent(self._route)
        self.opened += 1
        return Overheard(stream, self.told)

    async def _follow(self) -> None:
        async for snapshot in self.scheduler.follow():
            async with self._changed:
                self.snapshot = snapshot
                self._changed.notify_all()

    async def until(self, holds: Callable[[SchedulerSnapshot], bool], timeout_s: float = PATIENCE_S) -> None:
        async with asyncio.timeout(timeout_s), self._changed:
            await self._changed.wait_for(lambda: holds(self.snapshot))

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self.scheduler.close()
        await self.hosts.close()


class Neighbour:
    """A client on the scheduler itself, whose stream never breaks, and which makes things happen there."""

    def __init__(self, client: Client, job: str) -> None:
        self._client, self.job = client, job
        self.told: list[tuple[str, int]] = []
        self.priority = 0

    @classmethod
    async def join(cls, box: ClusterBox, name: str) -> Neighbour:
        client = Client(*await asyncio.open_unix_connection(str(box.agent.home / "run" / "agent.sock")))
        await client.call("hello", client="neighbour 1", protocol=1)
        capture = box.work / "captures" / name
        capture.mkdir(parents=True)
        photos = [{"path": f"{number}.jpg", "size": 1000} for number in range(3)]
        (capture / "capture.json").write_text(json.dumps({"photos": photos, "toy": {}}))
        job = await client.submit(capture)
        await client.call("subscribe", topics=[], since=None)
        client.events.clear()
        return cls(client, str(job["id"]))

    async def change(self, times: int) -> None:
        """Change the job so many times, each one told as an event of its own."""
        for _ in range(times):
            self.priority = 1 - self.priority
            await self._client.call("jobs.set_priority", job=self.job, priority=self.priority)
            await self._hear(lambda event: self._is_told(event))

    def _is_told(self, event: dict[str, Any]) -> bool:
        job = event["job"] if event["kind"] == "job.changed" else {}
        return job.get("id") == self.job and job["priority"] == self.priority

    async def _hear(self, holds: Callable[[dict[str, Any]], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = await self._client.next_event()
                if message.get("method") == "event":
                    params = message["params"]
                    self.told.append((_text(params), params["seq"]))
                    if holds(params):
                        return

    def is_seen(self, snapshot: SchedulerSnapshot) -> bool:
        """Whether a panel shows the job as it is now."""
        job = snapshot.jobs.get(JobId(self.job))
        return snapshot.connection is ConnectionState.CONNECTED and job is not None and job.priority == self.priority

    async def close(self) -> None:
        await self._client.call("jobs.abort", job=self.job)
        await self._client.close()


@pytest_asyncio.fixture
async def panel(toy_box: ClusterBox) -> AsyncIterator[Panel]:
    panel = Panel(toy_box)
    yield panel
    await panel.close()


@pytest_asyncio.fixture
async def neighbour(toy_box: ClusterBox, tmp_path: Path) -> AsyncIterator[Neighbour]:
    neighbour = await Neighbour.join(toy_box, tmp_path.name)
    yield neighbour
    await neighbour.close()


async def nothing_is_lost_or_doubled(panel: Panel, neighbour: Neighbour) -> None:
    """All that the neighbour was told since the panel listened, the panel was told too, once, in order."""
    first, last = panel.told[0][1], neighbour.told[-1][1]
    await panel.until(lambda _snapshot: panel.told[-1][1] >= last)  # it may show the same after fewer changes
    heard = [each for each in panel.told if each[1] <= last]
    assert heard == [each for each in neighbour.told if each[1] >= first]
    assert len(heard) >= 10


async def _begin(panel: Panel, neighbour: Neighbour) -> None:
    await panel.until(neighbour.is_seen)
    await neighbour.change(3)
    await panel.until(neighbour.is_seen)


@pytest.mark.parametrize("name", ["jump", "scheduler"])
async def test_a_restart_on_the_way_loses_nothing(
    name: str, toy_box: ClusterBox, panel: Panel, neighbour: Neighbour
) -> None:
    await _begin(panel, neighbour)
    machine = getattr(toy_box, name)
    await asyncio.to_thread(machine.stop)
    await panel.until(lambda snapshot: snapshot.connection is ConnectionState.LOST)
    await neighbour.change(4)
    assert not neighbour.is_seen(panel.snapshot)
    await asyncio.to_thread(machine.start)
    panel.scheduler.try_now()
    await panel.until(neighbour.is_seen)
    await neighbour.change(3)
    await panel.until(neighbour.is_seen)
    assert panel.opened == 2
    await nothing_is_lost_or_doubled(panel, neighbour)


async def test_a_cut_cable_is_noticed_and_loses_nothing(
    toy_box: ClusterBox, panel: Panel, neighbour: Neighbour
) -> None:
    await _begin(panel, neighbour)
    toy_box.cut("jump")
    try:
        await neighbour.change(4)
        await panel.until(lambda snapshot: snapshot.connection is ConnectionState.LOST)
        await neighbour.change(3)
        assert panel.snapshot.jobs[JobId(neighbour.job)]
    finally:
        toy_box.mend("jump")
    await panel.until(neighbour.is_seen)
    await nothing_is_lost_or_doubled(panel, neighbour)


async def test_restarts_at_any_moment_lose_nothing(toy_box: ClusterBox, panel: Panel, neighbour: Neighbour) -> None:
    await _begin(panel, neighbour)
    for _ in range(3):
        await asyncio.gather(neighbour.change(5), asyncio.to_thread(toy_box.jump.restart))
        panel.scheduler.try_now()
        await panel.until(neighbour.is_seen)
    await nothing_is_lost_or_doubled(panel, neighbour)


async def test_a_restarted_agent_is_heard_from_anew(toy_box: ClusterBox, panel: Panel, tmp_path: Path) -> None:
    neighbour = await Neighbour.join(toy_box, tmp_path.name)
    await panel.until(neighbour.is_seen)
    hello = await panel.scheduler.hello()
    await neighbour._client.close()
    await asyncio.to_thread(toy_box.agent.restart)
    again = await Neighbour.join(toy_box, f"{tmp_path.name}-again")
    await panel.until(again.is_seen)
    assert (await panel.scheduler.hello()).epoch != hello.epoch
    assert JobId(neighbour.job) in panel.snapshot.jobs
    await again.close()
