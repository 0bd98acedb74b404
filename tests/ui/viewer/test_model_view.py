"""The view on a screen: what people see and do, by pixels, clicks, keys and drops."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
from pytestqt.qtbot import QtBot

from tiepoint.domain.errors import InputError, OperationFailed, TiepointError
from tiepoint.ui import theme
from tiepoint.ui.viewer import (
    Backfaces,
    CameraView,
    Direction,
    DisplayMode,
    LineMark,
    ModelView,
    PhotoPose,
    PointMark,
    Projection,
    Slot,
    ViewerState,
)

from .conftest import ModelMaker

pytestmark = pytest.mark.needs_gl
LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
NO_KEYS = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NORTH = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0))


def pixel(view: ModelView, x: int, y: int) -> QColor:
    """What people see, composed by Qt."""
    return view.grab().toImage().pixelColor(x, y)


def is_red(colour: QColor) -> bool:
    return colour.red() > 150 and colour.green() < 80 and colour.blue() < 90


def middle(view: ModelView) -> QPoint:
    return view.rect().center()


def open_model(qtbot: QtBot, view: ModelView, path: Path) -> None:
    with qtbot.waitSignal(view.loaded):
        view.open_model(path)


def rest(qtbot: QtBot, view: ModelView, seen: Callable[[CameraView], bool]) -> None:
    """Wait until the picture shown was drawn with a camera that passes."""
    qtbot.waitUntil(lambda: seen(view.camera))


def show_top(qtbot: QtBot, view: ModelView) -> None:
    view.look_from(Direction.TOP)
    rest(qtbot, view, lambda camera: camera.axes()[2] == pytest.approx((0, 0, -1), abs=1e-9))


@pytest.mark.parametrize("kind", ["glb", "obj", "ply", "cloud"])
def test_a_model_is_seen_in_its_colours(qtbot: QtBot, view: ModelView, model_file: ModelMaker, kind: str) -> None:
    path = model_file(kind)
    open_model(qtbot, view, path)
    view.set_point_size(8)
    show_top(qtbot, view)
    qtbot.waitUntil(lambda: is_red(pixel(view, view.width() // 2, view.height() // 2)))
    assert view.facts is not None
    assert view.facts.path == path
    assert not view.is_loading
    assert not is_red(pixel(view, 3, 3))


def test_every_mode_looks_different(qtbot: QtBot, view: ModelView, model_file: ModelMaker) -> None:
    open_model(qtbot, view, model_file("glb"))
    show_top(qtbot, view)
    pictures: list[bytes] = []
    for mode in DisplayMode:
        view.set_mode(mode)
        assert view.mode is mode
        pictures.append(picture_bytes(qtbot, view))
    for backfaces in (Backfaces.HIDDEN, Backfaces.SAME):
        view.set_backfaces(backfaces)
    assert len(set(pictures)) == len(pictures)


def test_hidden_backfaces_are_not_seen_from_below(qtbot: QtBot, view: ModelView, model_file: ModelMaker) -> None:
    open_model(qtbot, view, model_file("ply"))
    view.look_from(Direction.BOTTOM)
    rest(qtbot, view, lambda camera: camera.position[2] < -0.5 and abs(camera.position[0]) < 0.01)
    qtbot.waitUntil(lambda: is_red(centre(screenshot(qtbot, view))))
    view.set_backfaces(Backfaces.HIDDEN)
    assert not is_red(centre(screenshot(qtbot, view)))


def screenshot(qtbot: QtBot, view: ModelView, **options: Any) -> QImage:
    future = view.screenshot(**options)
    qtbot.waitUntil(future.done)
    return future.result()


def picture_bytes(qtbot: QtBot, view: ModelView) -> bytes:
    return bytes(screenshot(qtbot, view, with_overlay=False).constBits())


def centre(image: QImage) -> QColor:
    return image.pixelColor(image.width() // 2, image.height() // 2)


def test_screenshots_have_the_size_asked_for_and_are_saved(
    qtbot: QtBot, view: ModelView, model_file: ModelMaker, tmp_path: Path
) -> None:
    open_model(qtbot, view, model_file("glb"))
    path = tmp_path / "new" / "picture.png"
    image = screenshot(qtbot, view, scale=3, path=path)
    assert (image.width(), image.height()) == (view.width() * 3, view.height() * 3)
    assert QImage(str(path)).size() == image.size()
    assert [each.name for each in path.parent.iterdir()] == ["picture.png"]


def test_a_picture_that_cannot_be_saved_says_so(qtbot: QtBot, view: ModelView, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    future = view.screenshot(path=tmp_path / "file" / "picture.png")
    qtbot.waitUntil(future.done)
    assert isinstance(future.exception(), OperationFailed)


def test_screenshots_work_while_hidden(
    qtbot: QtBot, view: ModelView, window: QMainWindow, model_file: ModelMaker
) -> None:
    open_model(qtbot, view, model_file("glb"))
    window.hide()
    assert is_red(centre(screenshot(qtbot, view)))


def test_marks_are_drawn_over_the_surface_and_in_screenshots_if_wanted(
    qtbot: QtBot, view: ModelView, model_file: ModelMaker
) -> None:
    open_model(qtbot, view, model_file("glb"))
    show_top(qtbot, view)
    plain = picture_bytes(qtbot, view)
    view.set_marks(
        [
            LineMark(((-0.5, 0.0, 0.0), (0.5, 0.0, 0.0)), "1.000 m ± 9 mm", colour="#00FF00"),
            LineMark(((0.2, 0.2, 0), (0.6, 0.2, 0), (0.4, 0.5, 0)), "<b>0.1</b> m²", is_closed=True),
            LineMark(((0.0, -0.4, 0.0),), is_draft=True),
            PointMark((0.0, -0.5, 0.0), "P1"),
        ]
    )
    assert pixel(view, *at(view, (0.1, 0.0, 0.0))).green() > 200
    assert picture_bytes(qtbot, view) == plain
    assert bytes(screenshot(qtbot, view).constBits()) != plain


def at(view: ModelView, point: tuple[float, float, float]) -> tuple[int, int]:
    pixels, _ = view.camera.project(np.array([point]))
    return round(pixels[0, 0]), round(pixels[0, 1])


def test_projected_points_are_where_they_are_drawn(qtbot: QtBot, view: ModelView, model_file: ModelMaker) -> None:
    open_model(qtbot, view, model_file("glb"))
    image = view.grab().toImage()
    for x, y, inside in ((0.93, 0.93, True), (-0.93, 0.93, True), (1.08, 0.0, False), (0.0, -1.08, False)):
        assert is_red(image.pixelColor(*at(view, (x, y, 0.0)))) is inside


def test_a_click_measures_a_point_and_a_drag_does_not(qtbot: QtBot, view: ModelView, model_file: ModelMaker) -> None:
    open_model(qtbot, view, model_file("glb"))
    show_top(qtbot, view)
    view.set_measuring(True)
    points: list[tuple[float, float, float]] = []
    view.point_picked.connect(points.append)
    with qtbot.waitSignal(view.point_picked):
        QTest.mouseClick(view, LEFT, NO_KEYS, QPoint(*at(view, (0.25, -0.5, 0.0))))
    assert points[0] == pytest.approx((0.25, -0.5, 0.0), abs=view.camera.metres_per_pixel)
    drag(view, LEFT, middle(view), middle(view) + QPoint(30, 10))
    with qtbot.waitSignal(view.measuring_ended) as ended:
        QTest.keyClick(view, Qt.Key.Key_Escape)
    assert ended.args == [False]
    assert not view.is_measuring
    assert len(points) == 1


def test_points_are_picked_by_keys_alone(qtbot: QtBot, view: ModelView, model_file: ModelMaker) -> None:
    open_model(qtbot, view, model_file("glb"))
    show_top(qtbot, view)
    view.set_measuring(True)
    picked: list[tuple[float, float, float]] = []
    view.point_picked.connect(picked.append)
    QTest.keyClick(view, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(picked) == 1)
    QTest.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(view, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(picked) == 2)
    assert abs(picked[1][0] - picked[0][0]) > 1e-3
    with qtbot.waitSignal(view.measuring_ended):
        QTest.keyClick(view, Qt.Key.Key_Return)


def test_a_double_click_ends_measuring(qtbot: QtBot, view: ModelView, model_file: ModelMaker) -> None:
    open_model(qtbot, view, model_file("glb"))
    view.set_measuring(True)
    with qtbot.waitSignals([view.measuring_ended, view.point_picked]):
        double_click(view, middle(view))
    assert not view.is_measuring


def double_click(view: ModelView, position: QPoint) -> None:
    QTest.mouseClick(view, LEFT, NO_KEYS, position)
    QTest.mouseDClick(view, LEFT, NO_KEYS, position)


def test_the_point_under_the_pointer_is_told_while_measuring(
    qtbot: QtBot, view: ModelView, model_file: ModelMaker
) -> None:
    open_model(qtbot, view, model_file("glb"))
    view.set_measuring(True)
    with qtbot.waitSignal(view.pointer_at, check_params_cb=lambda point: point is not None):
        QTest.mouseMove(view, middle(view) + QPoint(3, 3))
        QTest.mouseMove(view, middle(view))


def drag(view: ModelView, button: Qt.MouseButton, start: QPoint, end: QPoint, keys: Any = NO_KEYS) -> None:
    QTest.mousePress(view, button, keys, start)
    for step in range(1, 5):
        move(view, button, start + (end - start) * step / 4, keys)
    QTest.mouseRelease(view, button, keys, end)


def move(view: ModelView, button: Qt.MouseButton, position: QPoint, keys: Any) -> None:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    there = QPointF(position)
    event = QMouseEvent(QEvent.Type.MouseMove, there, QPointF(view.mapToGlobal(position)), button, button, keys)
    QApplication.sendEvent(view, event)


def test_dragging_orbits_pans_and_zooms(qtbot: QtBot, view: ModelView, model_file: ModelMaker) -> None:
    open_model(qtbot, view, model_file("glb"))
    start, there = middle(view), middle(view) + QPoint(40, -30)
    before = view.camera
    drag(view, LEFT, start, there)
    rest(qtbot, view, lambda camera: camera != before)
    orbited = view.camera
    assert orbited.pivot == before.pivot
    assert orbited.distance == pytest.approx(before.distance)
    for button, keys in ((MIDDLE, NO_KEYS), (LEFT, SHIFT)):
        pivot = view.camera.pivot
        drag(view, button, start, there, keys)
        rest(qtbot, view, lambda camera, pivot=pivot: camera.pivot != pivot)  # type: ignore[misc]
    distance = view.camera.distance
    drag(view, RIGHT, start, start + QPoint(0, -60))
    rest(qtbot, view, lambda camera: camera.distance < distance * 0.95)


def test_the_wheel_zooms_at_the_pointer(qtbot: QtBot, view: ModelView, model_file: ModelMaker) -> None:
    open_model(qtbot, view, model_file("glb"))
    show_top(qtbot, view)
    before, place = view.camera, (0.4, 0.3, 0.0)
    x, y = at(view, place)
    position = QPointF(x, y)
    event = QWheelEvent(
        position, view.mapToGlobal(position), QPoint(), QPoint(0, 240), LEFT & ~LEFT, NO_KEYS, Qt.ScrollPhase(0), False
    )
    QApplication.sendEvent(view, event)
    rest(qtbot, view, lambda camera: camera.distance < before.distance * 0.9)
    assert at(view, place) == pytest.approx((x, y), abs=2)


def test_a_double_click_sets_the_pivot_on_the_surface(qtbot: QtBot, view: ModelView, model_file: ModelMaker) -> None:
    open_model(qtbot, view, model_file("glb"))
    show_top(qtbot, view)
    double_click(view, QPoint(*at(view, (0.5, 0.5, 0.0))))
    rest(qtbot, view, lambda camera: camera.pivot == pytest.approx((0.5, 0.5, 0.0), abs=0.02))


def test_keys_choose_views(qtbot: QtBot, view: ModelView, model_file: ModelMaker) -> None:
    open_model(qtbot, view, model_file("glb"))
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_1)
    rest(qtbot, view, lambda camera: camera.axes()[2] == pytest.approx((0, 1, 0), abs=1e-6))
    QTest.keyClick(view, Qt.Key.Key_1)
    rest(qtbot, view, lambda camera: camera.axes()[2] == pytest.approx((0, -1, 0), abs=1e-6))
    QTest.keyClick(view, Qt.Key.Key_5)
    assert view.projection is Projection.ORTHOGRAPHIC
    rest(qtbot, view, lambda camera: camera.is_orthographic)
    before = view.camera
    QTest.keyClick(view, Qt.Key.Key_Left)
    rest(qtbot, view, lambda camera: camera.position != before.position)
    QTest.keyClick(view, Qt.Key.Key_Plus)
    rest(qtbot, view, lambda camera: camera.distance < before.distance * 0.95)
    for _ in range(6):
        QTest.keyClick(view, Qt.Key.Key_Minus)
    rest(qtbot, view, lambda camera: camera.distance > before.distance * 2)
    QTest.keyClick(view, Qt.Key.Key_F)
    rest(qtbot, view, lambda camera: camera.distance < before.distance * 1.2)


def test_the_turntable_turns_until_touched(qtbot: QtBot, view: ModelView, model_file: ModelMaker) -> None:
    open_model(qtbot, view, model_file("glb"))
    before = view.camera
    with qtbot.waitSignal(view.turntable_changed):
        view.set_turntable(True)
    rest(qtbot, view, lambda camera: camera.position != before.position)
    assert view.camera.position[2] == pytest.approx(before.position[2])
    with qtbot.waitSignal(view.turntable_changed) as changed:
        drag(view, LEFT, middle(view), middle(view) + QPoint(20, 0))
    assert changed.args == [False]
    assert not view.is_turning


def photos() -> list[PhotoPose]:
    return [PhotoPose(name, (x, -3.0, 0.5), NORTH) for name, x in (("a.jpg", -1.0), ("b.jpg", 1.0))]


def test_photos_are_hovered_clicked_and_looked_through(qtbot: QtBot, view: ModelView, model_file: ModelMaker) -> None:
    open_model(qtbot, view, model_file("glb"))
    view.set_photos(photos())
    view.look_from(Direction.TOP)
    rest(qtbot, view, lambda camera: camera.position[2] > 2 and abs(camera.position[1]) < 0.01)
    view._navigation.set_camera(view.camera.zoomed(0.3))  # far enough to see them
    rest(qtbot, view, lambda camera: camera.position[2] > 10)
    place = QPoint(*at(view, (1.0, -2.95, 0.5)))
    with qtbot.waitSignal(view.photo_hovered) as hovered:
        move(view, Qt.MouseButton.NoButton, place, NO_KEYS)
    with qtbot.waitSignal(view.photo_clicked) as clicked:
        QTest.mouseClick(view, LEFT, NO_KEYS, place)
    assert hovered.args == ["b.jpg"]
    assert clicked.args == ["b.jpg"]
    assert view.selected_photo == "b.jpg"
    view._navigation.set_camera(view.camera.orbited(0, -60))  # from above, its picture would be seen edge on
    rest(qtbot, view, lambda camera: camera.position[1] < -5)
    before = picture_bytes(qtbot, view)
    picture = QImage(32, 24, QImage.Format.Format_RGB32)
    picture.fill(QColor("#00FF00"))
    view.set_photo_picture("b.jpg", picture)
    assert picture_bytes(qtbot, view) != before
    view.look_through("a.jpg")
    rest(qtbot, view, lambda camera: camera.position == (-1.0, -3.0, 0.5))
    assert view.selected_photo == "a.jpg"
    view.look_through("nobody.jpg")
    view.set_photos_shown(False)
    view.select_photo("")
    assert view.selected_photo == ""


def test_partial_clouds_keep_the_camera(qtbot: QtBot, view: ModelView) -> None:
    points = np.random.default_rng(5).uniform(0, 4, (2000, 3)).astype(np.float32)
    colours = np.full((2000, 3), (220, 30, 40), np.uint8)
    fitted = view.camera
    view.update_cloud(points, colours)
    rest(qtbot, view, lambda camera: camera.pivot != fitted.pivot)
    camera = view.camera
    view.update_cloud(np.concatenate([points, points + 9]), np.concatenate([colours, colours]))
    qtbot.waitUntil(lambda: view.detail is not None and view.detail.total == 4000)
    assert view.camera == camera
    assert view.detail is not None
    assert view.detail.is_cloud
    view.update_cloud(points[:0])


def big_square(path: Path, faces: int) -> Path:
    count = int(np.sqrt(faces / 2)) + 1
    grid = np.linspace(-1, 1, count, dtype=np.float32)
    x, y = np.meshgrid(grid, grid)
    records = np.zeros(count * count, [("p", "<f4", 3), ("c", "u1", 3)])
    records["p"] = np.stack([x, y, 0.05 * np.sin(9 * x)], -1).reshape(-1, 3)
    records["c"] = (220, 30, 40)
    number = np.arange(count * count).reshape(count, count)
    first = np.stack([number[:-1, :-1], number[:-1, 1:], number[1:, 1:]], -1).reshape(-1, 3)
    second = np.stack([number[:-1, :-1], number[1:, 1:], number[1:, :-1]], -1).reshape(-1, 3)
    triangles = np.zeros(len(first) * 2, [("n", "u1"), ("i", "<i4", 3)])
    triangles["n"], triangles["i"] = 3, np.concatenate([first, second])
    header = [
        "ply", "format binary_little_endian 1.0", f"element vertex {len(records)}",
        *(f"property float {axis}" for axis in "xyz"),
        *(f"property uchar {colour}" for colour in ("red", "green", "blue")),
        f"element face {len(triangles)}", "property list uchar int vertex_indices", "end_header", "",
    ]  # fmt: skip
    path.write_bytes("\n".join(header).encode() + records.tobytes() + triangles.tobytes())
    return path


def test_a_big_model_is_light_first_and_whole_when_it_stands_still(
    qtbot: QtBot, view: ModelView, tmp_path: Path
) -> None:
    shown: list[int] = []
    view.detail_changed.connect(lambda detail: shown.append(detail.shown))
    open_model(qtbot, view, big_square(tmp_path / "big.ply", 600_000))
    qtbot.waitUntil(lambda: view.detail is not None and view.detail.is_full)
    assert view.detail is not None
    assert shown[0] <= view.detail.total
    assert is_red(centre(screenshot(qtbot, view)))


def test_full_detail_waits_to_be_asked_for_where_it_is_slow(qtbot: QtBot, view: ModelView, tmp_path: Path) -> None:
    limits = view._content._limits
    assert limits is not None
    if not limits.is_software:
        pytest.skip("a graphics card draws it anyhow")
    open_model(qtbot, view, big_square(tmp_path / "huge.ply", limits.still_faces + 100_000))
    qtbot.waitUntil(lambda: view.detail is not None)
    assert view.detail is not None
    assert view.detail.can_show_full
    assert view.detail.shown <= 100_000
    assert view.detail.total > limits.still_faces
    view.show_full_detail()
    qtbot.waitUntil(lambda: view.detail is not None and view.detail.is_full)


def test_a_damaged_file_leaves_what_is_shown(
    qtbot: QtBot, view: ModelView, model_file: ModelMaker, tmp_path: Path
) -> None:
    open_model(qtbot, view, model_file("glb"))
    bad = tmp_path / "bad.glb"
    bad.write_bytes(b"glTF")
    failures: list[TiepointError] = []
    view.load_failed.connect(failures.append)
    with qtbot.waitSignal(view.load_failed):
        view.open_model(bad)
    assert isinstance(failures[0], InputError)
    assert "bad.glb" in failures[0].summary
    assert view.facts is not None
    assert view.facts.path.name == "square.glb"
    assert is_red(centre(screenshot(qtbot, view)))


def test_loading_can_be_cancelled_and_replaced(
    qtbot: QtBot, view: ModelView, model_file: ModelMaker, tmp_path: Path
) -> None:
    big = big_square(tmp_path / "big.ply", 400_000)
    with qtbot.assertNotEmitted(view.loaded, wait=300), qtbot.waitSignal(view.load_cancelled):
        view.open_model(big)
        assert view.is_loading
        view.cancel_loading()
    view.open_model(big)
    open_model(qtbot, view, model_file("stl"))
    assert view.facts is not None
    assert view.facts.path.name == "square.stl"


def test_clear_shows_nothing(qtbot: QtBot, view: ModelView, model_file: ModelMaker) -> None:
    open_model(qtbot, view, model_file("glb"))
    view.set_photos(photos())
    view.set_marks([PointMark((0.0, 0.0, 0.0))])
    view.clear()
    assert view.facts is None
    assert view.detail is None
    assert not is_red(centre(screenshot(qtbot, view)))


def test_the_theme_changes_at_once(qtbot: QtBot, view: ModelView) -> None:
    theme.choose("light")
    try:
        qtbot.waitUntil(lambda: pixel(view, 200, 5).lightness() > 200)
    finally:
        theme.choose("dark")
    qtbot.waitUntil(lambda: pixel(view, 200, 5).lightness() < 80)


def test_corners_are_round_to_sit_in_a_card(qtbot: QtBot, view: ModelView, window: QMainWindow) -> None:
    window.setStyleSheet("QMainWindow { background: #FF00FF; }")
    view.set_corner_radius(12)
    x, y = view.width() - 1, view.height() - 1
    image = window.grab().toImage()
    assert image.pixelColor(0, y).name() == "#ff00ff"
    assert image.pixelColor(x, y).name() == "#ff00ff"
    assert image.pixelColor(0, 0).name() != "#ff00ff"
    view.set_corner_radius(12, top=True)
    assert window.grab().toImage().pixelColor(0, 0).name() == "#ff00ff"


def test_slots_keep_the_pages_widgets_in_their_corners(view: ModelView, window: QMainWindow) -> None:
    palette, bar = QLabel("tools"), QLabel("facts")
    view.set_slot(Slot.TOP_LEFT, palette)
    view.set_slot(Slot.BOTTOM_LEFT, bar)
    window.resize(500, 400)
    QApplication.processEvents()
    assert palette.pos() == QPoint(12, 12)
    assert bar.geometry().bottom() == view.height() - 13
    view.set_slot(Slot.BOTTOM_RIGHT, bar)
    bar.setText("facts that grow when a model is there")
    bar.adjustSize()
    assert bar.geometry().right() == view.width() - 13
    view.set_slot(Slot.TOP_LEFT, None)
    assert palette.parent() is None
    palette.deleteLater()


class DropWindow(QMainWindow):
    """A window that takes files."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.taken: list[str] = []

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.taken += [url.fileName() for url in event.mimeData().urls()]
        event.acceptProposedAction()


