"""Path Doctor over nodes: who sees what, and which one breaks first."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from fakes.scheduler import FakeScheduler
from fakes.transfers import FakeTransferWorker
from tiepoint.adapters.files.local_paths import FolderPaths
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import NodeId
from tiepoint.domain.path_view import PathReport, ViewerKind
from tiepoint.protocol.hello import HelloResult
from tiepoint.protocol.methods import LookResult, NodeProbe, NodeStat, PathStat, ProbeResult
from tiepoint.services.estimates import Estimates
from tiepoint.services.jobs import JobService
from tiepoint.services.monitor import JobMonitor
from tiepoint.services.path_doctor import PathDoctor
from tiepoint.services.sites import Site, SiteKind, Sites
from tiepoint.services.transfers import TransferService

CAPTURE = "20261126-flight-0a1b2c"


class PathsScheduler(FakeScheduler):
    """Its machines see what `machines` says: file system, path to size (None = a folder), and what a probe gives."""

    def __init__(self) -> None:
        super().__init__()
        everything = {"/work": None, "/work/captures": None, f"/work/captures/{CAPTURE}": None}
        whole = {**everything, f"/work/captures/{CAPTURE}/capture.json": 900}
        self.machines: dict[str, tuple[str, dict[str, int | None]]] = {
            name: ("nfs4", dict(whole)) for name in ("", "node-01", "node-02")
        }
        self.probes: dict[str, NodeProbe] = {}
        self.probed: list[str] = []

    async def hello(self) -> HelloResult:
        found = await super().hello()
        return HelloResult(found.agent, found.engine, found.capabilities, found.epoch, found.time, work="/work")

    async def look(self, path: str) -> LookResult:
        nodes = tuple(
            NodeStat(NodeId(name), self._stat(name, path), self.machines[name][0]) for name in self.machines if name
        )
        return LookResult(self._stat("", path), self.machines[""][0], nodes)

    async def probe(self, path: str) -> ProbeResult:
        self.probed.append(path)
        names = [name for name in self.machines if name]
        return ProbeResult(
            tuple(self.probes.get(name, NodeProbe(NodeId(name), True, sees_agent=True)) for name in names)
        )

    def _stat(self, name: str, path: str) -> PathStat:
        paths = self.machines[name][1]
        if path not in paths:
            return PathStat(path, "missing", free_bytes=10**12)
        size = paths[path]
        return PathStat(path, "folder" if size is None else "file", size or 0, True, 10**12)


class NoPlaces:
    def of(self, site: str) -> None:
        return None

    def source(self, place: Any) -> None:
        return None


def doctor_of(scheduler: PathsScheduler, captures: Path) -> PathDoctor:
    def now() -> datetime:
        return datetime.now(UTC)

    monitor = JobMonitor(scheduler, now)
    jobs = JobService(scheduler, lambda: "key")
    sites = Sites(Site("computer", "here", SiteKind.COMPUTER, scheduler, jobs, monitor, Estimates(scheduler, monitor)))
    transfers = TransferService(cast("Any", FakeTransferWorker()), cast("Any", None))
    return PathDoctor(sites, transfers, cast("Any", NoPlaces()), FolderPaths(), lambda: captures)


async def examined(scheduler: PathsScheduler, captures: Path, **more: str) -> PathReport:
    reports = [each async for each in doctor_of(scheduler, captures).examine("computer", **more)]
    assert reports[-1].is_whole
    return reports[-1]


async def test_all_is_well(tmp_path: Path) -> None:
    scheduler = PathsScheduler()
    report = await examined(scheduler, tmp_path, capture=CAPTURE)
    assert report.first_break is None
    assert [(each.viewer, each.name) for each in report.views] == [
        (ViewerKind.PANEL, "this computer"),
        (ViewerKind.SCHEDULER, "here"),
        (ViewerKind.NODE, "node-01"),
        (ViewerKind.NODE, "node-02"),
    ]
    assert scheduler.probed == [f"/work/captures/{CAPTURE}"]
    assert [each.sees_probe for each in report.views[2:]] == [True, True]


async def test_a_node_that_has_nothing_mounted_is_the_first_break(tmp_path: Path) -> None:
    scheduler = PathsScheduler()
    scheduler.machines["node-02"] = ("ext4", {"/work": None})
    scheduler.probes["node-02"] = NodeProbe(NodeId("node-02"), True, sees_agent=False)
    report = await examined(scheduler, tmp_path, capture=CAPTURE)
    assert report.first_break is not None
    assert report.first_break.name == "node-02"
    assert report.first_break.failure is not None
    assert report.first_break.failure.kind == "not-mounted"


async def test_only_the_probe_finds_another_folder_of_the_same_name(tmp_path: Path) -> None:
    scheduler = PathsScheduler()
    scheduler.probes["node-01"] = NodeProbe(NodeId("node-01"), True, sees_agent=False)
    report = await examined(scheduler, tmp_path)
    assert report.first_break is not None
    assert report.first_break.failure is not None
    assert (report.first_break.name, report.first_break.failure.kind) == ("node-01", "other-root")


async def test_a_node_that_cannot_be_asked_or_written_is_said(tmp_path: Path) -> None:
    scheduler = PathsScheduler()
    said = Failure("failed", "The folder cannot be written.")
    scheduler.probes["node-01"] = NodeProbe(NodeId("node-01"), False, said)
    report = await examined(scheduler, tmp_path, path="captures")
    assert report.first_break is not None
    assert report.first_break.failure == said


async def test_a_site_that_is_not_there_is_said(tmp_path: Path) -> None:
    [report] = [each async for each in doctor_of(PathsScheduler(), tmp_path).examine("nowhere")]
    assert report.is_whole
    assert report.first_break is not None
