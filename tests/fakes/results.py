"""Results, their lists and their exports in memory: real citizens of their ports."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tiepoint.domain.errors import InputError
from tiepoint.domain.measurement import Measurement
from tiepoint.domain.model_facts import (
    Camera,
    Light,
    ModelFacts,
    ModelFile,
    ModelFormat,
    ModelWarning,
    Origin,
    PositionFit,
    ProductFile,
    ReprojectionError,
    Scale,
    ScaleSource,
    StageTime,
    Timing,
)
from tiepoint.domain.operation import OperationProgress
from tiepoint.ports.capture_store import Report
from tiepoint.ports.model_exporter import Exported, ExportRequest
from tiepoint.ports.result_reader import Presence, ResultPlace
from tiepoint.ports.result_store import RecentResult

ORIGIN = Origin(46.8426, -91.99456, 198.0)


def a_camera(number: int = 1, **changes: Any) -> Camera:
    """A camera two metres above the ground that looks straight down, its right side east."""
    camera = Camera(
        photo=f"photo {number}.jpg",
        file=None,
        centre=(float(number), 0.0, 2.0),
        rotation=((1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, -1.0)),
        width_px=4000,
        height_px=3000,
        focal_px=3000.0,
        principal_point_px=(2000.0, 1500.0),
        tie_points=500,
    )
    return dataclasses.replace(camera, **changes)


def a_model(folder: Path = Path("/out"), **changes: Any) -> ModelFacts:
    """A whole result with a scale from GPS; `changes` replace fields."""
    path = folder / "model.glb"
    facts = ModelFacts(
        key="0a1b2c",
        title="Fountain wall",
        folder=folder,
        model=ModelFile(path, ModelFormat.GLB, 3_700_000, 79_648, 45_000, (3313, 3660), has_y_up=True),
        cloud=ModelFile(folder / "cloud.ply", ModelFormat.PLY_CLOUD, 4_300_000, None, 200_000),
        products=(
            ProductFile("model.glb", path, 3_700_000),
            ProductFile("model.obj", folder / "model.obj", 9_300_000),
            ProductFile("cloud.ply", folder / "cloud.ply", 4_300_000),
        ),
        faces=79_648,
        vertices=45_000,
        points=200_000,
        texture_px=(3313, 3660),
        edge_length=0.01,
        gsd_m=0.0028,
        reprojection=ReprojectionError(0.61, 0.69, 2.4),
        tie_points=12_000,
        cameras_aligned=11,
        cameras_total=11,
        photos_excluded=0,
        unseen_share=0.093,
        scale=Scale(ScaleSource.GPS),
        frame="ENU",
        epsg="EPSG:4979",
        origin=ORIGIN,
        position_fit=PositionFit(11, 0, 0.0063, 0.005, 0.004, 3.0, 0.0005),
        preset="standard",
        finished=datetime(2026, 11, 22, 14, 6, tzinfo=UTC),
        timing=Timing(70.0, 64.0, (StageTime("features", 20.0, 38.0, 4), StageTime("mesh", 44.0, 44.0, 1))),
        engine_version="0.1.0",
        verdict="good",
        lights=(Light("aligned", "Photos aligned", "good", "11 of 11", "Nearly every photo found its place."),),
        warnings=(ModelWarning("Little of a photo could be measured.", "Add photos.", "incomplete-depth", ("a.jpg",)),),
        report=folder / "report.html",
        cameras=(a_camera(1), a_camera(2)),
    )
    return dataclasses.replace(facts, **changes)


class FakeResultReader:
    """Implements `ports.result_reader.ResultReader`: results are put into `results` by path."""

    def __init__(self, results: Mapping[Path, ModelFacts] | None = None) -> None:
        self.results = dict(results or {})
        self.empty: set[Path] = set()
        self.reads: list[ResultPlace] = []

    async def presence(self, paths: Sequence[Path]) -> Mapping[Path, Presence]:
        return {path: self._presence(path) for path in paths}

    async def read(self, place: ResultPlace) -> ModelFacts:
        self.reads.append(place)
        facts = self.results.get(place.path)
        if facts is None:
            raise InputError(f"There is no model in {place.path}.", remedy="Choose another.")
        timing = dataclasses.replace(facts.timing, wall_s=place.wall_s)
        return dataclasses.replace(facts, title=place.title or facts.title, job=place.job, timing=timing)

    def _presence(self, path: Path) -> Presence:
        if path in self.empty:
            return Presence.EMPTY
        return Presence.THERE if path in self.results else Presence.MISSING


class FakeResultStore:
    """Implements `ports.result_store.ResultStore`; `broken` is raised by every write."""

    def __init__(self) -> None:
        self.recents: list[RecentResult] = []
        self.measured: dict[str, tuple[Measurement, ...]] = {}
        self.texts: dict[Path, str] = {}
        self.broken: Exception | None = None

    async def recent(self) -> Sequence[RecentResult]:
        return list(self.recents)

    async def keep_recent(self, recent: Sequence[RecentResult]) -> None:
        self._write()
        self.recents = list(recent)

    async def measurements(self, key: str) -> Sequence[Measurement]:
        return self.measured.get(key, ())

    async def keep_measurements(self, key: str, measurements: Sequence[Measurement]) -> None:
        self._write()
        self.measured[key] = tuple(measurements)

    async def write_text(self, path: Path, text: str, *, overwrite: bool) -> None:
        self._write()
        if path in self.texts and not overwrite:
            raise InputError(f"{path} is there already.", remedy="Choose another name, or replace it.")
        self.texts[path] = text

    def _write(self) -> None:
        if self.broken is not None:
            raise self.broken


class FakeModelExporter:
    """Implements `ports.model_exporter.ModelExporter`; remembers what it was asked for."""

    def __init__(self) -> None:
        self.exported: list[ExportRequest] = []
        self.there: set[Path] = set()

    async def export(self, request: ExportRequest, report: Report) -> Exported:
        if request.target in self.there and not request.overwrite:
            raise InputError(f"{request.target} is there already.", remedy="Choose another name, or replace it.")
        report(OperationProgress("read", 1, 1))
        report(OperationProgress("write", 100, 100, "bytes"))
        self.exported.append(request)
        self.there.add(request.target)
        return Exported(request.target, 100)
