"""The stage names of the scheduler protocol, in order, with how they use the nodes. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tiepoint.domain.plain_text import plain


@dataclass(frozen=True, slots=True)
class StageKind:
    """What is always true of a stage.

    Attributes:
        name: Its protocol name (scheduler-protocol: stage names).
        title: Its name for people.
        uses_many_nodes: True when its tasks run side by side on several nodes.
    """

    name: str
    title: str
    uses_many_nodes: bool


STAGES: Final[tuple[StageKind, ...]] = (
    StageKind("fetch", "Photos from Blob", False),
    StageKind("check", "Check photos", True),
    StageKind("features", "Features", True),
    StageKind("matching", "Matching", True),
    StageKind("alignment", "Alignment", False),
    StageKind("undistortion", "Undistortion", True),
    StageKind("depth_maps", "Depth maps", True),
    StageKind("point_cloud", "Point cloud", False),
    StageKind("mesh", "Mesh", False),
    StageKind("texture", "Texture", False),
    StageKind("elevation_model", "Elevation model", False),
    StageKind("orthomosaic", "Orthomosaic", False),
    StageKind("export", "Export", False),
    StageKind("report", "Report", False),
    StageKind("publish", "Products to Blob", False),
)

ROUND_STAGES: Final = ("fetch", "publish")
"""Done by the agent itself, around the engine's stages, for jobs whose capture lies in Blob."""

OPEN_ENGINE_STAGES: Final[tuple[str, ...]] = tuple(
    stage.name for stage in STAGES if stage.name not in {"elevation_model", "orthomosaic", *ROUND_STAGES}
)


def stage_title(name: str) -> str:
    """Return the stage's name for people; an unknown name is made harmless."""
    return next((stage.title for stage in STAGES if stage.name == name), None) or plain(name)


def uses_many_nodes(name: str) -> bool:
    """Return whether the stage's tasks spread over several nodes."""
    return any(stage.uses_many_nodes for stage in STAGES if stage.name == name)
