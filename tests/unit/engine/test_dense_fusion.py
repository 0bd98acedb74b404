"""Fusion of true depth maps of a wall: where the points lie, and when photos do not agree."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tiepoint.domain.errors import EngineFailure
from tiepoint.engine.dense.atomic_file import replaced
from tiepoint.engine.dense.colmap_arrays import write_array
from tiepoint.engine.dense.depth_files import depth_path, normal_path
from tiepoint.engine.dense.fusion import Agreement, Fusion, Points
from tiepoint.engine.dense.views import ViewGeometry, view_path, write_view
from tiepoint.engine.job_folder import read_json
from tiepoint.engine.stages.point_cloud import CLOUD, FIGURES, fuse_task

SIZE, FOCAL, WALL = 48, 60.0, 3.0
NAMES = ("a.jpg", "b.jpg", "sub/c.jpg")
SOURCES = {name: [other for other in NAMES if other != name] for name in NAMES}
BOX = {"min": [-9, -9, -9], "max": [9, 9, 9]}
# Blue, green, red, as OpenCV writes it.
COLOUR = (20, 90, 200)
# Turns camera into job frame; the job's z points up, the cameras look along its y.
TO_JOB = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])


def _write(work: Path, name: str, depth: float) -> None:
    middle = (SIZE - 1) / 2
    matrix = np.array([[FOCAL, 0, middle], [0, FOCAL, middle], [0, 0, 1.0]])
    centre = np.array([0.1 * NAMES.index(name), 0.0, 0.0])
    rotation = TO_JOB.T
    write_view(
        view_path(work, name),
        ViewGeometry(matrix[None], rotation[None], -(rotation @ centre)[None], np.zeros((0, 3)), np.array([0.1, 1])),
    )
    write_array(_ready(depth_path(work, name)), np.full((SIZE, SIZE), depth, np.float32))
    write_array(_ready(normal_path(work, name)), np.tile(np.array([0, 0, -1], np.float32), (SIZE, SIZE, 1)))
    with replaced(work / "undistorted" / "images" / name) as file:
        file.write(cv2.imencode(".png", np.full((SIZE, SIZE, 3), COLOUR, np.uint8))[1].tobytes())


def _ready(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _fused(work: Path, depths: tuple[float, float, float], **agreement: Any) -> list[tuple[Points, float]]:
    for name, depth in zip(NAMES, depths, strict=True):
        _write(work, name, depth)
    fusion = Fusion(work, SOURCES, Agreement(**agreement))
    return [fusion.points_of(name) for name in NAMES]


def test_points_lie_on_the_wall_in_the_job_frame(tmp_path: Path) -> None:
    points, confirmed = _fused(tmp_path, (WALL, WALL, WALL))[0]
    assert confirmed > 0.85
    np.testing.assert_allclose(points.positions[:, 1], WALL, atol=1e-5)
    np.testing.assert_allclose(points.normals, np.tile([0, -1, 0], (len(points.normals), 1)), atol=1e-5)
    np.testing.assert_allclose(points.footprints, WALL / FOCAL, rtol=1e-5)
    left_to_right = points.positions[:, 0]
    assert left_to_right.min() == pytest.approx(-(SIZE - 1) / 2 * WALL / FOCAL + 0.2, abs=0.06)


def test_colours_are_red_green_blue(tmp_path: Path) -> None:
    points, _ = _fused(tmp_path, (WALL, WALL, WALL))[0]
    assert (points.colours == COLOUR[::-1]).all()


def test_what_one_photo_gave_no_other_gives_again(tmp_path: Path) -> None:
    counts = [len(points.positions) for points, _ in _fused(tmp_path, (WALL, WALL, WALL))]
    assert counts[0] > 1500
    assert counts[1] + counts[2] < 0.4 * counts[0]


def test_the_depth_is_the_mean_of_those_who_agree(tmp_path: Path) -> None:
    points, _ = _fused(tmp_path, (WALL, WALL * 1.003, WALL * 1.006))[0]
    np.testing.assert_allclose(points.positions[:, 1], WALL * 1.003, rtol=1e-4)


def test_photos_that_disagree_give_no_point(tmp_path: Path) -> None:
    found = _fused(tmp_path, (WALL, WALL * 1.05, WALL * 0.9))
    assert all(len(points.positions) == 0 and confirmed == 0 for points, confirmed in found)


def test_two_of_three_are_enough_when_asked_for(tmp_path: Path) -> None:
    found = _fused(tmp_path, (WALL, WALL, WALL * 1.2), photos=2)
    assert len(found[0][0].positions) > 1500
    assert len(found[2][0].positions) == 0


def test_the_stage_writes_cloud_and_figures(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    _fused(tmp_path, (WALL, WALL, WALL))
    with caplog.at_level(logging.INFO):
        fuse_task(tmp_path, {"sources": SOURCES, "scene_box": BOX, "spacing_px": 1.0}, lambda done, total: None)
    figures = read_json(tmp_path / FIGURES)
    assert figures["points"] > 300
    assert set(figures["confirmed_share"]) == set(NAMES)
    assert (tmp_path / CLOUD).stat().st_size > figures["points"] * 27


def test_an_empty_cloud_is_a_sentence_with_a_remedy(tmp_path: Path) -> None:
    _fused(tmp_path, (WALL, WALL * 1.2, WALL * 1.5))
    with pytest.raises(EngineFailure) as raised:
        fuse_task(tmp_path, {"sources": SOURCES, "scene_box": BOX, "spacing_px": 1.0}, lambda done, total: None)
    assert "surface" in raised.value.summary
    assert raised.value.remedy.endswith(".")
    assert not (tmp_path / CLOUD).exists()
