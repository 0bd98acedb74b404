"""Models in other formats: the shape stays where it is, colours where they can, and broken models are refused."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from numpy.typing import NDArray
from PIL import Image

from fakes.work_folder import cube, make_job
from tiepoint.domain.errors import EngineFailure, InputError
from tiepoint.engine.export_model import export
from tiepoint.engine.exporting.conversion import vertex_colours
from tiepoint.engine.rendering.scene import Part, load_scene
from tiepoint.engine.stages import export as export_stage
from tiepoint.engine.task import run_task


@pytest.fixture(scope="module")
def products(tmp_path_factory: pytest.TempPathFactory) -> Path:
    job = make_job(tmp_path_factory.mktemp("exporting") / "job")
    for task in export_stage.plan(job):
        run_task(job.work, task, lambda done, total: None)
    return job.products


def _run(source: Path, target: Path, kind: str, **changes: Any) -> list[tuple[str, int, int, str]]:
    told: list[tuple[str, int, int, str]] = []

    def tell(phase: str, done: int, total: int, unit: str = "") -> None:
        told.append((phase, done, total, unit))

    request = {"format": kind, "source": str(source), "target": str(target), "is_ready": False, "is_metric": True}
    export(request | changes, tell)
    return told


def _mesh(path: Path, file_type: str) -> Any:
    with path.open("rb") as file:
        return trimesh.load(file, file_type=file_type, process=False, force="mesh")


def _places(vertices: NDArray[Any]) -> set[tuple[float, ...]]:
    return {tuple(row) for row in np.round(np.asarray(vertices, float), 4).tolist()}


def test_ply_has_z_up_and_the_textures_colours(products: Path, tmp_path: Path) -> None:
    told = _run(products / "model.glb", tmp_path / "x.part", "ply")
    mesh = _mesh(tmp_path / "x.part", "ply")
    assert _places(mesh.vertices) == _places(cube()[0])
    assert len(mesh.faces) == 12
    head = (tmp_path / "x.part").read_bytes()[:400].decode("ascii", "replace")
    assert "comment axes: z up; unit: metres" in head
    # The side that looks east (vertices 0 to 3) lies in the atlas's lower left cell, which is red.
    red, green, blue = np.asarray(mesh.visual.vertex_colors)[:4, :3].mean(axis=0)
    assert red > 190
    assert green < 70
    assert blue < 70
    assert [phase for phase, *_ in told][0] == "read"
    assert told[-1][0] == "write"
    assert told[-1][1] == told[-1][2] == (tmp_path / "x.part").stat().st_size


def test_stl_has_z_up_and_outward_normals(products: Path, tmp_path: Path) -> None:
    _run(products / "model.glb", tmp_path / "x.part", "stl", is_metric=False)
    data = (tmp_path / "x.part").read_bytes()
    assert len(data) == 84 + 50 * 12
    assert data.startswith(b"Tiepoint")
    assert b"arbitrary" in data[:80]
    mesh = _mesh(tmp_path / "x.part", "stl")
    assert _places(mesh.vertices) == _places(cube()[0])
    assert mesh.volume == pytest.approx(1.0, abs=1e-6)


def test_a_mesh_without_colours_gives_a_ply_without(tmp_path: Path) -> None:
    source = tmp_path / "a.obj"
    source.write_text("# z up\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    request = {"format": "ply", "source": str(source), "target": str(tmp_path / "x"), "is_ready": False}
    notes = export(request | {"is_metric": False}, lambda phase, done, total, unit="": None)
    assert "no colours" in notes[0]
    assert b"red" not in (tmp_path / "x").read_bytes()[:300]


def test_ready_files_are_copied_as_they_are(products: Path, tmp_path: Path) -> None:
    told = _run(products / "model.glb", tmp_path / "x", "glb", is_ready=True)
    assert (tmp_path / "x").read_bytes() == (products / "model.glb").read_bytes()
    assert told[-1][:3] == ("write", told[-1][2], (tmp_path / "x").stat().st_size)


def test_an_obj_is_packed_with_all_it_needs(products: Path, tmp_path: Path) -> None:
    companions = ["model.mtl", "model_texture.jpg"]
    _run(products / "model.obj", tmp_path / "x.zip", "obj-zip", is_ready=True, companions=companions)
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["model.mtl", "model.obj", "model_texture.jpg"]
        assert archive.read("model_texture.jpg") == (products / "model_texture.jpg").read_bytes()
    _run(products / "model.obj", tmp_path / "folder", "obj-folder", is_ready=True, companions=companions)
    assert sorted(path.name for path in (tmp_path / "folder").iterdir()) == ["model.mtl", "model.obj", *companions[1:]]


@pytest.mark.parametrize("kind", ["obj-folder", "obj-zip"])
def test_glb_becomes_obj_with_its_texture(products: Path, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "x"
    _run(products / "model.glb", target, kind)
    if kind == "obj-zip":
        with zipfile.ZipFile(target) as archive:
            archive.extractall(tmp_path / "unpacked")
        target = tmp_path / "unpacked"
    (part,) = load_scene(target / "model.obj")
    assert _places(part.vertices) == _places(cube()[0])
    assert part.texture is not None
    assert part.texture.shape[:2] == (64, 96)


def test_obj_becomes_glb_with_y_up(products: Path, tmp_path: Path) -> None:
    _run(products / "model.obj", tmp_path / "x.glb", "glb")
    (part,) = load_scene(tmp_path / "x.glb")
    assert _places(part.vertices) == _places(cube()[0])  # as read with z up again
    assert part.texture is not None


@pytest.mark.parametrize("kind", ["ply", "stl", "obj-zip"])
@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: data[:30]])
def test_broken_models_are_refused_by_name(
    products: Path, tmp_path: Path, kind: str, damage: Callable[[bytes], bytes]
) -> None:
    source = tmp_path / "a.glb"
    source.write_bytes(damage((products / "model.glb").read_bytes()))
    with pytest.raises(InputError, match=r"a\.glb"):
        _run(source, tmp_path / "x", kind)


def test_a_cloud_has_no_surface_to_export(products: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="points only"):
        _run(products / "cloud.ply", tmp_path / "x", "stl")


def test_a_target_that_cannot_be_written_is_said(products: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineFailure, match="cannot be written"):
        _run(products / "model.glb", tmp_path / "none" / "x", "stl")


def test_colours_between_texels() -> None:
    texture = np.zeros((2, 2, 3), np.uint8)
    texture[:, 1] = 200  # the right half is bright
    uv = np.array([[0.25, 0.5], [0.75, 0.5], [0.5, 0.5], [1.25, 0.5], [np.nan, 9e9]], np.float32)
    part = Part(np.zeros((5, 3), np.float32), np.zeros((1, 3), np.int32), uv, texture)
    assert vertex_colours(part)[:4, 0].tolist() == [0, 200, 100, 0]


def test_a_texture_that_is_grey_still_gives_colours(tmp_path: Path, products: Path) -> None:
    for name in ("model.obj", "model.mtl"):
        (tmp_path / name).write_bytes((products / name).read_bytes())
    Image.new("L", (8, 8), 90).save(tmp_path / "model_texture.jpg")
    _run(tmp_path / "model.obj", tmp_path / "x.ply", "ply")
    assert set(np.asarray(_mesh(tmp_path / "x.ply", "ply").visual.vertex_colors)[:, 0].tolist()) <= {89, 90, 91}
