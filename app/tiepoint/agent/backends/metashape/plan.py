"""Which of Agisoft's tasks make up a job, and which stage of ours each belongs to. Pure; any thread.

Values that begin with `@` are members of Agisoft's enumerations, the first of the names that a version has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Final

from tiepoint.domain.presets import Parameters

STAGES: Final = (
    "matching",
    "alignment",
    "depth_maps",
    "point_cloud",
    "mesh",
    "texture",
    "elevation_model",
    "orthomosaic",
    "export",
    "report",
)
GEOREFERENCED_STAGES: Final = ("elevation_model", "orthomosaic")
_STAGE_OF: Final = {
    "MatchPhotos": "matching",
    "DetectMarkers": "matching",
    "AlignCameras": "alignment",
    "OptimizeCameras": "alignment",
    "TriangulateTiePoints": "alignment",
    "BuildDepthMaps": "depth_maps",
    "BuildPointCloud": "point_cloud",
    "BuildDenseCloud": "point_cloud",
    "FilterPointCloud": "point_cloud",
    "ClassifyPoints": "point_cloud",
    "BuildModel": "mesh",
    "BuildTiledModel": "mesh",
    "DecimateModel": "mesh",
    "SmoothModel": "mesh",
    "BuildUV": "texture",
    "BuildTexture": "texture",
    "BuildDem": "elevation_model",
    "BuildContours": "elevation_model",
    "BuildOrthomosaic": "orthomosaic",
    "ExportReport": "report",
}
# Agisoft's downscale of photos for matching and of depth maps: 0 or 1 is finest.
_MATCH_DOWNSCALE: Final = {"draft": 2, "high": 0}
_DEPTH_DOWNSCALE: Final = {"draft": 8, "high": 2}
_CLOUD: Final = "@DenseCloudData|PointCloudData"  # before 2.0 PointCloudData were the tie points


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """One task to hand in.

    Args:
        index: Its place in the job.
        stage: Of ours.
        names: Agisoft's names, newest first.
        params: Its parameters; unknown ones are left out by each version.
        later: Parameters that PhotoScan 1.4 does not know and would take without a word.
        optional: Versions without it do without it.
    """

    index: int
    stage: str
    names: tuple[str, ...]
    params: dict[str, Any] = field(default_factory=dict)
    later: dict[str, Any] = field(default_factory=dict)
    optional: bool = False

    def plain(self) -> dict[str, Any]:
        """Return what the child is sent."""
        return {
            "index": self.index,
            "names": self.names,
            "params": self.params,
            "later": self.later,
            "optional": self.optional,
        }


def stage_of(task: str) -> str:
    """Return the stage that one of Agisoft's tasks belongs to."""
    known = _STAGE_OF.get(task)
    if known is not None:
        return known
    return "export" if task.startswith("Export") else "check"


def tasks_of(parameters: Parameters, preset: str, products: PurePath, *, is_georeferenced: bool) -> list[TaskSpec]:
    """Return the tasks of a job, in order.

    Args:
        parameters: What is asked.
        preset: Name of the preset.
        products: Folder for the products, as every node spells it.
        is_georeferenced: The photos know where they were taken.
    """
    spread = {"network_distribute": True}
    faces = {"face_count": "@CustomFaceCount", "face_count_custom": parameters.faces}
    local = {"crs": "@local"} if is_georeferenced else {}
    rows: list[tuple[str, tuple[str, ...], dict[str, Any], dict[str, Any]]] = [
        (
            "matching",
            ("MatchPhotos",),
            {
                "downscale": _MATCH_DOWNSCALE.get(preset, 1),
                "keypoint_limit": 40_000,
                "tiepoint_limit": 4_000,
                "generic_preselection": True,
                "reference_preselection": is_georeferenced,
                **spread,
            },
            {"subdivide_task": True},
        ),
        ("alignment", ("AlignCameras",), {"adaptive_fitting": False}, {}),
        (
            "depth_maps",
            ("BuildDepthMaps",),
            {"downscale": _DEPTH_DOWNSCALE.get(preset, 4), "filter_mode": "@MildFiltering", **spread},
            {"subdivide_task": True},
        ),
        ("point_cloud", ("BuildPointCloud", "BuildDenseCloud"), spread, {"subdivide_task": True}),
        (
            "mesh",
            ("BuildModel",),
            {
                "source_data": "@DepthMapsData",
                "surface_type": "@Arbitrary",
                **(faces if parameters.faces else {"face_count": "@HighFaceCount"}),
                **spread,
            },
            {"subdivide_task": True},
        ),
        ("texture", ("BuildUV",), {"texture_size": parameters.atlas_px}, {"page_count": 1}),
        ("texture", ("BuildTexture",), {"texture_size": parameters.atlas_px, "ghosting_filter": True}, {}),
    ]
    if is_georeferenced:
        rows += [
            ("elevation_model", ("BuildDem",), {"source_data": _CLOUD, **spread}, {"subdivide_task": True}),
            (
                "orthomosaic",
                ("BuildOrthomosaic",),
                {"surface_data": "@ElevationData", **spread},
                {"subdivide_task": True},
            ),
        ]
    rows += [
        (
            "export",
            ("ExportModel",),
            {"path": str(products / "model.obj"), "format": "@ModelFormatOBJ", **local},
            {"texture_format": "@ImageFormatPNG"},
        ),
        (
            "export",
            ("ExportPointCloud", "ExportPoints"),
            {"path": str(products / "cloud.ply"), "source_data": _CLOUD, **local},
            {},
        ),
    ]
    if is_georeferenced:
        elevation, orthomosaic = str(products / "elevation.tif"), str(products / "orthomosaic.tif")
        rows += [
            ("export", ("ExportRaster", "ExportDem"), {"path": elevation, "source_data": "@ElevationData"}, {}),
            (
                "export",
                ("ExportRaster", "ExportOrthomosaic"),
                {"path": orthomosaic, "source_data": "@OrthomosaicData"},
                {},
            ),
        ]
    rows.append(("report", ("ExportReport",), {"path": str(products / "report.pdf")}, {}))
    return [
        TaskSpec(index, stage, names, params, later, stage in ("point_cloud", "report"))
        for index, (stage, names, params, later) in enumerate(rows)
    ]
