"""PLY files of clouds and meshes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tiepoint.domain.errors import EngineFailure
from tiepoint.engine.meshing import ply

VERTICES = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0.5]], np.float32)
FACES = np.array([[0, 1, 2], [2, 1, 3]], np.int32)


def test_a_mesh_comes_back_as_it_was_written(tmp_path: Path) -> None:
    ply.write_mesh(tmp_path / "mesh.ply", VERTICES, FACES)
    vertices, faces = ply.read_mesh(tmp_path / "mesh.ply")
    np.testing.assert_array_equal(vertices, VERTICES)
    np.testing.assert_array_equal(faces, FACES)
    assert [path.name for path in tmp_path.iterdir()] == ["mesh.ply"]


def test_a_mesh_with_an_int_count_and_extra_properties_is_read(tmp_path: Path) -> None:
    header = (
        "ply\nformat binary_little_endian 1.0\nelement vertex 4\nproperty float x\nproperty float y\nproperty float z\n"
        "property uchar red\nelement face 2\nproperty list int int vertex_indices\nend_header\n"
    )
    points = np.zeros(4, [("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("red", "u1")])
    for column, axis in enumerate("xyz"):
        points[axis] = VERTICES[:, column]
    faces = np.zeros(2, [("n", "<i4"), ("i", "<i4", (3,))])
    faces["n"], faces["i"] = 3, FACES
    (tmp_path / "mesh.ply").write_bytes(header.encode() + points.tobytes() + faces.tobytes())
    np.testing.assert_array_equal(ply.read_mesh(tmp_path / "mesh.ply")[1], FACES)


@pytest.mark.parametrize("content", [b"", b"not a ply", b"ply\nformat ascii 1.0\nend_header\n"])
def test_what_is_no_binary_ply_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.ply").write_bytes(content)
    with pytest.raises(EngineFailure):
        ply.read_mesh(tmp_path / "bad.ply")


def test_a_file_that_ends_early_is_refused(tmp_path: Path) -> None:
    ply.write_mesh(tmp_path / "mesh.ply", VERTICES, FACES)
    whole = (tmp_path / "mesh.ply").read_bytes()
    (tmp_path / "mesh.ply").write_bytes(whole[:-5])
    with pytest.raises(EngineFailure, match="ends early"):
        ply.read_mesh(tmp_path / "mesh.ply")
