"""Clusters as sites, rounds and Path Doctor without machines: what a test puts is told, what is asked is remembered."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

from fakes.scheduler import T0
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.capture import Drop
from tiepoint.domain.errors import TiepointError, UsageError
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.own_cluster import OwnCluster
from tiepoint.domain.path_view import PathReport
from tiepoint.domain.remote_round import Round, RoundId, RoundState, RoundStep
from tiepoint.domain.route import HostKey
from tiepoint.services.event import Event
from tiepoint.services.operations import Operation, Operations
from tiepoint.services.remote_sites import AgentNeed, AgentStatus
from tiepoint.services.rounds import RoundRequest
from tiepoint.services.sites import Site, Sites

KEY = HostKey("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIDJb8z7Hn2m0v3pYIh1f0b2m3l5o6c7d8e9fAAAAAAAA")
OTHER_KEY = HostKey("ssh-ed25519", "AAAAC3NzaC1lZDI1NTE5AAAAIGb1Y2x3d5f6g7h8i9j0k1l2m3n4o5p6q7r8AAAAAAAA")


class FakeRemoteSites:
    """Stands for `RemoteSites`; `failure` is raised by the next call that can fail."""

    def __init__(self, sites: Sites, make: Any) -> None:
        self._sites, self._make = sites, make
        self.asked: list[tuple[Any, ...]] = []
        self.failures: list[TiepointError] = []
        self.kept: tuple[str, ...] = ()
        self.needs: dict[str, AgentStatus] = {}
        self.clusters: dict[str, OwnCluster] = {}
        self.goes_on = asyncio.Event()
        self.operations = Operations()

    def start(self) -> None:
        self.asked.append(("start",))

    async def stop(self) -> None:
        self.asked.append(("stop",))
        await self.operations.stop()

    async def read_keys_again(self, site_id: str) -> tuple[HostKey, ...]:
        self._ask("read_keys_again", site_id)
        return (OTHER_KEY,)

    async def trust(self, site_id: str, machine: str, keys: tuple[HostKey, ...]) -> None:
        self._ask("trust", site_id, machine, keys)

    async def agent(self, site_id: str) -> AgentStatus:
        self._ask("agent", site_id)
        return self.needs.get(site_id, AgentStatus(AgentNeed.NOTHING, "0.1.0", "0.1.0"))

    def install_agent(self, site_id: str) -> Operation[AgentStatus]:
        self.asked.append(("install_agent", site_id))

        async def work(report: Any) -> AgentStatus:
            report(OperationProgress("copy", 4, 10, "bytes", message="Copying the agent"))
            await self.goes_on.wait()
            if self.failures:
                raise self.failures.pop(0)
            return AgentStatus(AgentNeed.NOTHING, "0.1.0", "0.1.0", self.kept)

        return self.operations.start(f"agent {site_id}", work)

    async def add(self, cluster: OwnCluster) -> Site:
        self._ask("add", cluster)
        if cluster.name in self.clusters:
            raise UsageError(f"There is a cluster “{cluster.name}” already.", remedy="Choose another name.")
        self.clusters[cluster.name] = cluster
        site: Site = self._make(cluster.name)
        self._sites.add(site)
        return site

    async def remove(self, name: str) -> None:
        self._ask("remove", name)
        self.clusters.pop(name, None)
        await self._sites.remove(f"own/{name}")

    def own(self, site_id: str) -> OwnCluster | None:
        return self.clusters.get(site_id.removeprefix("own/")) if site_id.startswith("own/") else None

    def _ask(self, *what: Any) -> None:
        self.asked.append(what)
        if self.failures:
            raise self.failures.pop(0)


class FakeRounds:
    """Stands for `Rounds`."""

    def __init__(self) -> None:
        self.changed: Event[tuple[Round, ...]] = Event()
        self.asked: list[tuple[Any, ...]] = []
        self.failures: list[TiepointError] = []
        self.blob_places: dict[str, tuple[BlobPlace, BlobPlace]] = {}
        self._all: tuple[Round, ...] = ()

    @property
    def all(self) -> tuple[Round, ...]:
        return self._all

    def put(self, *rounds: Round) -> None:
        """Tell these rounds and no others."""
        self._all = rounds
        self.changed.emit(rounds)

    def of_job(self, site: str, job: str) -> Round | None:
        return next((each for each in self._all if each.site == site and each.job == job), None)

    def start(self) -> None:
        self.asked.append(("start",))

    async def stop(self) -> None:
        self.asked.append(("stop",))

    def places(self, site: str) -> tuple[BlobPlace, BlobPlace] | None:
        return self.blob_places.get(site)

    async def begin(
        self, drop: Drop, request: RoundRequest, *, given: Sequence[Path] = (), capture: CaptureId | None = None
    ) -> Round:
        self.asked.append(("begin", drop, request, tuple(given), capture))
        if self.failures:
            raise self.failures.pop(0)
        made = a_round(len(self._all) + 1, name=request.name or drop.name, site=request.site)
        self.put(made, *self._all)
        return made

    async def cancel(self, round_id: RoundId) -> None:
        self._set(round_id, state=RoundState.CANCELED)

    async def retry(self, round_id: RoundId) -> None:
        self._set(round_id, state=RoundState.RUNNING, failure=None)

    def remove(self, round_id: RoundId) -> None:
        self.put(*(each for each in self._all if each.id != round_id))

    def _set(self, round_id: RoundId, **changes: Any) -> None:
        self.put(*(dataclasses.replace(each, **changes) if each.id == round_id else each for each in self._all))


class FakePathDoctor:
    """Stands for `PathDoctor`: tells `reports` one after the other."""

    def __init__(self) -> None:
        self.reports: list[PathReport] = [PathReport((), is_whole=True)]
        self.asked: list[tuple[str, str, str]] = []

    async def examine(self, site: str, capture: str = "", path: str = "") -> AsyncGenerator[PathReport, None]:
        self.asked.append((site, capture, path))
        for report in self.reports:
            yield report


def a_round(number: int = 1, step: RoundStep = RoundStep.UPLOAD, **changes: Any) -> Round:
    """A round under way."""
    usual: dict[str, Any] = {
        "name": "Beach",
        "site": "own/atelier-east",
        "capture": CaptureId("20261122-beach-aaaaaa"),
        "state": RoundState.RUNNING,
        "begun": T0,
    }
    return Round(RoundId(f"round-{number}"), step=step, **{**usual, **changes})
