"""A finished job from its folder to measurements and exports, with the real engine in real processes."""

from __future__ import annotations

import asyncio
import json
import math
import os
import shutil
import struct
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image

from program import Program as RealProgram
from small_capture import SMALL_JOB, write_small_capture
from synthetic_scene import Scene
from tiepoint.bootstrap import open_program
from tiepoint.domain.errors import Canceled, InputError, TiepointError
from tiepoint.domain.geodesy import geodetic_from_enu
from tiepoint.domain.measurement import MeasurementKind, measured_path, uncertainty_note
from tiepoint.domain.model_export import ExportFormat
from tiepoint.domain.model_facts import ModelFacts, ScaleSource
from tiepoint.domain.operation import OperationState
from tiepoint.runtime import folders
from tiepoint.services.operations import Operation
from tiepoint.services.program import Program

METRES = 10.0
"""One unit of the generated scene."""
ORIGIN = (46.84261, -91.99456, 198.0)
COMPILED = folders.cache_folder() / "numba"  # taken before a test moves the folders


@dataclass(frozen=True)
class Made:
    """A finished job: the home it ran in, its products, and the truth."""

    home: Path
    out: Path
    scene: Scene

    def centre_m(self, photo: str) -> tuple[float, float, float]:
        """Where a photo was taken, metres."""
        x, y, z = (next(pose for pose in self.scene.poses if pose.name == photo).centre * METRES).tolist()
        return (x, y, z)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """The products of a small job whose photos carry positions."""
    root = tmp_path_factory.mktemp("small")
    scene = write_small_capture(root / "photos")
    for pose in scene.poses:
        _write_position(root / "photos" / pose.name, geodetic_from_enu((pose.centre * METRES).tolist(), ORIGIN))
    program = RealProgram(root / "home")
    program.env["NUMBA_CACHE_DIR"] = str(COMPILED)
    try:
        ended = program.run("run", str(root / "photos"), "-o", str(root / "out"), *SMALL_JOB)
        assert ended.status == 0, ended.stderr
        yield Made(root / "home", root / "out", scene)
    finally:
        program.stop()


@pytest.fixture
async def program(made: Made, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Program]:
    """The program in the home of the job."""
    monkeypatch.setenv("TIEPOINT_HOME", str(made.home))
    async with open_program() as opened:
        yield opened


@pytest.fixture
async def facts(program: Program, made: Made) -> ModelFacts:
    return await program.results.open_path(made.out)


def _write_position(path: Path, place: tuple[float, float, float]) -> None:
    with Image.open(path) as image:
        exif = image.getexif()
        lat, lon, height = place
        exif.get_ifd(0x8825).update(
            {1: "N", 2: _degrees(lat), 3: "W", 4: _degrees(-lon), 5: b"\0", 6: round(height, 4)}
        )
        image.save(path, quality="keep", exif=exif)


def _degrees(value: float) -> tuple[float, float, float]:
    minutes, seconds = divmod(value * 3600, 60)
    degrees, minutes = divmod(minutes, 60)
    return (degrees, minutes, round(seconds, 6))


def _children() -> list[str]:
    return [child.name() for child in psutil.Process().children() if "export-model" in " ".join(child.cmdline())]


async def test_everything_a_result_says_is_read(facts: ModelFacts, made: Made) -> None:
    assert facts.problems == ()
    assert facts.cameras_aligned == facts.cameras_total == len(facts.cameras) == 8
    assert facts.faces
    assert facts.faces == facts.model.faces
    assert facts.edge_length
    assert facts.reprojection is not None
    assert not facts.reprojection.rms_is_estimated
    assert facts.reprojection.mean_px <= facts.reprojection.rms_px <= (facts.reprojection.max_px or 0)
    assert (facts.scale.source, facts.epsg) == (ScaleSource.GPS, "EPSG:4979")
    assert facts.position_fit is not None
    assert (facts.position_fit.photos, facts.position_fit.left_out) == (8, 0)
    assert facts.position_fit.rms_m < 0.5
    assert {stage.name for stage in facts.timing.stages} >= {"features", "mesh", "texture"}
    assert facts.timing.took_s
    assert all(camera.file is not None and camera.file.is_file() for camera in facts.cameras)


async def test_measured_lengths_agree_with_the_truth_within_what_is_said(
    facts: ModelFacts, made: Made, program: Program
) -> None:
    """Distances between cameras are known to the millimetre in a generated scene."""
    shown = await program.measurements.show(facts)
    assert shown.refusal is None
    off = []
    for one, other in zip(facts.cameras, facts.cameras[3:], strict=False):
        length = measured_path([one.centre, other.centre], shown.basis).total
        assert length.uncertainty_m is not None
        truth = math.dist(made.centre_m(one.photo), made.centre_m(other.photo))
        off.append(abs(length.value_m - truth) / length.uncertainty_m)
    assert len(off) == 5
    assert float(np.median(off)) < 1
    assert "scale" in uncertainty_note(shown.basis)


async def test_the_job_is_listed_with_its_duration(program: Program, made: Made) -> None:
    listed = await program.results.refresh()
    assert listed.trouble is None
    (entry,) = [entry for entry in listed.entries if entry.place.job]
    assert entry.place.path == made.out
    opened = await program.results.open(entry)
    assert opened.timing.wall_s
    assert opened.job == entry.place.job


async def test_measurements_survive_a_restart(program: Program, facts: ModelFacts, made: Made) -> None:
    await program.measurements.show(facts)
    kept = await program.measurements.add(MeasurementKind.DISTANCE, [(0, 0, 0), (1, 0, 0)], "=1+1")
    async with open_program() as again:
        shown = await again.measurements.show(await again.results.open_path(made.out / "model.obj"))
        assert kept in shown.measurements
        await again.measurements.delete(kept.id)


