"""The main job on real photos: the shipped sample everywhere, full-size captures where they lie beside the checkout."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from PIL import Image
from PIL.ExifTags import GPS, IFD

from program import Program
from reconstruction_facts import read_facts

REPOSITORY = Path(__file__).resolve().parents[2]
PRODUCTS = (
    "model.glb",
    "model.obj",
    "model.mtl",
    "cloud.ply",
    "cameras.json",
    "preview.png",
    "report.html",
    "result.json",
)
METRES_PER_DEGREE = 111_320.0


@pytest.fixture
def program(tiepoint_home: Path) -> Iterator[Program]:
    program = Program(tiepoint_home)
    yield program
    program.stop()


def reconstruct(program: Program, photos: Path, out: Path) -> dict[str, Any]:
    """Run the main job at draft and return what its products say."""
    done = program.run("run", str(photos), "-o", str(out), "--preset", "draft", "--json")
    assert done.status == 0, done.stdout[-2000:] + done.stderr
    assert done.result["type"] == "result"
    assert {line["type"] for line in done.lines} <= {"progress", "warning", "result"}
    return read_facts(out)


def assert_textured(model: Path) -> None:
    """Assert that a GLB holds a mesh with UVs within the texture, and a texture that is no flat colour."""
    (mesh,) = trimesh.load(model).geometry.values()
    assert len(mesh.faces) > 10_000
    assert mesh.visual.uv.shape == (len(mesh.vertices), 2)
    assert mesh.visual.uv.min() >= 0
    assert mesh.visual.uv.max() <= 1
    texture = np.asarray(mesh.visual.material.baseColorTexture.convert("L"), np.float64)
    assert texture.std() > 10


def assert_agrees_with_exif(facts: dict[str, Any], photos: Path) -> None:
    """Assert that camera centres lie within 3 % of their extent of the positions the photos carry."""
    names = sorted(facts["centres"])
    found = np.array([facts["centres"][name] for name in names])
    said = np.array([exif_position(photos / name, facts["crs"]["origin"]) for name in names])
    extent = np.linalg.norm(said.max(axis=0) - said.min(axis=0))
    assert np.linalg.norm(found - said, axis=1).max() <= 0.03 * extent


def exif_position(photo: Path, origin: dict[str, float]) -> tuple[float, float, float]:
    """Return a photo's GPS position in the job's frame, metres; good to a per mille over a kilometre."""
    with Image.open(photo) as opened:
        gps = opened.getexif().get_ifd(IFD.GPSInfo)
    north, east = (
        sign * sum(float(part) / 60**power for power, part in enumerate(gps[tag]))
        for tag, sign in ((GPS.GPSLatitude, 1), (GPS.GPSLongitude, -1 if gps[GPS.GPSLongitudeRef] == "W" else 1))
    )
    metres_east = (east - origin["lon"]) * METRES_PER_DEGREE * np.cos(np.radians(origin["lat"]))
    return metres_east, (north - origin["lat"]) * METRES_PER_DEGREE, float(gps[GPS.GPSAltitude]) - origin["alt"]


def test_the_sample_becomes_a_textured_model(program: Program, tmp_path: Path) -> None:
    out = tmp_path / "out put ü"
    facts = reconstruct(program, REPOSITORY / "resources/sample/photos", out)
    assert facts["photos_aligned"] == facts["photos_total"] == 18
    assert facts["scale"] == {"source": "gps", "metres_per_unit": 1.0}
    assert facts["peak_memory_bytes"] < 2.5e9
    assert all((out / name).stat().st_size > 0 for name in PRODUCTS)
    assert {path.name for path in (out / "colmap").iterdir()} >= {"cameras.bin", "images.bin", "points3D.bin"}
    assert_textured(out / "model.glb")
    assert np.asarray(Image.open(out / "preview.png").convert("L"), np.float64).std() > 10
    viewed = program.run("view", str(out / "model.glb"), "--screenshot", str(tmp_path / "view.png"))
    assert viewed.status == 0, viewed.stderr
    assert np.asarray(Image.open(tmp_path / "view.png").convert("L"), np.float64).std() > 10


@pytest.mark.shared
def test_a_drone_capture_keeps_its_photos_and_its_scale(program: Program, shared_photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    facts = reconstruct(program, shared_photos / "brighton", out)
    assert facts["photos_aligned"] == facts["photos_total"] == 18
    assert_textured(out / "model.glb")
    assert_agrees_with_exif(facts, shared_photos / "brighton")


@pytest.mark.shared
@pytest.mark.long
def test_a_small_object_keeps_nearly_all_its_photos(program: Program, shared_photos: Path, tmp_path: Path) -> None:
    facts = reconstruct(program, shared_photos / "banana", tmp_path / "out")
    assert facts["photos_aligned"] >= 14
    assert facts["scale"]["source"] == "none"
