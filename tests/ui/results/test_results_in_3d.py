"""The Results page with the real 3D view: a model opens, is measured with the mouse, and a broken file is survived."""

from __future__ import annotations

import dataclasses
import math
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from fakes.results import a_camera, a_model
from page_stand import standing, until
from tiepoint.domain.model_facts import ModelFacts, ModelFile, ModelFormat
from tiepoint.ui.pages.results.page import ResultsPage
from tiepoint.ui.viewer import Direction, ViewerState
from ui.results.stand import FakeDesktop, a_program

pytestmark = pytest.mark.needs_gl
LEFT = Qt.MouseButton.LeftButton
CORNERS = ((-10.0, -10.0, 0.0), (10.0, -10.0, 0.0), (10.0, 10.0, 0.0), (-10.0, 10.0, 0.0))


def a_ground(folder: Path) -> ModelFacts:
    """A square of 20 m by 20 m on the ground, as a PLY, with two cameras over it."""
    head = (
        "ply\nformat binary_little_endian 1.0\nelement vertex 4\nproperty float x\nproperty float y\n"
        "property float z\nelement face 2\nproperty list uchar int vertex_indices\nend_header\n"
    )
    faces = b"".join(struct.pack("<B3i", 3, *face) for face in ((0, 1, 2), (0, 2, 3)))
    path = folder / "ground.ply"
    path.write_bytes(head.encode() + np.array(CORNERS, "<f4").tobytes() + faces)
    cameras = (a_camera(1, centre=(-3.0, 0.0, 12.0)), a_camera(2, centre=(3.0, 0.0, 12.0)))
    model = ModelFile(path, ModelFormat.PLY_MESH, path.stat().st_size, 2, 4)
    return a_model(folder, model=model, texture_px=None, cameras=cameras, key="ground")


async def _measure(page: ResultsPage, first: tuple[float, float, float], second: tuple[float, float, float]) -> float:
    """Click two points of the ground and return what was measured, in metres."""
    view = page.view_card.view
    before = len(page.measuring.rows)
    for point in (first, second):
        pixels, _ = view.camera.project(np.array([point]))
        QTest.mouseClick(view, LEFT, pos=QPoint(round(float(pixels[0, 0])), round(float(pixels[0, 1]))))
        await until(lambda point=point: page.measuring.draft or len(page.measuring.rows) > before, seconds=60)
    await until(lambda: len(page.measuring.rows) > before, seconds=60)
    return float(page.measuring.rows[-1].value.partition("\N{NO-BREAK SPACE}")[0])


def test_a_distance_on_the_screen_is_the_distance_on_the_ground(in_qt: Any, tmp_path: Path) -> None:
    async def scene() -> None:
        async with standing(
            lambda panel: ResultsPage(panel, desktop=FakeDesktop()), a_program(a_ground(tmp_path))
        ) as at:
            page, view = at.page, at.page.view_card.view
            await until(lambda: view.state is ViewerState.READY, seconds=120)
            await until(lambda: view.facts is not None and not view.is_loading, seconds=60)
            assert not page.view_card.cover.isVisible()
            view.look_from(Direction.TOP)
            await until(lambda: view.camera.position[2] > 5 and math.hypot(*view.camera.position[:2]) < 0.5, seconds=60)
            view.setFocus()
            QTest.keyClick(view, Qt.Key.Key_D)
            measured = await _measure(page, (-4.0, -3.0, 0.0), (4.0, 3.0, 0.0))
            pixel = view.camera.metres_per_pixel
            assert measured == pytest.approx(10.0, abs=4 * pixel)
            assert page.measuring.rows[0].uncertainty.startswith("±")
            QTest.keyClick(view, Qt.Key.Key_Escape)
            assert not view.is_measuring

    in_qt(scene())


def test_a_click_on_a_camera_selects_its_photo(in_qt: Any, tmp_path: Path) -> None:
    async def scene() -> None:
        fake = a_program(a_ground(tmp_path))
        async with standing(lambda panel: ResultsPage(panel, desktop=FakeDesktop()), fake) as at:
            page, view = at.page, at.page.view_card.view
            await until(lambda: view.facts is not None and not view.is_loading, seconds=120)
            for _ in range(6):
                QTest.keyClick(view, Qt.Key.Key_Minus)

            def is_hit() -> bool:
                pixels, _ = view.camera.project(np.array([(3.0, 0.0, 12.0)]))
                QTest.mouseClick(view, LEFT, pos=QPoint(round(float(pixels[0, 0])), round(float(pixels[0, 1]))))
                return page.photos.camera is not None

            await until(is_hit, seconds=60)
            assert page.photos.camera is not None
            assert page.photos.camera.photo == "photo 2.jpg"
            assert page.photo_card.picture.isVisible()

    in_qt(scene())


def test_a_broken_model_is_named_and_the_next_one_opens(in_qt: Any, tmp_path: Path) -> None:
    async def scene() -> None:
        good = a_ground(tmp_path)
        path = tmp_path / "cut.ply"
        path.write_bytes(good.model.path.read_bytes()[:-10])
        fake = a_program(good)
        fake.result_reader.results[path] = dataclasses.replace(
            good, model=dataclasses.replace(good.model, path=path), title="cut"
        )
        async with standing(lambda panel: ResultsPage(panel, desktop=FakeDesktop()), fake) as at:
            page, view = at.page, at.page.view_card.view
            page.show_target(path=path)
            await until(lambda: page.view_card.cover.isVisible(), seconds=120)
            await until(lambda: "cut.ply does not open" in page.view_card.cover.words, seconds=60)
            page.show_target(path=tmp_path)
            await until(lambda: view.facts is not None and view.facts.path == good.model.path, seconds=60)
            assert not page.view_card.cover.isVisible()

    in_qt(scene())