def test_drops_on_the_view_reach_the_window(qtbot: QtBot) -> None:
    window, view = DropWindow(), ModelView()
    qtbot.addWidget(window)
    window.setCentralWidget(view)
    window.resize(300, 200)
    window.show()
    qtbot.waitUntil(lambda: view.state is ViewerState.READY)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/tmp/photo.jpg")])
    position = QPointF(view.mapTo(window, middle(view)))
    options = (Qt.DropAction.CopyAction, data, LEFT, NO_KEYS)
    handle = window.windowHandle()
    QApplication.sendEvent(handle, QDragEnterEvent(position.toPoint(), *options))
    QApplication.sendEvent(handle, QDropEvent(position, *options))
    assert window.taken == ["photo.jpg"]
    view.shut()


def test_nothing_is_left_after_shutting(qtbot: QtBot, view: ModelView, model_file: ModelMaker) -> None:
    open_model(qtbot, view, model_file("glb"))
    thread = view._stage.thread_in_use
    assert thread is not None
    waiting = view.screenshot(scale=4)
    view.shut()
    view.shut()
    assert thread.isFinished()
    assert waiting.done()
    assert view.state is ViewerState.CLOSED
    names = [each.name for each in threading.enumerate()]
    assert not [name for name in names if name.startswith("tiepoint-")]
    view.open_model(Path("after.glb"))
    view.fit()
    view.set_mode(DisplayMode.POINTS)
    view.set_photos(photos())


def test_a_view_deleted_without_closing_ends_its_thread(qtbot: QtBot, window: QMainWindow) -> None:
    view = ModelView()
    window.setCentralWidget(view)
    window.show()
    qtbot.waitUntil(lambda: view.state is ViewerState.READY)
    thread = view._stage.thread_in_use
    assert thread is not None
    gone: list[bool] = []
    view.destroyed.connect(lambda: gone.append(True))
    view.deleteLater()
    qtbot.waitUntil(lambda: bool(gone))
    qtbot.waitUntil(thread.isFinished)


def test_many_views_come_and_go(qtbot: QtBot, window: QMainWindow, model_file: ModelMaker) -> None:
    path = model_file("glb")
    for _ in range(4):
        view = ModelView()
        window.setCentralWidget(view)
        window.show()
        open_model(qtbot, view, path)
        view.shut()
