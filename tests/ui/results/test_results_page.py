"""The Results page by clicks, keys and drops, on a view without 3D."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton, QWidget

from fakes.program import FakeProgram
from fakes.results import FakeModelExporter, a_camera, a_model
from page_stand import until
from tiepoint.domain.errors import InputError
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.model_export import ExportFormat
from tiepoint.domain.model_facts import Scale, ScaleSource
from tiepoint.domain.operation import OperationProgress
from tiepoint.ports.capture_store import Report
from tiepoint.ports.model_exporter import Exported, ExportRequest
from tiepoint.services.model_export import ModelExports
from tiepoint.ui import theme
from tiepoint.ui.pages.results.export_dialog import ExportDialog
from tiepoint.ui.viewer import Detail, Direction, DisplayMode, LineMark, LoadProgress, Phase, Projection
from tiepoint.ui.viewmodels.measuring import Tool
from tiepoint.ui.viewmodels.results import Showing
from ui.results.stand import ResultsStand, a_program, results_page

LEFT = Qt.MouseButton.LeftButton


def texts(widget: QWidget) -> str:
    """Everything that stands on a widget now."""
    return "\n".join(
        each.text() for each in (*widget.findChildren(QLabel), *widget.findChildren(QPushButton)) if each.isVisible()
    )


def entries(stand: ResultsStand) -> dict[str, bool]:
    """What the list of results offers, and whether it can be chosen."""
    return {each.text(): each.isEnabled() for each in stand.page.menu.actions()}


def press(widget: QWidget, text: str) -> None:
    """Click the button that says this."""
    found = [each for each in widget.findChildren(QPushButton) if each.text() == text and each.isVisible()]
    assert len(found) == 1, text
    QTest.mouseClick(found[0], LEFT)


def dialog(kind: type[QWidget]) -> Any:
    """Return the dialog that is open."""
    return next((each for each in QApplication.topLevelWidgets() if isinstance(each, kind) and each.isVisible()), None)


def test_the_newest_result_opens_by_itself(in_qt: Any) -> None:
    async def scene() -> None:
        older = a_model(Path("/older"), title="Older")
        async with results_page(a_program(a_model(), older)) as stand:
            facts = await stand.opened()
            assert facts.title == "Fountain wall"
            assert stand.view.opened == [Path("/out/model.glb")]
            assert [pose.name for pose in stand.view.photos] == ["photo 1.jpg", "photo 2.jpg"]
            strip = stand.page.strip()
            assert (strip.title, strip.state) == ("Fountain wall", "completed")
            assert ("Cameras", "11 of 11") in strip.facts
            assert stand.page.facts_card.main.text("Faces") == "79\u202f648"
            assert stand.page.facts_card.pill.text == "Good, 1 note"
            assert not stand.page.view_card.cover.isVisible()

    in_qt(scene())


def test_the_result_looked_at_last_opens_again_as_long_as_it_is_there(in_qt: Any) -> None:
    async def scene() -> None:
        fake = a_program(a_model(), a_model(Path("/older"), title="Older"))
        fake.program.panel_state.update(result="/older")
        async with results_page(fake) as stand:
            assert (await stand.opened()).title == "Older"
        fake = a_program(a_model())
        fake.program.panel_state.update(result="/gone")
        async with results_page(fake) as stand:
            assert (await stand.opened()).title == "Fountain wall"

    in_qt(scene())


def test_what_another_page_points_to_comes_before_the_newest(in_qt: Any) -> None:
    async def scene() -> None:
        other = a_model(Path("/other"), title="Other")
        async with results_page(
            a_program(a_model(), other), lambda page: page.show_target(path=Path("/other"))
        ) as stand:
            assert (await stand.opened()).title == "Other"
            await asyncio.sleep(0.05)
            assert stand.page.results.view.title == "Other"

    in_qt(scene())


def test_without_results_the_page_says_how_they_come(in_qt: Any) -> None:
    async def scene() -> None:
        async with results_page(a_program()) as stand:
            assert "No model yet" in texts(stand.page)
            press(stand.page, "Go to Photos")
            assert stand.parts.navigator.gone == [("photos", {})]
            assert not stand.page.column.isVisible()

    in_qt(scene())


def test_a_running_job_says_so_and_opens_when_it_is_done(in_qt: Any) -> None:
    async def scene() -> None:
        fake = a_program()
        job = Job(JobId("20261125-a-0a1b2c"), "Quarry", "/c", JobState.RUNNING, stage="depth_maps", output="/out")
        fake.scheduler.all_jobs[job.id] = job
        async with results_page(fake) as stand:
            await until(lambda: fake.program.monitor.snapshot.job(job.id))
            stand.page.show_target(job=job.id)
            await until(lambda: "Quarry is still running" in texts(stand.page))
            assert "Depth maps" in texts(stand.page)
            press(stand.page, "Go to Jobs")
            assert stand.parts.navigator.gone == [("jobs", {"job": job.id})]
            fake.result_reader.results[Path("/out")] = a_model()
            fake.scheduler.set(job.id, state=JobState.COMPLETED)
            assert (await stand.opened()).job == job.id

    in_qt(scene())


def test_a_failure_names_the_file_and_offers_another(in_qt: Any) -> None:
    async def scene() -> None:
        async with results_page() as stand:
            await stand.opened()
            stand.page.show_target(path=Path("/broken/<b>half.glb"))
            await until(lambda: stand.page.results.view.showing is Showing.FAILED)
            shown = texts(stand.page)
            assert "<b>half.glb does not open" in shown
            assert "There is no model in" in shown
            assert stand.page.strip().state == "error"
            press(stand.page, "Open another")
            asked = dialog(QFileDialog)
            assert asked is not None
            asked.reject()

    in_qt(scene())


def test_a_model_that_cannot_be_loaded_leaves_its_facts(in_qt: Any) -> None:
    async def scene() -> None:
        async with results_page() as stand:
            await until(lambda: stand.view.is_loading)
            stand.view.load_failed.emit(InputError("model.glb is cut short.", remedy="Make it again."))
            shown = texts(stand.page)
            assert "model.glb does not open" in shown
            assert "Make it again." in shown
            assert stand.page.facts_card.isVisible()

    in_qt(scene())


def test_loading_shows_its_progress_and_can_be_cancelled(in_qt: Any) -> None:
    async def scene() -> None:
        async with results_page() as stand:
            await until(lambda: stand.view.is_loading)
            stand.view.load_progress.emit(LoadProgress(Path("/out/model.glb"), Phase.READING, 30, 60))
            assert "Reading the file, 50%" in texts(stand.page)
            press(stand.page, "Cancel")
            assert "Loading was stopped" in texts(stand.page)
            press(stand.page, "Load it again")
            stand.view.finish_loading()
            assert not stand.page.view_card.cover.isVisible()
            assert not stand.page.view_card.loading.isVisible()

    in_qt(scene())


def test_without_opengl_everything_else_works(in_qt: Any) -> None:
    async def scene() -> None:
        async with results_page() as stand:
            stand.view.no_opengl.emit("There is no OpenGL here.")
            await until(lambda: stand.page.results.view.showing is Showing.OPEN)
            await until(lambda: "No 3D on this screen" in texts(stand.page))
            assert stand.view.opened == []
            assert stand.page.facts_card.main.text("Cameras aligned") == "11 of 11"
            stand.page.outputs.open_report()
            assert stand.desktop.opened == [Path("/out/report.html")]

    in_qt(scene())


def test_display_modes_follow_the_model(in_qt: Any) -> None:
    async def scene() -> None:
        async with results_page() as stand:
            await stand.opened()
            press(stand.page.view_card, "Wireframe")
            assert stand.view.mode is DisplayMode.WIREFRAME
            press(stand.page.view_card, "Cameras")
            assert stand.view.asked("set_photos_shown") == [False]
            stand.view.finish_loading(faces=0)
            assert stand.view.mode is DisplayMode.POINTS
            chips = {each.text(): each.isEnabled() for each in stand.page.view_card.findChildren(QPushButton)}
            assert (chips["Points"], chips["Shaded"], chips["Textured"]) == (True, False, False)

    in_qt(scene())


def test_the_tools_steer_the_view(in_qt: Any) -> None:
    async def scene() -> None:
        async with results_page() as stand:
            await stand.opened()
            tools = stand.page.view_card.palette_of_tools
            for button in tools.findChildren(QWidget):
                if button.accessibleName().startswith(("Show the whole", "Turntable", "Perspective")):
                    QTest.mouseClick(button, LEFT)
            tools.direction_chosen.emit(Direction.TOP)
            assert stand.view.asked("fit") == [None]
            assert stand.view.asked("set_turntable") == [True]
            assert stand.view.projection is Projection.ORTHOGRAPHIC
            assert stand.view.asked("look_from") == [Direction.TOP]
            stand.view.detail_changed.emit(Detail(100_000, 2_000_000, can_show_full=True))
            assert "showing 100\u202f000 of 2\u202f000\u202f000 faces" in texts(stand.page)
            press(stand.page, "Full detail")
            assert stand.view.asked("show_full_detail") == [None]

    in_qt(scene())


def test_measuring_by_keys_and_clicks(in_qt: Any) -> None:
    async def scene() -> None:
        async with results_page() as stand:
            await stand.opened()
            view, measuring = stand.view, stand.page.measuring
            view.setFocus()
            QTest.keyClick(view, Qt.Key.Key_D)
            assert measuring.tool is Tool.DISTANCE
            assert view.is_measuring
            QTest.mouseClick(view, LEFT, pos=view.click(300, 200))
            view.pointer_at.emit((303.0, 204.0, 0.0))
            assert stand.page.view_card.tag.text.startswith("5.000")
            QTest.keyClick(view, Qt.Key.Key_Backspace)
            assert measuring.draft == ()
            QTest.mouseClick(view, LEFT, pos=view.click(300, 200))
            QTest.mouseClick(view, LEFT, pos=view.click(330, 240))
            await until(lambda: measuring.rows)
            assert "Distance 1" in (stand.page.measurements_card.list.model().index(0, 0).data())
            assert isinstance(view.marks[0], LineMark)
            QTest.keyClick(view, Qt.Key.Key_L)
            for x in (300, 330, 360):
                QTest.mouseClick(view, LEFT, pos=view.click(x, 200))
            view.measuring_ended.emit(True)
            await until(lambda: len(measuring.rows) == 2)
            assert view.is_measuring
            QTest.keyClick(view, Qt.Key.Key_Escape)
            assert measuring.tool is Tool.ORBIT
            assert not view.is_measuring
            assert not stand.page.view_card.hint.isVisible()

    in_qt(scene())


def test_without_scale_measuring_is_refused_where_one_looks(in_qt: Any) -> None:
    async def scene() -> None:
        async with results_page(a_program(a_model(scale=Scale(ScaleSource.NONE)))) as stand:
            await stand.opened()
            stand.view.setFocus()
            QTest.keyClick(stand.view, Qt.Key.Key_P)
            assert not stand.view.is_measuring
            assert "no scale" in stand.page.view_card.hint.text
            assert "Take photos with a camera" in texts(stand.page.measurements_card)

    in_qt(scene())


def test_a_deleted_measurement_comes_back(in_qt: Any) -> None:
    async def scene() -> None:
        async with results_page() as stand:
            await stand.opened()
            stand.page.measuring.choose(Tool.POINT)
            stand.page.measuring.pick((1.0, 2.0, 3.0))
            await until(lambda: stand.page.measuring.rows)
            rows = stand.page.measurements_card.list
            rows.setFocus()
            QTest.keyClick(rows, Qt.Key.Key_Delete)
            await until(lambda: stand.parts.said)
            message = stand.parts.said[-1]
            assert (message.title, message.action) == ("Point 1 is deleted.", "Undo")
            assert message.on_action is not None
            message.on_action()
            await until(lambda: stand.page.measuring.rows)

    in_qt(scene())


def test_copying_puts_a_table_on_the_clipboard(in_qt: Any) -> None:
    async def scene() -> None:
        async with results_page() as stand:
            await stand.opened()
            stand.page.measuring.choose(Tool.POINT)
            stand.page.measuring.pick((1.0, 2.0, 3.0))
            await until(lambda: stand.page.measuring.rows)
            press(stand.page.measurements_card, "Copy as table")
            assert "Point 1\t" in QGuiApplication.clipboard().text()
            stand.page.measurements_card.export_wanted.emit(Path("/tmp/m.csv"))
            await until(lambda: Path("/tmp/m.csv") in stand.fake.result_store.texts)
            await until(lambda: stand.parts.said[-1].title == "m.csv is written.")

    in_qt(scene())


def test_a_clicked_camera_shows_its_photo_and_neighbours(in_qt: Any, tmp_path: Path) -> None:
    async def scene() -> None:
        photo = tmp_path / "photo 1.jpg"
        photo.write_bytes(b"jpeg")
        facts = a_model(cameras=(a_camera(1, file=photo), a_camera(2)))
        async with results_page(a_program(facts)) as stand:
            await stand.opened()
            stand.view.photo_clicked.emit("photo 1.jpg")
            card = stand.page.photo_card
            assert stand.view.selected == "photo 1.jpg"
            await until(lambda: card.picture.image is not None)
            assert stand.view.pictures["photo 1.jpg"] is not None
            press(card, "Look through")
            assert stand.view.asked("look_through") == ["photo 1.jpg"]
            stand.page.photos.step(1)
            await until(lambda: card.picture.words == "The photo is not here.")
            assert "2 of 2" in texts(card)
            stand.view.photo_clicked.emit("")
            assert not card.picture.isVisible()

    in_qt(scene())


def test_exporting_asks_for_format_and_place_and_tells_the_end(in_qt: Any, tmp_path: Path) -> None:
    async def scene() -> None:
        async with results_page() as stand:
            await stand.opened()
            stand.page.outputs.ask_for_export()
            asked = dialog(ExportDialog)
            option = next(each for each in asked.options if each.text().startswith("STL"))
            QTest.mouseClick(option, LEFT)
            assert asked.target.text().endswith(".stl")
            target = tmp_path / "wall.stl"
            asked.target.setText(str(target))
            QTest.mouseClick(asked.export, LEFT)
            await until(lambda: stand.parts.said)
            message = stand.parts.said[-1]
            assert (message.title, message.action) == ("wall.stl is written.", "Show in folder")
            assert stand.fake.model_exporter.exported[0].format is ExportFormat.STL
            assert message.on_action is not None
            message.on_action()
            assert stand.desktop.opened == [tmp_path]
            assert not stand.page.export_card.isVisible()

    in_qt(scene())


def test_what_is_there_is_replaced_only_when_told_so(in_qt: Any, tmp_path: Path) -> None:
    async def scene() -> None:
        target = tmp_path / "wall.glb"
        target.write_bytes(b"old")
        async with results_page() as stand:
            await stand.opened()
            stand.page.outputs.ask_for_export()
            asked = dialog(ExportDialog)
            asked.target.setText(str(target))
            QTest.mouseClick(asked.export, LEFT)
            await until(lambda: asked.export.text() == "Replace")
            assert stand.fake.model_exporter.exported == []
            QTest.mouseClick(asked.export, LEFT)
            await until(lambda: stand.fake.model_exporter.exported)
            assert stand.fake.model_exporter.exported[0].overwrite

    in_qt(scene())


def test_report_and_folder_open_outside_and_say_when_they_cannot(in_qt: Any) -> None:
    async def scene() -> None:
        async with results_page() as stand:
            await stand.opened()
            stand.desktop.works = False
            stand.page.outputs.open_folder()
            assert stand.desktop.opened == [Path("/out")]
            assert stand.parts.said[-1].state == "error"

    in_qt(scene())


def test_a_picture_of_the_view_is_kept(in_qt: Any, tmp_path: Path) -> None:
    async def scene() -> None:
        async with results_page() as stand:
            await stand.opened()
            stand.page.outputs.ask_for_picture()
            asked = dialog(QFileDialog)
            assert asked is not None
            asked.fileSelected.emit(str(tmp_path / "wall.png"))
            asked.reject()
            await until(lambda: stand.parts.said)
            assert stand.view.asked("screenshot") == [tmp_path / "wall.png"]

    in_qt(scene())


def test_dropped_models_open_here_and_folders_of_photos_go_on(in_qt: Any) -> None:
    async def scene() -> None:
        fake = a_program(a_model())
        fake.result_reader.results[Path("/x/a.obj")] = a_model(Path("/x"), title="Dropped")
        fake.result_reader.results[Path("/result")] = a_model(Path("/result"), title="Folder")
        async with results_page(fake) as stand:
            await stand.opened()
            assert stand.page.take_drop([Path("/x/a.mtl"), Path("/x/a.obj")])
            await until(lambda: stand.page.results.view.title == "Dropped")
            assert stand.page.take_drop([Path("/result")])
            await until(lambda: stand.page.results.view.title == "Folder")
            assert stand.page.take_drop([Path("/photos of a wall")])
            await until(lambda: stand.parts.navigator.gone)
            assert stand.parts.navigator.gone == [("photos", {"paths": [Path("/photos of a wall")]})]
            assert stand.page.results.view.title == "Folder"
            assert not stand.page.take_drop([Path("/p/1.jpg"), Path("/p/2.jpg")])

    in_qt(scene())


def test_the_list_marks_what_is_open_and_what_is_missing(in_qt: Any) -> None:
    async def scene() -> None:
        gone = a_model(Path("/gone"), title="Gone")
        fake = a_program(a_model(), gone)
        del fake.result_reader.results[Path("/gone")]
        async with results_page(fake) as stand:
            await stand.opened()
            stand.page.menu.aboutToShow.emit()
            await until(lambda: entries(stand).get("gone\tmissing") is False)
            stand.page.results.forget(Path("/gone"))
            await until(lambda: len(stand.page.results.entries) == 1)
            stand.page.menu.aboutToShow.emit()
            assert "gone\tmissing" not in [each.text() for each in stand.page.menu.actions()]

    in_qt(scene())


def test_facts_unfold_and_stay_so(in_qt: Any) -> None:
    async def scene() -> None:
        async with results_page() as stand:
            await stand.opened()
            press(stand.page.facts_card, "All facts")
            assert stand.page.facts_card.rest.text("Vertices") == "45\u202f000"
            assert stand.fake.program.panel_state.state.extras["results_all_facts"] is True
            press(stand.page.facts_card, "Fewer facts")
            note = stand.page.facts_card.rows[0]
            await until(note.isVisible)
            QTest.mouseClick(note.head, LEFT)
            assert "Add photos." in texts(note)

    in_qt(scene())


def test_everything_has_a_name_and_is_reached_by_keys(in_qt: Any) -> None:
    async def scene() -> None:
        async with results_page() as stand:
            await stand.opened()
            _every_control_is_named(stand)
            stand.page.focus_first()
            seen: set[int] = set()
            for _ in range(60):
                focused = QApplication.focusWidget()
                assert focused is not None
                seen.add(id(focused))
                QTest.keyClick(focused, Qt.Key.Key_Tab)
            assert len(seen) >= 14  # of a group of choices Tab reaches one, the arrows the others

    in_qt(scene())


def test_the_theme_changes_under_it(in_qt: Any) -> None:
    async def scene() -> None:
        async with results_page() as stand:
            await stand.opened()
            try:
                theme.choose("light")
                assert not stand.page.grab().isNull()
            finally:
                theme.choose("dark")

    in_qt(scene())


def test_another_result_drops_what_was_begun_in_the_first(in_qt: Any) -> None:
    async def scene() -> None:
        other = dataclasses.replace(a_model(Path("/other"), title="Other"), key="other")
        async with results_page(a_program(a_model(), other)) as stand:
            await stand.opened()
            stand.page.measuring.choose(Tool.POLYLINE)
            stand.page.measuring.pick((0.0, 0.0, 0.0))
            stand.page.results.open_path(Path("/other"))
            assert (await stand.opened()).title == "Other"
            assert stand.page.measuring.tool is Tool.ORBIT
            assert stand.page.measuring.marks == []

    in_qt(scene())


def _every_control_is_named(stand: ResultsStand) -> None:
    for each in stand.page.findChildren(QWidget):
        if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.isVisible() and each.isEnabled():
            name = each.accessibleName() or (each.text() if isinstance(each, QPushButton) else "")
            assert name, each


class SlowExporter(FakeModelExporter):
    """Reports a quarter and waits until it is told to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()

    async def export(self, request: ExportRequest, report: Report) -> Exported:
        report(OperationProgress("write", 25, 100, "bytes"))
        await self.go_on.wait()
        return await super().export(request, report)


