"""What is known of a finished model: its size, its accuracy, its frame, its cameras, and what to mind about it.

Everything that a file may fail to say is None (or empty), never a guess; `ModelFacts.problems` tells why. Must not
read files. Pure; any thread.

Frames. The *job frame* is right-handed with z up. With positions it is east, north, up in metres around `Origin`
(EPSG:4979, WGS 84); without, it is upright, its unit is arbitrary and its scale unknown. OBJ and PLY of Tiepoint, the
cloud and everything here are in the job frame. A GLB has y up, as glTF asks: (x, y, z) of the job frame lies at
(x, z, -y) there, so a viewer turns it back with (x, y, z) = (gx, -gz, gy). The *camera frame* is x right, y down,
z forward in the upright photo, as COLMAP and OpenCV have it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from tiepoint.domain.failure import Failure

Vector: TypeAlias = tuple[float, float, float]


class ModelFormat(StrEnum):
    """A kind of file that holds a model or a cloud."""

    GLB = "glb"
    OBJ = "obj"
    PLY_MESH = "ply-mesh"
    PLY_CLOUD = "ply-cloud"
    STL = "stl"


class ScaleSource(StrEnum):
    """Where a model's size comes from."""

    GPS = "gps"
    OTHER = "other"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Scale:
    """Whether one unit is one metre, and says who.

    `NONE`: the photos carried no usable positions; `UNKNOWN`: the file does not say; `OTHER`: metric for a reason that
    this program does not know.
    """

    source: ScaleSource = ScaleSource.UNKNOWN

    @property
    def is_metric(self) -> bool:
        """Whether lengths are metres."""
        return self.source in (ScaleSource.GPS, ScaleSource.OTHER)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the job frame's zero lies: WGS 84, degrees; height in metres, None when the photos told none."""

    lat_deg: float
    lon_deg: float
    height_m: float | None = None


@dataclass(frozen=True, slots=True)
class PositionFit:
    """How well camera positions computed from the pictures agree with those the photos carry, after the best fit.

    Args:
        photos: Photos compared.
        left_out: Photos with a position that did not fit and was not used.
        rms_m: Root mean square of the distances, in as many dimensions as were compared.
        rms_horizontal_m: Their horizontal part.
        rms_vertical_m: Their vertical part; None when the photos tell no height.
        spread_m: Root mean square distance of the positions from their centre: the base of the scale.
        scale_error: Standard deviation of the scale, as a share of it; None when it cannot be told.
    """

    photos: int
    left_out: int
    rms_m: float
    rms_horizontal_m: float
    rms_vertical_m: float | None
    spread_m: float
    scale_error: float | None


@dataclass(frozen=True, slots=True)
class ReprojectionError:
    """Distances between points in the photos and where the model puts them, pixels of the original photos.

    `rms_is_estimated`: the result told the mean only; the root mean square is then mean * 2 / sqrt(pi), which holds
    when both coordinates' errors are normal (their length has the Rayleigh distribution).
    """

    mean_px: float
    rms_px: float
    max_px: float | None = None
    rms_is_estimated: bool = False


@dataclass(frozen=True, slots=True)
class StageTime:
    """What one stage cost: wall seconds in which it ran, processor seconds, tasks."""

    name: str
    wall_s: float
    cpu_s: float
    tasks: int


@dataclass(frozen=True, slots=True)
class Timing:
    """What the whole job cost.

    Args:
        wall_s: From the first task to the end as the scheduler saw it, pauses included; None when no job is known.
        busy_s: Sum of the stages' wall time; None when no stage is told.
        stages: In their order.
    """

    wall_s: float | None = None
    busy_s: float | None = None
    stages: tuple[StageTime, ...] = ()

    @property
    def took_s(self) -> float | None:
        """The figure to show as "took": the job's own, as everywhere else; what its stages add up to without one."""
        return self.busy_s if self.wall_s is None else self.wall_s


