"""Sites, their nodes and links, and the dialogs around them, as scenes for tests that look at all of them."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from PySide6.QtWidgets import QWidget

from fakes.azure_scenes import a_cluster, an_estimate
from fakes.job_scenes import a_job, a_node
from fakes.program import FakeProgram
from fakes.remote import fake_site
from fakes.remote_sites import KEY, OTHER_KEY, a_round
from fakes.scheduler import T0, FakeScheduler
from page_stand import Stand, standing, until
from photo_set_factory import ToldPhotoSets, a_set, photos
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.cluster import Cluster, ClusterState, Machine, MachineRole, Power
from tiepoint.domain.errors import AgentUnavailable, ConnectionLost, HostKeyChanged, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import NodeId
from tiepoint.domain.key_change import KeyChange
from tiepoint.domain.node import Gpu, Node, NodeLoad, NodeState
from tiepoint.domain.own_cluster import OwnCluster
from tiepoint.domain.path_view import PathReport, PathView, ViewerKind
from tiepoint.domain.photo_set import PhotoSetsSnapshot
from tiepoint.domain.remote_round import RoundStep
from tiepoint.domain.route import Hop
from tiepoint.protocol.hello import Capability
from tiepoint.services.sites import SiteKind
from tiepoint.ui.pages.cluster.page import ClusterPage
from tiepoint.ui.pages.nodes.page import NodesPage
from tiepoint.ui.pages.photos.page import PhotosPage
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.closing import ClosingDialog
from tiepoint.ui.shell.host_key_dialog import HostKeyDialog
from tiepoint.ui.shell.own_cluster_dialog import OwnClusterDialog
from tiepoint.ui.shell.path_doctor_dialog import PathDoctorDialog

CARD = Gpu("NVIDIA A10", 24_000_000_000)
CAPTURES = BlobPlace("https://atelier.blob.core.windows.net", "captures")
PRODUCTS = BlobPlace("https://atelier.blob.core.windows.net", "products")
ALL_OF_NODES = (Capability.PAUSE_NODE, Capability.QUIT_NODE, Capability.NODE_CAPABILITY, Capability.NODE_LOGS)
SILENT = ConnectionLost("The jump box answers, the scheduler (10.0.1.250) does not.", retryable=True)


def cloud_node(number: int, state: NodeState = NodeState.BUSY, **changes: Any) -> Node:
    """A node of a cluster with graphics cards, heard of just now by the clock of the panel."""
    now = datetime.now(UTC)
    share = 0.6 + number % 37 / 100
    usual: dict[str, Any] = {
        "id": NodeId(f"node-{number:03}"),
        "host": f"node-{number:03}",
        "version": "0.1.0",
        "heard": now - timedelta(seconds=number % 4),
        "cpu_count": 36,
        "memory_bytes": 440_000_000_000,
        "gpus": (CARD,),
        "load": NodeLoad(
            share, 180_000_000_000 + number * 10**9, 1.3 - share, 19_000_000_000, 3e6, 2.6e8 + number * 1e6
        ),
        "capability": "any",
        "gpu_mask": 1,
        "cpu_enabled": True,
        "task_progress": number % 97 / 97 if state is NodeState.BUSY else None,
        "last_line": now - timedelta(seconds=3),
        "task_since": now - timedelta(minutes=4),
    }
    return a_node(number, state, **{**usual, **changes})


def cloud_nodes(count: int) -> list[Node]:
    """Some that need attention, some idle, the others at work."""
    now = datetime.now(UTC)
    nodes = [cloud_node(number) for number in range(1, count + 1)]
    idle = NodeLoad(0.02, 9_000_000_000, 0.0, 1_000_000_000, 0.0, 0.0)
    for place in range(count - count // 4, count):
        nodes[place] = cloud_node(place + 1, NodeState.READY, load=idle, task_since=None)
    stuck = NodeLoad(0.03, 431_000_000_000, 0.02, 22_900_000_000, 0.0, 0.0)
    odd = {
        16: cloud_node(
            17,
            load=stuck,
            last_line=now - timedelta(seconds=860),
            task_since=now - timedelta(hours=1),
            task_progress=0.41,
            retries=1,
        ),
        6: cloud_node(7, NodeState.OFFLINE, notice="Evicted at 13:58 by Azure", load=None, retries=1),
        11: cloud_node(12, NodeState.OFFLINE, load=None, heard=now - timedelta(minutes=11)),
        13: cloud_node(14, NodeState.PAUSED, notice="Paused since it joined", load=idle),
        14: cloud_node(15, version="0.0.9"),
        15: cloud_node(16, NodeState.STARTING, load=None),
    }
    for place, node in odd.items():
        if place < count:
            nodes[place] = node
    return nodes


def cloud_cluster(nodes: list[Node]) -> Cluster:
    """The cluster as Azure has it: the evicted node is deallocated, all others run."""
    cluster = a_cluster("atelier-east")
    made = [
        Machine(
            f"/m/{node.id}",
            node.id,
            MachineRole.NODE,
            "Standard_NV36ads_A10_v5",
            Power.DEALLOCATED if node.notice.startswith("Evicted") else Power.RUNNING,
            is_spot=node.notice.startswith("Evicted"),
        )
        for node in nodes
    ]
    price = an_estimate()
    nodes_line = dataclasses.replace(
        price.lines[0], machines=tuple(each.name for each in made), running=3.2 * len(made)
    )
    price = dataclasses.replace(price, lines=(nodes_line, *price.lines[1:]))
    return dataclasses.replace(cluster, machines=(cluster.machines[0], *made), price=price)


def a_cloud_program(count: int = 24) -> tuple[FakeProgram, FakeScheduler]:
    """A program with a cluster on Azure that is shown, and its scheduler."""
    fake, scheduler = FakeProgram(), FakeScheduler()
    nodes = cloud_nodes(count)
    cluster = cloud_cluster(nodes)
    scheduler.all_jobs = {a_job().id: a_job()}
    scheduler.all_nodes = {node.id: node for node in nodes}
    scheduler.heard = datetime.now(UTC)
    scheduler.capabilities = [*scheduler.capabilities, *ALL_OF_NODES]
    fake.azure.sign_in.put_signed_in()
    fake.azure.clusters.put(cluster)
    site = fake_site("atelier-east", scheduler, site_id=cluster.id, kind=SiteKind.CLOUD, now=lambda: datetime.now(UTC))
    sites = fake.program.remote.sites
    sites.add(site)
    sites.start()
    sites.show(site.id)
    return fake, scheduler


def _busier(node: Node, step: int) -> Node:
    if node.load is None or node.load.gpu is None:
        return node
    share = min(1.0, node.load.gpu * (0.7 + (step * 7 + len(node.id)) % 11 / 30))
    return dataclasses.replace(node, load=dataclasses.replace(node.load, gpu=share))


@contextlib.asynccontextmanager
async def cloud_nodes_page(count: int = 24, problem: TiepointError | None = None) -> AsyncIterator[Stand[NodesPage]]:
    """The Nodes page on a cluster; with `problem` its link is lost so after it was up."""
    fake, scheduler = a_cloud_program(count)
    try:
        async with standing(NodesPage, fake) as stand:
            page = stand.page
            await until(lambda: len(page.viewmodel.rows) == count and not page.viewmodel.is_stale)
            await until(lambda: page.viewmodel.find("node-001").heard is not None)  # type: ignore[union-attr]
            for step in range(30):
                page.viewmodel.history.take([_busier(node, step) for node in page.viewmodel.snapshot.nodes])
            if problem is not None:
                scheduler.problem, scheduler.retry_s = problem, 12.0
                scheduler.lose()
                await until(lambda: page.strip().state == "lost")
            yield stand
    finally:
        await fake.program.remote.sites.stop()


def _page(count: int = 24, problem: TiepointError | None = None) -> Callable[[], Any]:
    @contextlib.asynccontextmanager
    async def scene() -> AsyncIterator[QWidget]:
        async with cloud_nodes_page(count, problem) as stand:
            yield stand.page

    return scene


def _over_page(make: Callable[[Panel, QWidget], QWidget]) -> Callable[[], Any]:
    @contextlib.asynccontextmanager
    async def scene() -> AsyncIterator[QWidget]:
        async with cloud_nodes_page(6) as stand:
            dialog = make(stand.parts.panel, stand.page)
            dialog.open()  # type: ignore[attr-defined]
            await until(lambda: dialog.isVisible() and not getattr(dialog, "is_busy", False))
            yield dialog
            dialog.close()
            dialog.deleteLater()

    return scene


def key_changed(*, is_known: bool = True) -> HostKeyChanged:
    """The scheduler shows another key."""
    change = KeyChange("scheduler", "10.0.1.250", (KEY,) if is_known else (), OTHER_KEY)
    summary = f"The scheduler (10.0.1.250) shows another key than the pinned one: {OTHER_KEY.fingerprint}."
    return HostKeyChanged(summary, remedy="Read its key again from Azure.", detail=change.text)


def _cloud_key(panel: Panel, page: QWidget) -> QWidget:
    return HostKeyDialog(panel, panel.program.remote.sites.shown, Failure.of(key_changed()), page)


def _own_key(panel: Panel, page: QWidget) -> QWidget:
    site = fake_site("studio")
    panel.program.remote.sites.add(site)
    return HostKeyDialog(panel, site, Failure.of(key_changed()), page)


def broken_report() -> PathReport:
    """The second node has another file system below the same path."""
    why = Failure("path", "node-02 has an empty folder there: the shared folder is not mounted.", "Mount it.")
    path, free = "/srv/captures/20261122-beach-aaaaaa", 3_200_000_000_000
    views = (
        PathView(ViewerKind.PANEL, "workshop", "/home/ada/captures/20261122-beach-aaaaaa", True, 5_800_000, True),
        PathView(
            ViewerKind.BLOB, "atelier", "https://atelier.blob.core.windows.net/captures/20261122-beach-aaaaaa", True
        ),
        PathView(ViewerKind.SCHEDULER, "scheduler", path, True, None, True, None, free, "nfs4"),
        PathView(ViewerKind.NODE, "node-01", path, True, None, True, True, free, "nfs4"),
        PathView(ViewerKind.NODE, "node-02", path, False, None, True, False, 60_000_000_000, "ext4", why),
        PathView(ViewerKind.NODE, "node-03", path, True, None, True, True, free, "nfs4"),
    )
    return PathReport(views, is_whole=True)


def whole_report() -> PathReport:
    """Everybody sees the same."""
    report = broken_report()
    views = tuple(view for view in report.views if view.is_fine)
    return PathReport(views, is_whole=True)


def _doctor(report: PathReport) -> Callable[[Panel, QWidget], QWidget]:
    def make(panel: Panel, page: QWidget) -> QWidget:
        panel.program.remote.path_doctor.reports = [report]  # type: ignore[attr-defined]
        return PathDoctorDialog(panel, page)

    return make


def _new_key(panel: Panel, page: QWidget) -> QWidget:
    dialog = OwnClusterDialog(panel, page)
    panel.program.remote.remote.failures.append(key_changed(is_known=False))  # type: ignore[attr-defined]
    dialog.name.setText("studio")
    dialog.scheduler.setText("tiepoint@10.0.1.250")
    dialog.add_button.click()
    return dialog


def with_cluster_to_run_on() -> FakeProgram:
    """A program with a cluster that takes photos, and one that is asleep."""
    fake, scheduler = a_cloud_program(6)
    scheduler.capabilities = [*scheduler.capabilities, Capability.BLOB]
    shown = fake.program.remote.sites.shown
    rounds = fake.program.remote.rounds
    rounds.blob_places[shown.id] = (CAPTURES, PRODUCTS)  # type: ignore[attr-defined]
    asleep = a_cluster("harbour", ClusterState.PAUSED)
    fake.azure.clusters.put(*fake.azure.clusters.snapshot.clusters, asleep)
    fake.program.remote.sites.add(fake_site("harbour", site_id=asleep.id, kind=SiteKind.CLOUD))
    return fake


@contextlib.asynccontextmanager
async def _recorded() -> AsyncIterator[QWidget]:
    async with cloud_nodes_page(6) as stand:
        page, remote = stand.page, stand.fake.program.remote
        remote.recordings.put(remote.shown.site.id, T0, remote.shown.snapshot)  # type: ignore[attr-defined]
        page.viewmodel.recorder.look()
        await until(lambda: page.viewmodel.recorder.spans)
        page.viewmodel.recorder.show_at(T0)
        await until(lambda: not page.viewmodel.recorder.is_live and page.strip().state == "info")
        yield page


@contextlib.asynccontextmanager
async def _run_on() -> AsyncIterator[QWidget]:
    fake = with_cluster_to_run_on()
    sets = ToldPhotoSets()
    sets.snapshot = PhotoSetsSnapshot(current=a_set(photos(18)), is_loaded=True)
    fake.program = dataclasses.replace(fake.program, photo_sets=sets)  # type: ignore[arg-type]
    async with standing(PhotosPage, fake) as stand:
        page = stand.page
        await until(lambda: page.work is not None and len(page.work.reconstruct_card.run_on.cards) == 3)
        cluster = fake.program.remote.sites.shown.id
        await until(page.work.reconstruct_card.run_on.cards[cluster].isEnabled)
        page.work.reconstruct_card.run_on.cards[cluster].click()
        await until(lambda: page.reconstruct.site == cluster)
        yield page
    await fake.program.remote.sites.stop()


@contextlib.asynccontextmanager
async def _closing() -> AsyncIterator[QWidget]:
    rounds = [a_round(), a_round(2, RoundStep.PROCESS, name="Quarry")]
    dialog = ClosingDialog([], clusters=[a_cluster("atelier-east")], rounds=rounds)
    dialog.show()
    yield dialog
    dialog.close()
    dialog.deleteLater()


@contextlib.asynccontextmanager
async def _own_clusters() -> AsyncIterator[QWidget]:
    fake = FakeProgram()
    remote = fake.program.remote
    await remote.remote.add(OwnCluster("studio", Hop("scheduler", "10.0.1.250"), (Hop("jump box", "jump.example"),)))
    remote.sites.start()
    remote.sites.show("own/studio")
    async with standing(ClusterPage, fake) as stand:
        await until(lambda: "own/studio" in stand.page.place("overview").own.rows)  # type: ignore[attr-defined]
        yield stand.page
    await remote.sites.stop()


SITE_SCENES: dict[str, Any] = {
    "nodes, cluster": _page(),
    "nodes, cluster lost": _page(24, SILENT),
    "nodes, another key": _page(6, key_changed()),
    "nodes, recorded": _recorded,
    "nodes, agent missing": _page(6, AgentUnavailable("There is no agent on the scheduler.", remedy="Install it.")),
    "photos, run on a cluster": _run_on,
    "closing, rounds": _closing,
    "cluster, own ones": _own_clusters,
    "host key, Azure": _over_page(_cloud_key),
    "host key, own": _over_page(_own_key),
    "own cluster": _over_page(OwnClusterDialog),
    "own cluster, key": _over_page(_new_key),
    "path doctor, broken": _over_page(_doctor(broken_report())),
    "path doctor, whole": _over_page(_doctor(whole_report())),
}
"""Every scene by what it shows; each yields the widget to look at."""