@pytest.mark.parametrize("wanted", list(ExportFormat))
async def test_every_format_is_exported(
    program: Program, facts: ModelFacts, tmp_path: Path, wanted: ExportFormat
) -> None:
    choice = next(choice for choice in program.model_exports.choices(facts) if choice.format is wanted)
    target = tmp_path / choice.suggested_name
    operation = program.model_exports.start(facts, wanted, target)
    exported = await operation.wait()
    assert operation.snapshot.progress.phase == "write"
    assert operation.snapshot.progress.done == operation.snapshot.progress.total
    assert exported.size_bytes > 1000
    assert os.listdir(tmp_path) == [target.name]
    if target.suffix in {".glb", ".ply", ".stl"}:
        again = await program.results.open_path(target)
        assert again.faces == (None if wanted is ExportFormat.CLOUD_PLY else facts.faces)
        # An STL says its unit in a place that no program reads.
        assert again.scale.is_metric == (wanted is not ExportFormat.STL)
    with pytest.raises(InputError, match="is there already"):
        await program.model_exports.start(facts, wanted, target).wait()
    await program.model_exports.start(facts, wanted, target, overwrite=True).wait()


async def _until(operation: Operation[Any], phase: str) -> None:
    reached = asyncio.Event()

    def look(snapshot: Any) -> None:
        if snapshot.progress.phase == phase or snapshot.state.is_over:
            reached.set()

    unsubscribe = operation.changed.subscribe(look)
    look(operation.snapshot)
    await asyncio.wait_for(reached.wait(), 60)
    unsubscribe()


async def test_a_canceled_export_leaves_nothing_behind(program: Program, facts: ModelFacts, tmp_path: Path) -> None:
    operation = program.model_exports.start(facts, ExportFormat.PLY, tmp_path / "x.ply")
    await _until(operation, "read")
    operation.cancel()
    with pytest.raises(Canceled):
        await operation.wait()
    assert operation.snapshot.state is OperationState.CANCELED
    assert os.listdir(tmp_path) == []
    assert _children() == []


async def test_a_killed_export_is_said_and_leaves_nothing_behind(
    program: Program, facts: ModelFacts, tmp_path: Path
) -> None:
    operation = program.model_exports.start(facts, ExportFormat.STL, tmp_path / "x.stl")
    await _until(operation, "read")
    for child in psutil.Process().children():
        if "export-model" in child.cmdline():
            child.kill()
    with pytest.raises(TiepointError) as caught:
        await operation.wait()
    assert caught.value.retryable
    assert os.listdir(tmp_path) == []


async def test_hostile_sources_and_places_are_refused_by_name(
    program: Program, facts: ModelFacts, made: Made, tmp_path: Path
) -> None:
    async def refused(name: str, wanted: ExportFormat, target: Path, source: ModelFacts = facts) -> str:
        with pytest.raises(InputError) as caught:
            await program.model_exports.start(source, wanted, target).wait()
        assert name in caught.value.summary
        return caught.value.summary

    await refused("nowhere", ExportFormat.STL, tmp_path / "nowhere" / "x.stl")
    await refused("is a folder", ExportFormat.STL, tmp_path)
    (tmp_path / "link.stl").symlink_to(tmp_path / "gone")
    await refused("link.stl", ExportFormat.STL, tmp_path / "link.stl")
    lone = tmp_path / "lone.glb"
    shutil.copy(made.out / "model.glb", lone)
    alone = await program.results.open_path(lone)
    data = lone.read_bytes()
    lone.write_bytes(data[: len(data) // 2])
    await refused("lone.glb", ExportFormat.STL, tmp_path / "x.stl", alone)
    # Whole to its last byte, and nonsense inside.
    (length,) = struct.unpack("<I", data[12:16])
    lone.write_bytes(data[: 28 + length] + b"\xff" * (len(data) - 28 - length))
    await refused("lone.glb", ExportFormat.STL, tmp_path / "x.stl", alone)
    lone.unlink()
    await refused("lone.glb", ExportFormat.GLB, tmp_path / "x.glb", alone)
    assert sorted(os.listdir(tmp_path)) == ["link.stl"]


async def test_a_folder_keeps_its_other_files(program: Program, facts: ModelFacts, tmp_path: Path) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    await program.model_exports.start(facts, ExportFormat.OBJ_FOLDER, target).wait()
    (target / "mine.txt").write_text("kept")
    await program.model_exports.start(facts, ExportFormat.OBJ_FOLDER, target, overwrite=True).wait()
    assert sorted(os.listdir(target)) == ["mine.txt", "model.mtl", "model.obj", "model_texture.jpg"]


async def test_measurements_become_files(program: Program, facts: ModelFacts, tmp_path: Path) -> None:
    await program.measurements.show(facts)
    made = await program.measurements.add(MeasurementKind.POLYLINE, [(0, 0, 0), (1, 0, 0), (1, 1, 0)], "edge")
    await program.measurements.export_geojson(tmp_path / "m.geojson")
    await program.measurements.export_csv(tmp_path / "m.csv")
    (feature,) = json.loads((tmp_path / "m.geojson").read_text("utf-8"))["features"]
    assert feature["properties"]["length_m"] == 2
    assert feature["geometry"]["coordinates"][0] == pytest.approx(
        [facts.origin.lon_deg, facts.origin.lat_deg, facts.origin.height_m],  # type: ignore[union-attr]
    )
    await program.measurements.delete(made.id)