@dataclass(frozen=True, slots=True)
class Light:
    """A traffic light of the report: `level` is good, fair, poor or unknown; the texts are plain text for people."""

    key: str
    title: str
    level: str
    value: str
    meaning: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class ModelWarning:
    """What the engine wants said of a result; plain text, with the photos it is about."""

    summary: str
    remedy: str = ""
    kind: str = ""
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Camera:
    """An aligned photo, in the job frame (see the module).

    Args:
        photo: Its path inside the capture, plain text.
        file: The photo's file for showing it; None when the capture is not here (any more). Not looked at yet.
        centre: The projection centre.
        rotation: Rows are the camera's right, down and forward axes as unit vectors of the job frame; it turns
            directions of the job frame into the camera's.
        width_px: Of the upright photo (EXIF orientation applied).
        height_px: Likewise.
        focal_px: Mean focal length, pixels of that photo.
        principal_point_px: From the upright photo's upper left corner.
        exif_orientation: 1 to 8, as the file has it: how a plain decoder must turn the photo.
        tie_points: How many tie points it sees; None when not told.
    """

    photo: str
    file: Path | None
    centre: Vector
    rotation: tuple[Vector, Vector, Vector]
    width_px: int
    height_px: int
    focal_px: float
    principal_point_px: tuple[float, float]
    exif_orientation: int = 1
    tie_points: int | None = None

    @property
    def right(self) -> Vector:
        """Unit vector to the photo's right side."""
        return self.rotation[0]

    @property
    def up(self) -> Vector:
        """Unit vector to the photo's upper side."""
        x, y, z = self.rotation[1]
        return (-x, -y, -z)

    @property
    def forward(self) -> Vector:
        """Unit vector of the view."""
        return self.rotation[2]


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file to be shown: what it is, and how much it holds as far as its head tells.

    Args:
        path: Where it lies.
        format: What it is.
        size_bytes: Of the file; an OBJ's material and texture are counted in.
        faces: None for a cloud, or when it cannot be told.
        vertices: None when it cannot be told; of a cloud, its points.
        texture_px: Width and height of its texture.
        has_y_up: Whether its axes are glTF's (always for a GLB; for an OBJ unless it says "z up", as Tiepoint's do).
    """

    path: Path
    format: ModelFormat
    size_bytes: int
    faces: int | None = None
    vertices: int | None = None
    texture_px: tuple[int, int] | None = None
    has_y_up: bool = False


@dataclass(frozen=True, slots=True)
class ProductFile:
    """A product of a job by name, with its bytes (a folder's are summed, an OBJ's companions counted in)."""

    name: str
    path: Path
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Everything that can be said of a result, at one moment.

    Args:
        key: What measurements and notes of this result are kept under; the same for copies of one result.
        title: The job's name, or the file's; plain text.
        folder: Where it lies.
        model: The file to show first: GLB, else OBJ, else PLY mesh, else the cloud.
        cloud: The point cloud, when there is one beside it.
        products: Everything of the result that is there, for sizes and export.
        faces: Triangles.
        vertices: Vertices of the model file.
        points: Points of the cloud.
        texture_px: Width and height of the texture.
        edge_length: Median length of the mesh's edges, units of the job frame.
        gsd_m: What a pixel of the photos covers on the surface (median), metres; None without scale.
        reprojection: Reprojection errors.
        tie_points: Points that tie the photos together.
        cameras_aligned: Photos that found their place.
        cameras_total: Photos the job worked with.
        photos_excluded: Photos the check refused.
        unseen_share: Share of the surface that no photo sees and that was left out, 0 to 1.
        scale: Whether and why lengths are metres.
        frame: Name of the frame: `ENU`, `local`, or what the file says; empty = not told.
        epsg: Such as `EPSG:4979`; empty when there is none.
        origin: Where the frame lies on the earth.
        position_fit: How the photos' own positions agree.
        preset: It was made with; empty = not told.
        finished: When, UTC.
        timing: What it cost.
        engine_version: Of Tiepoint's engine, such as `0.1.0`; empty = not told.
        verdict: good, fair, poor, or unknown.
        lights: The report's traffic lights.
        warnings: The report's warnings.
        excluded: Photos the check refused, with the reason.
        report: The report page.
        preview: A picture of the model.
        capture: The capture's folder, when it is here.
        job: Id of the job; empty when it was opened by hand and no job here made it.
        cameras: Aligned photos.
        problems: What could not be read, one sentence each, with a remedy.
    """

    key: str
    title: str
    folder: Path
    model: ModelFile
    cloud: ModelFile | None = None
    products: tuple[ProductFile, ...] = ()
    faces: int | None = None
    vertices: int | None = None
    points: int | None = None
    texture_px: tuple[int, int] | None = None
    edge_length: float | None = None
    gsd_m: float | None = None
    reprojection: ReprojectionError | None = None
    tie_points: int | None = None
    cameras_aligned: int | None = None
    cameras_total: int | None = None
    photos_excluded: int | None = None
    unseen_share: float | None = None
    scale: Scale = Scale()
    frame: str = ""
    epsg: str = ""
    origin: Origin | None = None
    position_fit: PositionFit | None = None
    preset: str = ""
    finished: datetime | None = None
    timing: Timing = Timing()
    engine_version: str = ""
    verdict: str = "unknown"
    lights: tuple[Light, ...] = ()
    warnings: tuple[ModelWarning, ...] = ()
    excluded: tuple[ModelWarning, ...] = ()
    report: Path | None = None
    preview: Path | None = None
    capture: Path | None = None
    job: str = ""
    cameras: tuple[Camera, ...] = ()
    problems: tuple[Failure, ...] = ()

    @property
    def size_bytes(self) -> int:
        """Bytes of all products."""
        return sum(product.size_bytes for product in self.products) or self.model.size_bytes

    def product(self, name: str) -> ProductFile | None:
        """The product of this name, if it is there."""
        return next((product for product in self.products if product.name == name), None)