def _slow_program() -> FakeProgram:
    fake = a_program(a_model())
    fake.program = dataclasses.replace(
        fake.program, model_exports=ModelExports(SlowExporter(), fake.program.operations)
    )
    return fake


def test_a_running_export_is_seen_and_can_be_cancelled(in_qt: Any, tmp_path: Path) -> None:
    async def scene() -> None:
        async with results_page(_slow_program()) as stand:
            facts, page = await stand.opened(), stand.page
            page.exports.start(facts, ExportFormat.GLB, tmp_path / "a.glb", overwrite=False)
            await until(page.export_card.isVisible)
            await until(lambda: page.exports.share == 0.25)
            assert "a.glb" in texts(page.export_card)
            page.outputs.ask_for_export()
            assert "One export is running" in stand.parts.said[-1].title
            QTest.mouseClick(page.export_card.cancel, LEFT)
            await until(lambda: not page.exports.is_running)
            assert not page.export_card.isVisible()
            assert len(stand.parts.said) == 1

    in_qt(scene())


def test_an_export_that_fails_says_why(in_qt: Any, tmp_path: Path) -> None:
    async def scene() -> None:
        async with results_page() as stand:
            facts = await stand.opened()
            stand.fake.model_exporter.there.add(tmp_path / "a.glb")
            stand.page.exports.start(facts, ExportFormat.GLB, tmp_path / "a.glb", overwrite=False)
            await until(lambda: stand.parts.said)
            assert (stand.parts.said[-1].state, stand.page.exports.is_running) == ("error", False)

    in_qt(scene())


