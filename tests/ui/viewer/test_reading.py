"""Model files of every format, whole, cut short, and damaged."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest

from tiepoint.domain.errors import Canceled, InputError
from tiepoint.ui.viewer.loading.reading import read_model
from tiepoint.ui.viewer.loading.source import Source
from tiepoint.ui.viewer.terms import LoadProgress, Phase

from .conftest import RED, WRITERS, ModelMaker, pack_glb, ply_header, red_picture, write_glb, write_obj


def read(path: Path, **options: int):  # type: ignore[no-untyped-def]
    return read_model(Source(path, **options))  # type: ignore[arg-type]


def refused(path: Path) -> InputError | None:
    try:
        read(path)
    except InputError as error:
        return error
    return None


@pytest.mark.parametrize("kind", sorted(set(WRITERS) - {"cloud", "ply, mixed"}))
def test_every_format_gives_the_same_square(kind: str, model_file: ModelMaker) -> None:
    model = read(model_file(kind))
    low, high = model.bounds()
    assert model.face_count == 2
    assert model.point_count == 4
    assert low == pytest.approx((-1, -1, 0))
    assert high == pytest.approx((1, 1, 0))
    corners = model.parts[0].points[model.parts[0].faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (normals[:, 2] > 0).all()


@pytest.mark.parametrize("kind", ["glb", "obj"])
def test_textures_come_along(kind: str, model_file: ModelMaker) -> None:
    part = read(model_file(kind)).parts[0]
    assert part.texture is not None
    assert part.uv is not None
    assert part.texture.pixels[4, 4].astype(int) == pytest.approx(RED, abs=6)
    # Where v is 1 at the north edge in every format.
    assert part.uv[part.points[:, 1].argmax(), 1] == pytest.approx(1)


@pytest.mark.parametrize("kind", ["ply", "ply, big endian", "ply, mixed", "ply, ascii", "cloud"])
def test_point_colours_come_along(kind: str, model_file: ModelMaker) -> None:
    part = read(model_file(kind)).parts[0]
    assert part.colours is not None
    assert (part.colours == RED).all()


def test_faces_of_mixed_corners_become_triangles(model_file: ModelMaker) -> None:
    assert read(model_file("ply, mixed")).face_count == 3


def test_a_cloud_has_no_faces(model_file: ModelMaker) -> None:
    model = read(model_file("cloud"))
    assert model.is_cloud
    assert model.facts().is_cloud
    assert model.point_count == 3600


def test_survey_coordinates_keep_millimetres(tmp_path: Path) -> None:
    path = tmp_path / "utm.obj"
    path.write_text(
        "v 512345.678 5212345.123 301.5\nv 512346.679 5212345.123 301.5\nv 512345.678 5212346.1 301.5\nf 1 2 3\n"
    )
    model = read(path)
    points = model.parts[0].points.astype(float) + model.origin
    assert points[1, 0] - points[0, 0] == pytest.approx(1.001, abs=1e-6)
    assert points[0] == pytest.approx((512345.678, 5212345.123, 301.5), abs=1e-4)


def test_large_textures_are_made_smaller(tmp_path: Path) -> None:
    model = read(write_glb(tmp_path, image=red_picture("JPEG", (300, 100))), texture_limit_px=64)
    assert model.facts().texture_px == ((300, 100),)
    assert max(model.facts().shown_texture_px[0]) <= 64


def test_a_missing_texture_costs_the_colours_only(tmp_path: Path) -> None:
    path = write_obj(tmp_path)
    (tmp_path / "square.jpg").unlink()
    model = read(path)
    assert model.face_count == 2
    assert model.notes == ("square.jpg is missing, so the model has no texture.",)


def test_a_broken_texture_costs_the_colours_only(tmp_path: Path) -> None:
    model = read(write_glb(tmp_path, image=b"no picture"))
    assert model.parts[0].texture is None
    assert "cannot be read" in model.notes[0]


def test_a_texture_is_never_taken_from_outside_the_folder(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    path = write_obj(inside)
    (tmp_path / "secret.jpg").write_bytes(red_picture("JPEG"))
    (inside / "square.mtl").write_text("newmtl photos\nmap_Kd ../secret.jpg\n")
    assert read(path).parts[0].texture is None


@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_a_file_cut_short_is_refused_by_name(kind: str, model_file: ModelMaker) -> None:
    path = model_file(kind)
    whole = path.read_bytes()
    step = max(1, len(whole) // 60)
    for length in range(0, len(whole) - 1, step):
        path.write_bytes(whole[:length])
        refusal = refused(path)
        if refusal is None:  # lines of text may end anywhere
            assert path.suffix == ".obj", f"{length} of {len(whole)} bytes were taken for a whole file"
        else:
            assert path.name in refusal.summary
            assert refusal.remedy


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (b"mtllib a.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\n", "no faces"),
        (b"v 0 0 0\nv 1 0 0\nv 0 1 0.2", "no faces"),
        (b"v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 2 3\nf 1 2 3", "faces may be missing"),
        (b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3", ""),
        (b"v 0 0 0\nv 1 0 0\nv 0 1 0\n", ""),
    ],
)
def test_an_obj_that_may_be_cut_short_says_so(tmp_path: Path, content: bytes, note: str) -> None:
    path = tmp_path / "cut.obj"
    path.write_bytes(content)
    notes = " ".join(each for each in read(path).notes if "texture" not in each)
    assert note in notes
    assert bool(note) == bool(notes)


def test_colours_that_are_no_numbers_are_black_without_a_word_in_the_log(tmp_path: Path) -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], "<f4")
    document = {
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "COLOR_0": 1}}]}],
        "accessors": [{"bufferView": view, "componentType": 5126, "count": 3, "type": "VEC3"} for view in (0, 1)],
        "bufferViews": [{"byteOffset": 0, "byteLength": 36}, {"byteOffset": 36, "byteLength": 36}],
    }
    colours = np.full((3, 3), np.nan, "<f4")
    part = read(pack_glb(tmp_path / "nan.glb", document, points.tobytes() + colours.tobytes())).parts[0]
    assert part.colours is not None
    assert (part.colours == 0).all()


@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_damaged_bytes_never_escape_as_something_else(kind: str, model_file: ModelMaker) -> None:
    path = model_file(kind)
    whole = np.frombuffer(path.read_bytes(), np.uint8)
    random = np.random.default_rng(7)
    for _ in range(150):
        damaged = whole.copy()
        places = random.integers(0, len(whole), random.integers(1, 6))
        damaged[places] = random.integers(0, 256, len(places))
        path.write_bytes(damaged.tobytes())
        refusal = refused(path)
        if refusal is not None:
            assert path.name in refusal.summary
            continue
        for part in read(path).parts:
            assert np.isfinite(part.points).all()
            assert len(part.faces) == 0 or int(part.faces.max()) < len(part.points)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.glb", b"", "empty"),
        ("text.glb", b"hello, this is not a model at all", "no GLB file"),
        ("old.glb", b"glTF\x01\0\0\0\x20\0\0\0" + b" " * 30, "version 1"),
        ("model.fbx", b"abc", "GLB, OBJ, PLY and STL"),
        ("text.ply", b"hello", "no PLY file"),
        ("nothing.obj", b"# only words\n", "no points"),
        ("far.obj", b"v 1 2\nf 1 1 1\n", "cannot be understood"),
        ("beyond.obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n", "does not exist"),
        ("word.obj", b"v 0 0 zero\n", "text where a number belongs"),
        ("nan.ply", ply_header("ascii", 1, None) + b"nan 0 0 1 2 3\n", "no usable numbers"),
        ("huge.ply", ply_header("binary_little_endian", 2_000_000_000, 7), "ends too early"),
        ("none.ply", ply_header("ascii", 0, 0), "no points"),
        ("text.stl", b"hello", "no STL file"),
        ("none.stl", b"\0" * 84, "no faces"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as failure:
        read(path)
    assert name in failure.value.summary
    assert reason in failure.value.summary


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "folder.glb"
    folder.mkdir()
    for path in (tmp_path / "gone.glb", folder):
        with pytest.raises(InputError, match="there is no such file"):
            read(path)


def test_markup_and_control_characters_in_names_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "<b>evil\x07\u202e.ply"
    path.write_bytes(b"no")
    with pytest.raises(InputError) as failure:
        read(path)
    assert "\x07" not in failure.value.summary
    assert "\u202e" not in failure.value.summary


@pytest.mark.parametrize(
    "change",
    [
        {"nodes": [{"children": [0], "mesh": 0}]},
        {"meshes": []},
        {"accessors": "none"},
        {"scenes": [{"nodes": [5]}]},
        {"extensionsRequired": ["KHR_draco_mesh_compression"]},
        {"bufferViews": [{"buffer": 0, "byteLength": -5}]},
    ],
)
def test_documents_that_do_not_fit_together_are_refused(tmp_path: Path, change: dict[str, object]) -> None:
    good = write_glb(tmp_path).read_bytes()
    length = int.from_bytes(good[12:16], "little")
    document = json.loads(good[20 : 20 + length]) | change
    path = pack_glb(tmp_path / "changed.glb", document, good[28 + length :])
    with pytest.raises(InputError, match="changed.glb"):
        read(path)


def test_progress_is_told_and_reading_can_be_stopped(model_file: ModelMaker) -> None:
    told: list[LoadProgress] = []
    stop = threading.Event()
    path = model_file("glb")
    read_model(Source(path, report=told.append, stop=stop))
    assert told[0].phase is Phase.READING
    assert told[0].share == 1
    stop.set()
    with pytest.raises(Canceled):
        read_model(Source(path, stop=stop))
