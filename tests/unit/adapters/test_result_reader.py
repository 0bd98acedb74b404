"""Results on disk: what is told is read, what is broken is said by name, and nothing is ever trusted."""

from __future__ import annotations

import json
import os
import random
import shutil
import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fakes.work_folder import HOSTILE_NAME, ORIGIN, PHOTOS, make_job
from tiepoint.adapters.files.result_reader import FolderResultReader
from tiepoint.domain.errors import InputError
from tiepoint.domain.measurement import refusal
from tiepoint.domain.model_facts import ModelFacts, ModelFormat, ScaleSource
from tiepoint.engine.job_folder import JobFolder
from tiepoint.engine.stages import export, report
from tiepoint.engine.task import run_task
from tiepoint.ports.result_reader import Presence, ResultPlace

JOB = "20261125-cube-0a1b2c"
CAPTURE = "20260502-cube-0a1b2c"


def _products(root: Path, *, with_gps: bool) -> Path:
    job: JobFolder = make_job(root / CAPTURE / "jobs" / JOB, with_gps=with_gps)
    for stage in (export, report):
        for task in stage.plan(job):
            run_task(job.work, task, lambda done, total: None)
    (root / CAPTURE / "capture.json").write_text("{}", encoding="utf-8")
    return job.products


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _products(tmp_path_factory.mktemp("captures"), with_gps=True)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _products(tmp_path_factory.mktemp("local"), with_gps=False)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of the products to break."""
    return Path(shutil.copytree(made, tmp_path / "out"))


async def _read(path: Path, captures: Path = Path("/nowhere"), **place: Any) -> ModelFacts:
    return await FolderResultReader(captures).read(ResultPlace(path, **place))


def _edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), encoding="utf-8")


async def test_a_whole_result_is_read(made: Path) -> None:
    facts = await _read(made, wall_s=12.5)
    assert facts.problems == ()
    assert (facts.title, facts.job, facts.capture) == (HOSTILE_NAME, JOB, made.parents[2])
    assert (facts.model.path.name, facts.model.format, facts.model.has_y_up) == ("model.glb", ModelFormat.GLB, True)
    assert (facts.faces, facts.vertices, facts.points, facts.texture_px) == (12, 24, 144, (96, 64))
    assert (facts.cameras_aligned, facts.cameras_total, facts.photos_excluded) == (5, 6, 1)
    assert (facts.gsd_m, facts.tie_points, facts.unseen_share) == (0.0213, 8, 0.021)
    assert facts.reprojection is not None
    assert (facts.reprojection.mean_px, facts.reprojection.rms_is_estimated) == (0.5, True)
    assert facts.reprojection.rms_px == pytest.approx(0.5642, abs=1e-4)
    assert (facts.scale.source, facts.frame, facts.epsg) == (ScaleSource.GPS, "ENU", "EPSG:4979")
    assert facts.origin is not None
    assert (facts.origin.lat_deg, facts.origin.lon_deg, facts.origin.height_m) == tuple(ORIGIN.values())
    assert facts.edge_length == pytest.approx(1.0)
    assert facts.finished is not None
    assert facts.finished.tzinfo is UTC
    assert facts.finished.year == datetime.now(UTC).year
    assert (facts.preset, facts.engine_version != "", facts.verdict) == ("draft", True, "poor")
    assert (facts.timing.wall_s, len(facts.timing.stages) > 3) == (12.5, True)
    assert [light.key for light in facts.lights] == ["aligned", "matches", "focal", "error"]
    assert "unaligned" in {warning.kind for warning in facts.warnings}
    assert facts.excluded[0].photos == ("x<img src=x>.jpg",)
    assert facts.report == made / "report.html"
    assert {product.name for product in facts.products} >= {"model.glb", "model.obj", "cloud.ply", "colmap"}
    assert facts.size_bytes > facts.model.size_bytes


async def test_cameras_are_in_the_job_frame_and_know_their_photos(made: Path) -> None:
    cameras = (await _read(made)).cameras
    assert [camera.photo for camera in cameras] == list(PHOTOS[:-1])
    assert cameras[1].file == made.parents[2] / "photos" / "sub" / "ü <b>.JPG"
    for camera in cameras:
        # All look at the middle of the cube.
        towards = [goal - own for goal, own in zip((0, 0, 0.5), camera.centre, strict=True)]
        length = sum(part**2 for part in towards) ** 0.5
        assert [part / length for part in towards] == pytest.approx(camera.forward, abs=1e-4)
        assert camera.up[2] > 0.5
        assert camera.right[2] == pytest.approx(0, abs=1e-6)
        assert (camera.width_px, camera.height_px) == (128, 96)
        assert camera.focal_px == pytest.approx(160)


async def test_copies_of_a_result_share_their_key_and_find_their_photos(made: Path, folder: Path) -> None:
    own, copy = await _read(made), await _read(folder, made.parents[3])
    assert own.key == copy.key
    assert copy.capture == made.parents[2]
    assert (await _read(folder)).cameras[0].file is None


async def test_a_result_without_scale_says_so(local: Path) -> None:
    facts = await _read(local)
    assert (facts.scale.source, facts.origin, facts.gsd_m) == (ScaleSource.NONE, None, None)
    assert refusal(facts.scale) is not None
    alone = await _read(local / "cloud.ply")
    assert alone.scale.source is ScaleSource.NONE


@pytest.mark.parametrize("name", ["model.glb", "model.obj", "cloud.ply"])
async def test_a_file_alone_has_what_it_says(folder: Path, tmp_path: Path, name: str) -> None:
    lone = tmp_path / f"renamed{Path(name).suffix}"
    shutil.copy(folder / name, lone)
    facts = await _read(lone)
    assert facts.title == "renamed"
    assert facts.scale.is_metric  # Tiepoint's own files say it
    assert (facts.cameras, facts.gsd_m, facts.report, facts.problems) == ((), None, None, ())
    assert facts.products == ()
    assert (facts.origin is not None) == (name == "model.glb")
    assert facts.model.has_y_up == (name == "model.glb")


async def test_a_foreign_file_does_not_say_its_scale(tmp_path: Path) -> None:
    (tmp_path / "t.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    facts = await _read(tmp_path / "t.obj")
    assert (facts.faces, facts.vertices, facts.scale.source) == (1, 3, ScaleSource.UNKNOWN)
    assert facts.model.has_y_up
    reason = refusal(facts.scale)
    assert reason is not None
    assert "the file does not say" in reason.summary


async def test_a_product_opened_by_name_has_the_whole_results_facts(made: Path) -> None:
    facts = await _read(made / "model.obj")
    assert (facts.model.path.name, facts.gsd_m, len(facts.cameras)) == ("model.obj", 0.0213, 5)
    assert facts.model.size_bytes == (await _read(made)).product("model.obj").size_bytes  # type: ignore[union-attr]
    assert facts.texture_px == (96, 64)
    assert (await _read(made / "report.html")).model.path.name == "model.glb"


async def test_the_jobs_folder_itself_can_be_opened(made: Path) -> None:
    assert (await _read(made.parent)).model.path == made / "model.glb"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"a":' * 100_000, '"x"', "\x00", '{"faces": 1e999}'])
async def test_a_broken_result_json_never_loses_the_model(folder: Path, text: str) -> None:
    (folder / "result.json").write_text(text, encoding="utf-8")
    facts = await _read(folder)
    assert facts.model.faces == 12
    assert any("result.json" in problem.summary for problem in facts.problems)
    assert len(facts.cameras) == 5


async def test_missing_companions_are_told(folder: Path) -> None:
    (folder / "result.json").unlink()
    (folder / "cameras.json").unlink()
    facts = await _read(folder)
    assert [problem.summary.split()[3] for problem in facts.problems] == ["result.json", "cameras.json"]
    assert (facts.faces, facts.gsd_m, facts.cameras) == (12, None, ())
    assert facts.scale.is_metric  # from the GLB itself


async def test_strange_values_are_left_out_and_named(folder: Path) -> None:
    path = folder / "result.json"
    _edit(
        path, gsd_m="<b>", faces=-1, texture_px=[1, "x"], finished_utc="yesterday", lights=[{"level": "<i>"}, 7],
        warnings="all", stages=[{"seconds": float("nan")}], reprojection_error_px={"mean": 10**400}, verdict="fine",
        scale={"source": "gps", "metres_per_unit": 2.0}, name="a\nb\u202e<b>",
    )  # fmt: skip
    facts = await _read(folder)
    assert (facts.gsd_m, facts.texture_px, facts.finished) == (None, (96, 64), None)
    assert (facts.warnings, facts.reprojection, facts.verdict) == ((), None, "unknown")
    assert facts.title == "a\\x0ab\\u202e<b>"
    (problem,) = facts.problems
    for name in ("gsd_m", "faces", "texture_px", "finished_utc", "warnings"):
        assert name in problem.summary or "more" in problem.summary
    assert str(path) in problem.summary


@pytest.mark.parametrize("share", [0.0, 0.2, 0.7, 0.999])
async def test_truncated_cameras_keep_those_before(folder: Path, share: float) -> None:
    path = folder / "cameras.json"
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    facts = await _read(folder)
    assert len(facts.cameras) < 6
    assert any("cameras.json" in problem.summary for problem in facts.problems)


async def test_cameras_that_make_no_sense_are_left_out(folder: Path) -> None:
    path = folder / "cameras.json"
    cameras = json.loads(path.read_text("utf-8"))["cameras"]
    cameras[0]["position"] = [1, 2, float("nan")]
    cameras[1]["rotation"] = [[5, 0, 0], [0, 1, 0], [0, 0, 1]]
    cameras[2]["focal_px"] = [-3.0]
    cameras[3]["path"] = "../../../etc/passwd"
    _edit(path, cameras=[*cameras, 7, None, {"aligned": True}])
    facts = await _read(folder, capture=folder)
    assert [camera.photo for camera in facts.cameras] == ["../../../etc/passwd", PHOTOS[4]]
    assert facts.cameras[0].file is None
    assert any("4 cameras" in problem.summary for problem in facts.problems)


@pytest.mark.parametrize("name", ["model.glb", "cloud.ply"])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.9, 0.9999])
async def test_truncated_models_are_refused_by_name(folder: Path, tmp_path: Path, name: str, share: float) -> None:
    data = (folder / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(InputError) as caught:
        await _read(path)
    assert str(path) in caught.value.summary
    assert caught.value.remedy


async def test_another_model_is_shown_when_the_first_is_broken(folder: Path) -> None:
    (folder / "model.glb").write_bytes(b"glTF")
    (folder / "cloud.ply").write_bytes(b"ply\n")
    facts = await _read(folder)
    assert facts.model.path.name == "model.obj"
    assert facts.cloud is None
    assert [Path(problem.summary.split(" cannot")[0]).name for problem in facts.problems] == ["model.glb", "cloud.ply"]


def _glb(document: Any, binary: bytes = b"") -> bytes:
    text = json.dumps(document).encode() if not isinstance(document, bytes) else document
    text += b" " * (-len(text) % 4)
    body = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body


_MESH = {"meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}]}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.glb", b"not a model at all, but long enough to be one"),
        ("a.glb", struct.pack("<4sII", b"glTF", 1, 20) + b"\0" * 8),
        ("a.glb", struct.pack("<4sIII4s", b"glTF", 2, 20, 2**32 - 1, b"JSON")),
        ("a.glb", _glb(b"{{{{")),
        ("a.glb", _glb([1])),
        ("a.glb", _glb(b"[" * 100_000)),
        ("a.glb", _glb({})),
        ("a.glb", _glb({"meshes": 7})),
        ("a.glb", _glb(_MESH)),
        ("a.glb", _glb(_MESH | {"accessors": [{"count": -1}, {"count": 3}]})),
        ("a.glb", _glb(_MESH | {"accessors": [{"count": 10**30}, {"count": 3}]})),
        ("a.glb", _glb({"bufferViews": [{"byteOffset": 0, "byteLength": 1000}]}, b"1234")),
        ("a.obj", b"\0" * 1000),
        ("a.obj", b"# nothing\n"),
        ("a.ply", b"ply\nformat ascii 1.0\nelement vertex -3\nend_header\n"),
        ("a.ply", b"ply\nformat ascii 1.0\nelement vertex 99999999999999999999\nproperty float x\nend_header\n"),
        ("a.ply", b"ply\nelement vertex 1\nend_header\n"),
        ("a.ply", b"ply\nformat ascii 1.0\nelement face 1\nend_header\n"),
        ("a.ply", b"ply" + b"x" * 100_000),
        ("a.stl", b"solid nothing\nendsolid\n"),
        ("a.stl", b"\0" * 80 + struct.pack("<I", 1000) + b"\0" * 50),
        ("a.stl", b"\0" * 10),
        ("a.txt", b"words"),
        ("a.glb", b""),
    ],
)
async def test_malformed_models_are_refused_by_name(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        await _read(path)
    assert str(path) in caught.value.summary


async def test_folders_and_names_of_every_kind(tmp_path: Path) -> None:
    odd = tmp_path / "a\nb\x1b[31m<b>"
    odd.mkdir()
    (tmp_path / "loop.glb").symlink_to(tmp_path / "loop.glb")
    (tmp_path / "dangling.glb").symlink_to(tmp_path / "gone.glb")
    (tmp_path / "folder.glb").mkdir()
    os.mkfifo(tmp_path / "pipe.glb")
    for path in (
        odd, tmp_path / "none.glb", tmp_path / "loop.glb", tmp_path / "dangling.glb", tmp_path / "folder.glb",
        tmp_path / "pipe.glb", Path(f"{tmp_path}/zero\0.glb"),
    ):  # fmt: skip
        with pytest.raises(InputError) as caught:
            await _read(path)
        assert path.name.replace("\n", "\\x0a").replace("\x1b", "\\x1b").replace("\0", "\\x00") in caught.value.summary
        assert "\n" not in caught.value.summary


async def test_a_link_to_a_model_is_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link.glb").symlink_to(folder / "model.glb")
    assert (await _read(tmp_path / "link.glb")).faces == 12
    (tmp_path / "linked").symlink_to(folder)
    assert (await _read(tmp_path / "linked")).gsd_m == 0.0213


async def test_an_obj_cannot_lead_out_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.mtl").write_text("map_Kd x.jpg\n")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "a.obj").write_text("mtllib ../secret.mtl\nmtllib /etc/passwd\nv 0 0 0\nf 1 1 1\n")
    assert (await _read(inner / "a.obj")).model.size_bytes == (inner / "a.obj").stat().st_size


async def test_presence(made: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.glb").touch()
    (tmp_path / "nothing").mkdir()
    paths = [
        made,
        made.parent,
        made / "model.glb",
        tmp_path / "nothing",
        tmp_path / "empty.glb",
        tmp_path / "x",
        Path("zero\0"),
    ]
    found = await FolderResultReader(tmp_path).presence(paths)
    assert [found[path] for path in paths] == [
        *[Presence.THERE] * 3, Presence.EMPTY, Presence.EMPTY, Presence.MISSING, Presence.MISSING,
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["solid a\n" + "facet\nendfacet\n" * 3 + "endsolid\n"])
async def test_an_stl_in_text(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.stl").write_text(text)
    facts = await _read(tmp_path / "a.stl")
    assert (facts.model.format, facts.faces) == (ModelFormat.STL, 3)


@pytest.mark.parametrize("name", ["model.glb", "model.obj", "cloud.ply"])
@pytest.mark.parametrize("reach", [40, 2000, 10**6])
async def test_damaged_bytes_give_facts_or_a_refusal_by_name(made: Path, tmp_path: Path, name: str, reach: int) -> None:
    data, path, rng = (made / name).read_bytes(), tmp_path / name, random.Random(reach)
    for _ in range(25):
        damaged = bytearray(data)
        for _ in range(rng.choice([1, 3, 30])):
            damaged[rng.randrange(min(len(damaged), reach))] = rng.randrange(256)
        path.write_bytes(damaged)
        assert name in await _shown_or_refused(path)


async def _shown_or_refused(path: Path) -> str:
    """Return the name of the model, or the words with which it was refused."""
    try:
        return (await _read(path)).model.path.name
    except InputError as error:
        return error.summary


@pytest.mark.parametrize("name", ["result.json", "cameras.json"])
async def test_damaged_documents_never_lose_the_model(folder: Path, name: str) -> None:
    data, rng = (folder / name).read_bytes(), random.Random(7)
    for _ in range(25):
        damaged = bytearray(data)
        for _ in range(rng.choice([1, 3, 30])):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        (folder / name).write_bytes(damaged)
        assert (await _read(folder)).model.faces == 12
