"""The Jobs page on fakes, by keys and clicks: states, actions, the failure card, the lost link, the empty state."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QMessageBox, QPlainTextEdit, QPushButton, QWidget

from fakes.job_scenes import AGENT_ENDED, a_job, a_node
from fakes.model_view import FakeModelView
from fakes.program import FakeProgram
from fakes.scheduler import T0
from page_stand import Stand, standing, until
from tiepoint.domain.estimate import PastRun
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.preview import CameraState, Preview, PreviewCamera
from tiepoint.protocol.events import LogLine
from tiepoint.ui.pages.jobs.page import JobsPage
from tiepoint.ui.viewer import ModelView, Tone

InQt = Callable[[Any], Any]
CLOUD = (
    b"ply\nformat binary_little_endian 1.0\nelement vertex 2\nproperty float x\nproperty float y\nproperty float z\n"
    b"property uchar red\nproperty uchar green\nproperty uchar blue\nend_header\n"
) + 2 * (b"\x00\x00\x80\x3f" * 3 + b"\x10\x20\x30")


class FakeCloudView(FakeModelView):
    """A view without 3D that is given clouds."""

    def update_cloud(self, points: Any, colours: Any = None) -> None:
        self.calls.append(("update_cloud", (len(points), colours)))

    def set_corner_radius(self, radius_px: int) -> None:
        self.calls.append(("set_corner_radius", radius_px))


class JobsStand:
    """The page, its fakes, and the 3D views it made."""

    def __init__(self, stand: Stand[JobsPage], views: list[FakeCloudView]) -> None:
        self.page, self.parts, self.fake, self.views = stand.page, stand.parts, stand.fake, views

    def state_of(self, job: Job) -> JobState:
        return self.fake.scheduler.all_jobs[job.id].state

    def sees(self, text: str) -> bool:
        """Whether a button with these words is seen."""
        return any(each.text() == text and each.isVisible() for each in self.page.findChildren(QPushButton))

    def press(self, text: str) -> None:
        """Click the button with these words that is seen."""
        found = [each for each in self.page.findChildren(QPushButton) if each.text() == text and each.isVisible()]
        assert found, f"no button “{text}”"
        QTest.mouseClick(found[0], Qt.MouseButton.LeftButton)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.page.list_card.table, key, modifier)

    @property
    def strip_words(self) -> list[str]:
        return [action.text() for action in self.page.strip().actions]


@contextlib.asynccontextmanager
async def jobs_page(*jobs: Job, fake: FakeProgram | None = None) -> AsyncIterator[JobsStand]:
    fake = fake or FakeProgram()
    fake.scheduler.all_jobs = {job.id: job for job in jobs}
    fake.scheduler.all_nodes = {node.id: node for node in (a_node(1), a_node(2))}
    views: list[FakeCloudView] = []

    def make_view() -> ModelView:
        views.append(FakeCloudView())
        return cast(ModelView, views[-1])

    async with standing(lambda panel: JobsPage(panel, make_view), fake) as stand:
        await until(lambda: len(stand.page.viewmodel.rows) == len(jobs) and not stand.page.viewmodel.is_stale)
        stand.page.focus_first()
        yield JobsStand(stand, views)


def test_a_running_job_is_open_by_itself(in_qt: InQt) -> None:
    async def scene() -> None:
        async with jobs_page(a_job("old", JobState.COMPLETED), a_job()) as stand:
            page = stand.page
            await until(lambda: page.detail.workers.isVisible())
            content = page.strip()
            assert (content.title, content.state, content.is_about_job) == ("Beach", "running", True)
            assert dict(content.facts)["Stage"] == "Depth maps 7/18"
            assert dict(content.facts)["Cost"] == "none"
            assert stand.strip_words == ["Open folder", "Stop", "Pause"]
            assert [tile.accessibleName().split()[0] for tile in page.detail.strip.tiles] == [
                "Check",
                "Align",
                "Depth",
                "Mesh",
            ]
            assert len(page.detail.workers.table.rows_model.rows) == 2

    in_qt(scene())


def test_pause_and_go_on_by_keyboard(in_qt: InQt) -> None:
    async def scene() -> None:
        job = a_job()
        async with jobs_page(job) as stand:
            stand.key(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
            await until(lambda: stand.state_of(job) is JobState.PAUSED)
            await until(lambda: stand.strip_words == ["Open folder", "Stop", "Go on"])
            stand.key(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
            await until(lambda: stand.state_of(job) is JobState.QUEUED)

    in_qt(scene())


def test_stopping_asks_once_and_says_what_is_kept(in_qt: InQt) -> None:
    async def scene() -> None:
        job = a_job()
        async with jobs_page(job) as stand:

            def questions() -> list[QMessageBox]:
                return [each for each in stand.page.window().findChildren(QMessageBox) if each.isVisible()]

            stand.key(Qt.Key.Key_Delete)
            await until(questions)
            assert "kept" in questions()[0].informativeText()
            assert questions()[0].textFormat() is Qt.TextFormat.PlainText
            QTest.keyClick(questions()[0], Qt.Key.Key_Escape)
            await until(lambda: not questions())
            assert stand.state_of(job) is JobState.RUNNING
            stand.key(Qt.Key.Key_Delete)
            await until(questions)
            stop = next(each for each in questions()[0].buttons() if each.text() == "Stop")
            QTest.mouseClick(stop, Qt.MouseButton.LeftButton)
            await until(lambda: stand.state_of(job) is JobState.CANCELED)
            await until(lambda: stand.strip_words == ["Open folder", "Go on from here"])

    in_qt(scene())


def test_the_menu_sets_a_priority_in_words(in_qt: InQt) -> None:
    async def scene() -> None:
        job = a_job(state=JobState.QUEUED)
        async with jobs_page(job) as stand:
            table = stand.page.list_card.table
            table.menu_wanted.emit(job.id, table.mapToGlobal(QPoint(20, 60)))
            menu = next(each for each in stand.page.findChildren(QMenu) if each.isVisible() and each.actions())
            entry = next(each for each in menu.actions() if each.text() == "Priority")
            inner = cast(QMenu, entry.menu())
            assert [each.text() for each in inner.actions()] == ["Highest", "High", "Normal", "Low", "Lowest"]
            inner.actions()[0].trigger()
            menu.close()
            await until(lambda: stand.fake.scheduler.all_jobs[job.id].priority == 2)
            await until(lambda: (shown := stand.page.viewmodel.job) is not None and shown.priority == 2)
            stand.page.activateWindow()  # without a screen no window is active after a menu
            await until(stand.page.isActiveWindow)
            table.setFocus()
            stand.key(Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
            await until(lambda: stand.fake.scheduler.all_jobs[job.id].priority == 1)

    in_qt(scene())


def test_enter_on_a_completed_job_opens_its_result(in_qt: InQt) -> None:
    async def scene() -> None:
        job = a_job(state=JobState.COMPLETED)
        async with jobs_page(job) as stand:
            stand.key(Qt.Key.Key_Return)
            assert stand.parts.navigator.gone == [("results", {"job": job.id})]
            await until(lambda: stand.sees("Open the result"))
            stand.press("Open the result")
            assert len(stand.parts.navigator.gone) == 2

    in_qt(scene())


def test_a_failed_job_tells_cause_remedy_what_is_kept_and_the_raw_text(in_qt: InQt) -> None:
    async def scene() -> None:
        fake = FakeProgram()
        fake.scheduler.lines = (LogLine(T0, "matched 0 of 153 pairs", "error", "depth_maps"),)
        job = a_job(state=JobState.FAILED)
        async with jobs_page(job, fake=fake) as stand:
            panel = stand.page.detail.failure
            await until(panel.isVisible)
            words = panel.accessibleDescription()
            assert "No two of the photos" in words
            assert "Take photos that overlap" in words
            assert not panel.is_raw_shown
            stand.press("Raw text")
            assert panel.is_raw_shown
            assert panel.findChild(QPlainTextEdit).toPlainText() == "raw"
            await until(lambda: len(stand.page._log.raw) == 1)
            await until(lambda: "matched 0 of 153 pairs" in panel._proof.text())
            stand.press("Copy report")
            report = QGuiApplication.clipboard().text()
            assert job.id in report
            assert "matched 0 of 153 pairs" in report
            stand.press("Look at the photos")
            assert stand.parts.navigator.gone == [("photos", {})]
            stand.press("Try again")
            await until(lambda: stand.state_of(job) is JobState.QUEUED)

    in_qt(scene())


def test_an_interrupted_job_goes_on_from_where_it_was(in_qt: InQt) -> None:
    async def scene() -> None:
        job = a_job(state=JobState.PAUSED, error=AGENT_ENDED)
        async with jobs_page(job) as stand:
            assert stand.page.strip().state_text == "Interrupted"
            await until(lambda: stand.sees("Go on from here"))
            stand.press("Go on from here")
            await until(lambda: stand.state_of(job) is JobState.QUEUED)

    in_qt(scene())


def test_a_lost_link_is_said_once_and_nothing_fails(in_qt: InQt) -> None:
    async def scene() -> None:
        async with jobs_page(a_job()) as stand:
            page = stand.page
            assert not page.banner.isVisible()
            stand.fake.scheduler.lose()
            await until(lambda: page.banner.isVisible() and page.viewmodel.is_stale)
            await until(lambda: page.strip().state == "lost")
            assert "Grey values" in page.banner.accessibleName()
            assert dict(page.strip().facts)["Left"] == "unknown"
            assert stand.strip_words == ["Open folder"]
            await until(lambda: all(row.is_stale for row in page.list_card.table.rows_model.rows))
            assert page.viewmodel.count("attention") == 0

    in_qt(scene())


def test_the_time_left_is_a_range_once_there_is_history(in_qt: InQt) -> None:
    async def scene() -> None:
        fake = FakeProgram()
        stages = {"depth_maps": 30.0, "mesh": 10.0}
        fake.scheduler.runs = tuple(PastRun(f"j{number}", "draft", 18, stages=stages) for number in range(3))
        async with jobs_page(a_job(changes=""), fake=fake) as stand:
            await until(lambda: any("left" in tile.accessibleName() for tile in stand.page.detail.strip.tiles))

    in_qt(scene())


def test_without_jobs_it_leads_to_the_photos(in_qt: InQt) -> None:
    async def scene() -> None:
        async with jobs_page() as stand:
            await until(stand.page._to_photos.isVisible)
            stand.press("Go to Photos")
            assert stand.parts.navigator.gone == [("photos", {})]

    in_qt(scene())


def test_a_target_opens_its_job_and_is_remembered(in_qt: InQt) -> None:
    async def scene() -> None:
        done = a_job("old", JobState.COMPLETED)
        async with jobs_page(a_job(), done) as stand:
            stand.page.show_target(job=done.id)
            assert stand.page.strip().title == "old"
            assert stand.fake.program.panel_state.state.job == done.id

    in_qt(scene())


def test_rows_are_found_and_filtered_by_chips(in_qt: InQt) -> None:
    async def scene() -> None:
        async with jobs_page(a_job(), a_job("Quarry", JobState.COMPLETED)) as stand:
            table = stand.page.list_card.table
            QTest.keyClick(table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
            await until(stand.page.list_card.find_box.hasFocus)
            QTest.keyClicks(cast(QWidget, stand.page.list_card.find_box), "quar")
            assert [row.cells[1].text for row in table.rows_model.rows] == ["Quarry"]
            QTest.keyClick(stand.page.list_card.find_box, Qt.Key.Key_Escape)
            stand.press("Active 1")
            assert [row.cells[1].text for row in table.rows_model.rows] == ["Beach"]

    in_qt(scene())


def test_the_preview_appears_when_there_is_something_to_see(in_qt: InQt, tmp_path: Path) -> None:
    async def scene() -> None:
        job, fake = a_job(), FakeProgram()
        async with jobs_page(job, fake=fake) as stand:
            card = stand.page.detail.preview
            assert card.view is None
            cloud = tmp_path / "preview.ply"
            cloud.write_bytes(CLOUD)
            camera = PreviewCamera("a.jpg", (0, 0, 9), (1, 0, 0, 0, -1, 0, 0, 0, -1), (600, 400), 500, CameraState.DONE)
            preview = Preview(cloud, 22175, "depth_maps", 7, 18, (camera,), updated=T0, revision="1")
            fake.preview_store.previews[Path(job.folder or "")] = preview
            await until(lambda: card.has_picture)
            assert card.head is not None
            assert "from 7 of 18 depth maps" in card.head.remark_label.text()
            assert stand.views[0].photos[0].tone is Tone.DONE
            assert any(name == "update_cloud" for name, _ in stand.views[0].calls)

    in_qt(scene())


def test_hidden_it_does_nothing_and_is_right_again_when_shown(in_qt: InQt) -> None:
    async def scene() -> None:
        job = a_job()
        async with jobs_page(job) as stand:
            stand.page.hide()
            stand.fake.scheduler.set(job.id, state=JobState.COMPLETED)
            await until(lambda: stand.fake.program.monitor.snapshot.running is None)
            stand.page.show()
            await until(lambda: stand.page.strip().state == "completed")

    in_qt(scene())


def test_the_list_gives_its_room_to_the_job(in_qt: InQt) -> None:
    async def scene() -> None:
        async with jobs_page(a_job()) as stand:
            stand.page.list_card.fold_wanted.emit(True)
            assert not stand.page.list_card.table.isVisible()
            assert stand.fake.program.panel_state.state.extras["jobs_folded"] is True
            stand.page.list_card.fold_wanted.emit(False)
            assert stand.page.list_card.table.isVisible()

    in_qt(scene())


def test_failures_of_actions_are_told(in_qt: InQt) -> None:
    async def scene() -> None:
        job = a_job()
        async with jobs_page(job) as stand:
            del stand.fake.scheduler.all_jobs[job.id]
            stand.key(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
            await until(lambda: stand.parts.said)
            assert stand.parts.said[0].state == "error"

    in_qt(scene())
