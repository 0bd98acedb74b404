"""The panel's pages and dialogs in their main states on fakes, for tests that look at all of them."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from fakes.azure_scenes import a_cluster
from fakes.job_scenes import a_job, a_node
from fakes.model_view import FakeModelView
from fakes.program import FakeProgram
from fakes.transfers import RECEIPT, T0, FakeTransferWorker, a_transfer, completed, midway, needs_sign_in
from page_stand import FakePanel, Stand, standing, until
from photo_set_factory import BLURRED, DUPLICATE, MISSING, ToldPhotoSets, a_photo, a_set, a_summary, photos, working
from tiepoint.domain.capture import SkippedFile
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.left_out import LeftOut
from tiepoint.domain.node import NodeState
from tiepoint.domain.photo_set import PhotoSet, PhotoSetsSnapshot, SetPhase
from tiepoint.domain.transfer import Difference, Direction, FileState, TransferState
from tiepoint.runtime.folder_calls import folder_silent
from tiepoint.ui.pages.cluster.page import ClusterPage
from tiepoint.ui.pages.help.page import HelpPage
from tiepoint.ui.pages.jobs.page import JobsPage
from tiepoint.ui.pages.nodes.page import NodesPage
from tiepoint.ui.pages.photos.page import PhotosPage
from tiepoint.ui.pages.photos.skipped_dialog import SkippedDialog
from tiepoint.ui.pages.settings.page import SettingsPage
from tiepoint.ui.pages.transfers.download_dialog import DownloadDialog
from tiepoint.ui.pages.transfers.page import TransfersPage
from tiepoint.ui.pages.transfers.upload_dialog import UploadDialog
from tiepoint.ui.pages_of_panel import rail_entries
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.closing import ClosingDialog
from tiepoint.ui.shell.error_dialog import ErrorDialog
from tiepoint.ui.shell.extras import add_extras
from tiepoint.ui.shell.messages import Message
from tiepoint.ui.shell.toasts import ToastStack
from tiepoint.ui.shell.window import MainWindow
from tiepoint.ui.viewer import ModelView
from ui.cluster_jobs_scenes import CLUSTER_JOBS_SCENES
from ui.cluster_life_scenes import CLUSTER_LIFE_SCENES
from ui.cluster_scenes import CLUSTER_SCENES
from ui.policy_scenes import POLICY_SCENES
from ui.results.stand import a_program, results_page
from ui.site_scenes import SITE_SCENES
from ui.update_scenes import UPDATE_SCENES

Scene: TypeAlias = Callable[[], contextlib.AbstractAsyncContextManager[QWidget]]
_PROBLEMS: Final = (
    a_photo("blurred.jpg", 1, issues=(BLURRED,)),
    a_photo("copy.jpg", 2, issues=(DUPLICATE,)),
    a_photo("gone.jpg", 3, issues=(MISSING,)),
    *photos(10),
)


NO_CONNECTION: Final = Failure("connection", "a.jpg", retryable=True)
SILENT: Final = Failure.of(folder_silent(Path("/captures")))
NO_CONTAINER: Final = Failure("input", "a.jpg", "b.jpg")


class _CloudView(FakeModelView):
    """A view without 3D for the preview of a job."""

    def update_cloud(self, points: Any, colours: Any = None) -> None:
        self.calls.append(("update_cloud", len(points)))

    def set_corner_radius(self, radius_px: int) -> None:
        self.calls.append(("set_corner_radius", radius_px))


@contextlib.asynccontextmanager
async def standing_with(
    current: PhotoSet | None, fake: FakeProgram, **snapshot: Any
) -> AsyncIterator[Stand[PhotosPage]]:
    """The Photos page with a set."""
    sets = ToldPhotoSets()
    sets.snapshot = dataclasses.replace(PhotoSetsSnapshot(current=current, is_loaded=True), **snapshot)
    fake.program = dataclasses.replace(fake.program, photo_sets=sets)  # type: ignore[arg-type]
    async with standing(PhotosPage, fake) as stand:
        await until(lambda: fake.program.computer.snapshot.engine is not None)
        yield stand


@contextlib.asynccontextmanager
async def _photos(current: PhotoSet | None, **snapshot: Any) -> AsyncIterator[PhotosPage]:
    async with standing_with(current, FakeProgram(), **snapshot) as stand:
        yield stand.page


@contextlib.asynccontextmanager
async def _jobs(*jobs: Job, is_lost: bool = False) -> AsyncIterator[QWidget]:
    fake = FakeProgram()
    fake.scheduler.all_jobs = {job.id: job for job in jobs}
    fake.scheduler.all_nodes = {node.id: node for node in (a_node(1), a_node(2))}

    async with standing(lambda panel: JobsPage(panel, lambda: cast(ModelView, _CloudView())), fake) as stand:
        await until(lambda: len(stand.page.viewmodel.rows) == len(jobs) and not stand.page.viewmodel.is_stale)
        await until(lambda: any(button.isVisible() for button in stand.page.findChildren(QPushButton)))
        if is_lost:
            fake.scheduler.lose()
            await until(lambda: stand.page.strip().state == "lost")
        yield stand.page


@contextlib.asynccontextmanager
async def _nodes() -> AsyncIterator[QWidget]:
    fake = FakeProgram()
    fake.scheduler.all_jobs = {a_job().id: a_job()}
    nodes = (a_node(1), a_node(2, NodeState.READY), a_node(3, NodeState.FAILED))
    fake.scheduler.all_nodes = {node.id: node for node in nodes}
    async with standing(NodesPage, fake) as stand:
        await until(lambda: len(stand.page.viewmodel.rows) == len(nodes) and not stand.page.viewmodel.is_stale)
        yield stand.page


@contextlib.asynccontextmanager
async def _results() -> AsyncIterator[QWidget]:
    async with results_page() as stand:
        await stand.opened()
        yield stand.page


@contextlib.asynccontextmanager
async def _export() -> AsyncIterator[QWidget]:
    async with results_page() as stand:
        await stand.opened()
        stand.page.outputs.ask_for_export()
        yield _dialog()


@contextlib.asynccontextmanager
async def _no_results() -> AsyncIterator[QWidget]:
    async with results_page(a_program()) as stand:
        yield stand.page


@contextlib.asynccontextmanager
async def _broken_result() -> AsyncIterator[QWidget]:
    async with results_page() as stand:
        await stand.opened()
        stand.page.show_target(path=Path("/broken/half.glb"))
        await until(lambda: stand.page.strip().state == "error")
        yield stand.page


@contextlib.asynccontextmanager
async def _photos_list() -> AsyncIterator[QWidget]:
    async with _photos(a_set(_PROBLEMS, skipped=(SkippedFile("a.txt", "It is no photo."),))) as page:
        assert page.work is not None
        page.work.card.show_list(True)
        yield page


@contextlib.asynccontextmanager
async def _skipped() -> AsyncIterator[QWidget]:
    async with _photos(None) as page:
        SkippedDialog((SkippedFile("a.txt", "It is no photo."),), page).open()
        yield _dialog()


@contextlib.asynccontextmanager
async def _page(make: Callable[[Panel], Any], is_settled: Callable[[Any], object]) -> AsyncIterator[QWidget]:
    async with standing(make) as stand:
        await until(lambda: is_settled(stand))
        yield stand.page


@contextlib.asynccontextmanager
async def _transfers(
    scene: Callable[[FakeTransferWorker], object] | None = None, *, is_lost: bool = False
) -> AsyncIterator[TransfersPage]:
    fake = FakeProgram()
    if scene is not None:
        scene(fake.transfer_worker)
    async with standing(TransfersPage, fake) as stand:
        page = stand.page
        await until(lambda: fake.program.transfers.snapshot.is_connected)
        await until(lambda: len(page.viewmodel.transfers) == len(fake.transfer_worker.all_transfers))
        rows = sum(len(files) for files in fake.transfer_worker.all_files.values())
        await until(lambda: page.detail.files.model.rowCount() == rows)
        if is_lost:
            fake.transfer_worker.lose()
            await until(page.banner.isVisible)
        yield page


def _stopped(state: TransferState, trouble: Failure | None = None) -> Callable[[FakeTransferWorker], object]:
    """A scene with one transfer that does not move."""
    still = a_transfer(1, state=state, trouble=trouble, rate_bytes_per_s=0.0, left_s=None, connections=0)
    return lambda worker: worker.put(still)


def _coming_down(worker: FakeTransferWorker) -> None:
    worker.put(a_transfer(1, direction=Direction.DOWN, folder="/here/brighton"))


def _conflicts(worker: FakeTransferWorker) -> None:
    midway(worker, 40)
    for index, state in ((30, FileState.CONFLICT), (31, FileState.SKIPPED), (32, FileState.COPIED)):
        worker.set_file("transfer-1", index, state=state)


@contextlib.asynccontextmanager
async def _transfers_checked() -> AsyncIterator[QWidget]:
    async with _transfers(_missing) as page:
        page.detail.card.check_button.click()
        await until(lambda: bool(page.detail.card.listed))
        yield page


def _film_left(worker: FakeTransferWorker) -> None:
    completed(worker)
    worker.set("transfer-2", receipt=dataclasses.replace(RECEIPT, left_out=LeftOut(2, 0, 1, ("a.jpg", "b.jpg"))))


def _missing(worker: FakeTransferWorker) -> None:
    completed(worker)
    gone = (Difference("a.jpg", "missing"), Difference("b.jpg", "different"), Difference("c.jpg", "unverifiable"))
    worker.verdict = dataclasses.replace(
        worker.verdict, checked=T0 + timedelta(hours=1), photos_verified=300, differences=gone, differences_total=112
    )


@contextlib.asynccontextmanager
async def _transfer_dialog(make: Callable[[Panel, QWidget], QWidget]) -> AsyncIterator[QWidget]:
    async with standing(TransfersPage) as stand:
        dialog = make(stand.parts.panel, stand.page)
        dialog.open()  # type: ignore[attr-defined]
        yield dialog
        dialog.close()
        dialog.deleteLater()


@contextlib.asynccontextmanager
async def _upload_to_cluster() -> AsyncIterator[QWidget]:
    fake = FakeProgram()
    fake.azure.sign_in.put_signed_in()
    fake.azure.clusters.put(a_cluster("harbour"))
    async with standing(TransfersPage, fake) as stand:
        dialog = UploadDialog(stand.parts.panel, a_set(photos(4)), stand.page)
        dialog.open()
        yield dialog
        dialog.close()
        dialog.deleteLater()


@contextlib.asynccontextmanager
async def _window(*jobs: Job) -> AsyncIterator[QWidget]:
    fake = FakeProgram()
    fake.scheduler.all_jobs = {job.id: job for job in jobs}
    parts = FakePanel(fake)
    window = MainWindow(rail_entries())
    window.set_pages({"help": lambda: HelpPage(parts.panel)})
    window.show_page("help")
    add_extras(window, parts.panel)
    window.dock.set_folded(False)
    toasts = ToastStack(window, window.dock)
    fake.program.monitor.start()
    window.show()
    toasts.show(Message("error", "a.jpg", "b.jpg", detail="c", action="d"))
    await until(lambda: fake.program.monitor.snapshot.link.is_up)
    try:
        yield window
    finally:
        window.shut_pages()
        window.close_for_good()
        await parts.stop()
        window.deleteLater()


@contextlib.asynccontextmanager
async def _lone(make: Callable[[], QWidget]) -> AsyncIterator[QWidget]:
    made = make()
    made.show()
    try:
        yield made
    finally:
        made.close()
        made.deleteLater()


def _dialog() -> QWidget:
    return next(each for each in QApplication.topLevelWidgets() if each.isVisible() and each.inherits("QDialog"))


def _this_computer(panel: Panel) -> ClusterPage:
    page = ClusterPage(panel)
    page.show_place("computer")
    return page


def _is_looked(stand: Any) -> bool:
    return stand.page.doctor.looked is not None and stand.page.model.view.pill[1] != ""


SCENES: Final[dict[str, Scene]] = {
    "photos, first start": lambda: _photos(None),
    "photos, start with captures": lambda: _photos(None, sets=(a_summary(),)),
    "photos, problems": lambda: _photos(a_set(_PROBLEMS)),
    "photos, being listed": lambda: _photos(working(photos(3), SetPhase.HEADS, 1, 3)),
    "photos, as a list": _photos_list,
    "photos, what was not taken": _skipped,
    "jobs, none": _jobs,
    "jobs, running": lambda: _jobs(a_job(), a_job("old", JobState.COMPLETED), a_job("next", JobState.QUEUED)),
    "jobs, failed": lambda: _jobs(a_job("bad", JobState.FAILED)),
    "jobs, its folder does not answer": lambda: _jobs(dataclasses.replace(a_job(), held=SILENT)),
    "jobs, paused": lambda: _jobs(a_job("rest", JobState.PAUSED)),
    "jobs, complete": lambda: _jobs(a_job("done", JobState.COMPLETED)),
    "jobs, stopped": lambda: _jobs(a_job("gone", JobState.CANCELED)),
    "jobs, link lost": lambda: _jobs(a_job(), is_lost=True),
    "nodes": _nodes,
    "results, one": _results,
    "results, none": _no_results,
    "results, broken": _broken_result,
    "results, export": _export,
    "cluster, this computer": lambda: _page(_this_computer, _is_looked),
    **CLUSTER_JOBS_SCENES,
    **CLUSTER_SCENES,
    **CLUSTER_LIFE_SCENES,
    **SITE_SCENES,
    **POLICY_SCENES,
    **UPDATE_SCENES,
    "settings": lambda: _page(SettingsPage, lambda stand: stand.fake.program.computer.snapshot.engine is not None),
    "help": lambda: _page(HelpPage, lambda stand: stand.fake.program.computer.snapshot.engine is not None),
    "transfers, none": _transfers,
    "transfers, on the way": lambda: _transfers(midway),
    "transfers, complete": lambda: _transfers(completed),
    "transfers, sign-in": lambda: _transfers(needs_sign_in),
    "transfers, conflicts": lambda: _transfers(_conflicts),
    "transfers, a check missed some": _transfers_checked,
    "transfers, something left out": lambda: _transfers(_film_left),
    "transfers, download": lambda: _transfers(_coming_down),
    "transfers, draft": lambda: _transfers(_stopped(TransferState.DRAFT)),
    "transfers, paused": lambda: _transfers(_stopped(TransferState.PAUSED)),
    "transfers, no connection": lambda: _transfers(_stopped(TransferState.WAITING, NO_CONNECTION)),
    "transfers, failed": lambda: _transfers(_stopped(TransferState.FAILED, NO_CONTAINER)),
    "transfers, stopped": lambda: _transfers(_stopped(TransferState.CANCELED)),
    "transfers, worker away": lambda: _transfers(midway, is_lost=True),
    "transfers, upload": lambda: _transfer_dialog(lambda panel, page: UploadDialog(panel, a_set(photos(4)), page)),
    "transfers, upload to a cluster": _upload_to_cluster,
    "transfers, download asked": lambda: _transfer_dialog(DownloadDialog),
    "window, a job runs": lambda: _window(a_job()),
    "window, no job": _window,
    "closing": lambda: _lone(lambda: ClosingDialog([a_job()])),
    "error": lambda: _lone(lambda: ErrorDialog(Message("error", "a.jpg", "b.jpg", detail="c"))),
}
"""Every scene by what it shows; each yields the widget to look at."""