def test_mesh_or_cloud_can_be_chosen(in_qt: Any) -> None:
    async def scene() -> None:
        async with results_page() as stand:
            await stand.opened()
            shown = stand.page.view_card.shown_file
            assert [each.text() for each in shown.menu.actions()] == [
                "textured mesh, model.glb",
                "point cloud, 200\u202f000 points",
            ]
            shown.menu.actions()[1].trigger()
            assert stand.view.opened[-1] == Path("/out/cloud.ply")
            assert shown.button.text() == "point cloud"

    in_qt(scene())


def test_a_lone_file_has_neither_report_nor_cameras(in_qt: Any) -> None:
    async def scene() -> None:
        lone = a_model(report=None, cameras=(), cloud=None)
        async with results_page(a_program(lone)) as stand:
            await stand.opened()
            visible = {each.text() for each in stand.page.strip().actions if each.isVisible()}
            assert "Report" not in visible
            assert {"Results", "Open…", "Folder", "Export"} <= visible
            assert not stand.page.photo_card.isVisible()
            assert not stand.page.view_card.shown_file.button.isVisible()

    in_qt(scene())


def test_what_the_view_found_missing_is_a_note(in_qt: Any) -> None:
    async def scene() -> None:
        async with results_page() as stand:
            await stand.opened()
            assert stand.view.facts is not None
            stand.view.loaded.emit(dataclasses.replace(stand.view.facts, notes=("The texture a.jpg is not there.",)))
            assert stand.page.facts_card.rows[0].head.text() == "The texture a.jpg is not there."

    in_qt(scene())


def test_a_job_that_nobody_knows_is_said(in_qt: Any) -> None:
    async def scene() -> None:
        async with results_page(a_program(), lambda page: page.show_target(job="20261125-x-ffffff")) as stand:
            await until(lambda: stand.page.results.view.showing is Showing.FAILED)
            await until(lambda: "is not known on this computer" in texts(stand.page))

    in_qt(scene())
