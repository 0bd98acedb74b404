"""Features, matching and alignment over small drawn photos with exact truth, and photos that cannot be aligned."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pycolmap
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from tiepoint.domain.errors import InputError
from tiepoint.engine.job_folder import JobFolder, write_json
from tiepoint.engine.pipeline import InlineExecutor, SilentListener, run_pipeline
from tiepoint.engine.task import Task, run_task

WIDTH, HEIGHT, FOCAL = 400, 300, 420.0
STAGES = ("features", "matching", "alignment")
Floats = NDArray[np.float64]
# The seams of a corner of a room: origin, and where the texture's axes point.
WALLS = (
    (np.array([0.0, 0, 0]), np.array([2.0, 0, 0]), np.array([0.0, 2, 0])),
    (np.array([0.0, 0, 0]), np.array([2.0, 0, 0]), np.array([0.0, 0, 2])),
    (np.array([0.0, 0, 0]), np.array([0.0, 2, 0]), np.array([0.0, 0, 2])),
)


def texture(seed: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).uniform(0, 1, (500, 500))
    drawn = sum(gaussian_filter(noise, sigma) * sigma for sigma in (1.2, 2.5, 5.0))
    low, high = np.percentile(drawn, [1, 99])
    return (255 * np.clip((drawn - low) / (high - low), 0, 1)).astype(np.uint8)


def camera(center: Floats, target: Floats) -> Floats:
    forward = (target - center) / np.linalg.norm(target - center)
    right = np.cross(forward, [0, 0, 1])
    right /= np.linalg.norm(right)
    return np.array([right, np.cross(forward, right), forward])


def draw(center: Floats, rotation: Floats, seed: int) -> NDArray[np.uint8]:
    """Draw the corner from a camera: each wall is a homography of its texture, none hides another."""
    lens = np.array([[FOCAL, 0, WIDTH / 2], [0, FOCAL, HEIGHT / 2], [0, 0, 1]])
    picture = np.full((HEIGHT, WIDTH), 90, np.uint8)
    for number, (origin, along, across) in enumerate(WALLS):
        wall = np.column_stack([along / 500, across / 500, origin - center])
        homography = lens @ rotation @ wall
        drawn = cv2.warpPerspective(texture(10 * seed + number), homography, (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
        covered = cv2.warpPerspective(np.full((500, 500), 255, np.uint8), homography, (WIDTH, HEIGHT))
        picture[covered > 200] = drawn[covered > 200]
    return picture


def centers(count: int) -> Floats:
    angles = np.radians(np.linspace(20, 70, count))
    return np.column_stack([3.2 * np.cos(angles), 3.2 * np.sin(angles), np.linspace(1.2, 1.9, count)])


def make_job(root: Path, pictures: dict[str, NDArray[np.uint8]], **facts: Any) -> JobFolder:
    changes = {"feature_size_px": 400, "max_features": 600, "depth_sources": 4}
    job = JobFolder.create(root / "job", capture_folder=root, name="n", preset="draft", changes=changes)
    photos = []
    for name, picture in pictures.items():
        path = job.work / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes())
        sizes = {"width": 2 * WIDTH, "height": 2 * HEIGHT, "work_width": WIDTH, "work_height": HEIGHT}
        lens = {"camera": "drawn", "focal_px": 2 * FOCAL, "focal_source": "exif35"}
        photos.append({"path": name, "image": name, **sizes, **lens, "lat": None, "lon": None, "alt": None, **facts})
    write_json(job.work / "check.json", {"photos": photos})
    return job


def corner(count: int, seed: int = 1) -> dict[str, NDArray[np.uint8]]:
    places = centers(count)
    target = np.array([0.6, 0.6, 0.6])
    return {f"photo {number} é.jpg": draw(place, camera(place, target), seed) for number, place in enumerate(places)}


def run(job: JobFolder) -> dict[str, Any]:
    asyncio.run(run_pipeline(job, InlineExecutor(), SilentListener(), stages=STAGES))
    found: dict[str, Any] = job.read("alignment.json")
    return found


@pytest.fixture(scope="module")
def aligned(tmp_path_factory: pytest.TempPathFactory) -> tuple[JobFolder, dict[str, Any]]:
    job = make_job(tmp_path_factory.mktemp("corner"), corner(6))
    return job, run(job)


def test_every_photo_is_where_it_was_taken(aligned: tuple[JobFolder, dict[str, Any]]) -> None:
    _, alignment = aligned
    assert [photo["path"] for photo in alignment["aligned"]] == [f"photo {number} é.jpg" for number in range(6)]
    found = np.array([photo["center"] for photo in alignment["aligned"]])
    fit = pycolmap.estimate_sim3d(found, centers(6)).matrix()
    errors = np.linalg.norm(found @ fit[:, :3].T + fit[:, 3] - centers(6), axis=1)
    assert errors.max() < 0.03
    assert (fit[2, :3] / np.linalg.norm(fit[2, :3]))[2] > 0.97


def test_the_description_is_whole(aligned: tuple[JobFolder, dict[str, Any]]) -> None:
    _, alignment = aligned
    assert alignment["photos_total"] == 6
    assert alignment["unaligned"] == alignment["other_models"] == alignment["warnings"] == []
    assert alignment["retry"] is None
    assert alignment["scale"] == {"source": "none", "metres_per_unit": None}
    assert alignment["crs"] == {"frame": "local", "epsg": None, "origin": None}
    assert alignment["gsd_m"] is None
    assert alignment["tie_points"] > 200
    # Errors are told in pixels of the original, twice as large as the prepared photo.
    assert 0.1 < alignment["reprojection_error_px"]["mean"] < 0.8 < alignment["reprojection_error_px"]["max"] < 9
    first = alignment["aligned"][0]
    assert (first["width"], first["height"]) == (WIDTH, HEIGHT)
    assert first["K"][0][0] == pytest.approx(FOCAL, rel=0.05)
    assert first["observations"] > 50
    assert [len(view["sources"]) for view in alignment["views"]] == [4] * 6
    assert all(0 < view["depth_min"] < view["depth_max"] for view in alignment["views"])
    assert all(low < high for low, high in zip(*alignment["scene_box"].values(), strict=True))


def test_the_model_lies_beside_its_description(aligned: tuple[JobFolder, dict[str, Any]]) -> None:
    job, alignment = aligned
    model = pycolmap.Reconstruction(job.work / "sparse")
    assert model.num_reg_images() == 6
    assert model.num_points3D() == alignment["tie_points"]
    by_name = {model.images[number].name: model.images[number] for number in model.reg_image_ids()}
    for photo in alignment["aligned"]:
        np.testing.assert_allclose(by_name[photo["image"]].projection_center(), photo["center"], atol=1e-9)


def test_only_results_are_left(aligned: tuple[JobFolder, dict[str, Any]]) -> None:
    job, _ = aligned
    left = {path.name for folder in STAGES for path in (job.work / folder).iterdir()}
    assert left == {"r0", "r0-0000.db", "r0-0001.db"}


def test_a_resumed_round_changes_nothing(aligned: tuple[JobFolder, dict[str, Any]]) -> None:
    job, alignment = aligned
    before = (job.work / "sparse/images.bin").stat().st_mtime_ns
    assert run(job) == alignment
    assert (job.work / "sparse/images.bin").stat().st_mtime_ns == before


def test_progress_counts_photos_and_pairs(tmp_path: Path) -> None:
    from tiepoint.engine.stages import features, matching

    job = make_job(tmp_path, corner(3))
    told: list[tuple[int, int | None]] = []
    for task in (*features.plan(job), *matching.plan(job)):
        run_task(job.work, task, lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3), (0, 3), (3, 3)]


def test_the_same_picture_again_and_again_has_no_baseline(tmp_path: Path) -> None:
    picture = next(iter(corner(1).values()))
    with pytest.raises(InputError, match="no baseline between photos") as caught:
        run(make_job(tmp_path, {f"{number}.jpg": picture for number in range(3)}))
    assert caught.value.remedy


def test_photos_of_nothing_in_common_cannot_be_aligned(tmp_path: Path) -> None:
    pictures = {f"{seed}.jpg": texture(seed)[:150, :200] for seed in range(3)}
    with pytest.raises(InputError, match="nothing can be aligned") as caught:
        run(make_job(tmp_path, pictures))
    assert caught.value.remedy


def test_blank_photos_cannot_be_aligned(tmp_path: Path) -> None:
    blank = np.full((HEIGHT, WIDTH), 128, np.uint8)
    with pytest.raises(InputError, match="nothing can be aligned"):
        run(make_job(tmp_path, {f"{number}.jpg": blank for number in range(3)}))


def test_a_second_place_is_reported_and_left_out(tmp_path: Path) -> None:
    other = {f"other {name}": picture for name, picture in corner(3, seed=5).items()}
    alignment = run(make_job(tmp_path, {**corner(4), **other}))
    assert len(alignment["aligned"]) == 4
    assert alignment["other_models"] == [{"photos": sorted(other)}]
    assert {photo["path"] for photo in alignment["unaligned"]} == set(other)
    assert all("group of 3 photos" in photo["reason"] for photo in alignment["unaligned"])
    assert [warning["kind"] for warning in alignment["warnings"]] == ["other-model"]
    assert json.loads((tmp_path / "job/work/alignment/r0/alignment.json").read_text(encoding="utf-8"))["retry"]


def test_the_better_round_is_kept(tmp_path: Path) -> None:
    for number, count in enumerate((5, 3)):
        aligned = [{"image": str(place)} for place in range(count)]
        write_json(tmp_path / f"alignment/r{number}/alignment.json", {"aligned": aligned, "retry": {"round": 1}})
        (tmp_path / f"alignment/r{number}/sparse").mkdir()
    folders = ("alignment/r0", "alignment/r1")
    options = {"results": list(folders), "is_last": True}
    task = Task("alignment/choice-1", "alignment:choose_round", options, folders, ("alignment.json", "sparse"))
    run_task(tmp_path, task, lambda done, total: None)
    chosen = json.loads((tmp_path / "alignment.json").read_text(encoding="utf-8"))
    assert len(chosen["aligned"]) == 5
    assert chosen["retry"] is None
