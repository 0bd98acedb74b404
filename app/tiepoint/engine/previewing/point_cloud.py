"""The preview once the depth maps are fused: points of the real cloud. Any thread."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from tiepoint.engine.dense.cloud_file import VERTEX as FUSED
from tiepoint.engine.previewing.files import DONE, MOST_POINTS, VERTEX, harmless, read_facts, write_preview

_SHARED: Final = ("x", "y", "z", "red", "green", "blue")


def preview_point_cloud(work: Path, cloud: Path, count: int) -> None:
    """Show the fused cloud, thinned; never raises.

    Args:
        work: The job's work folder.
        cloud: The fused cloud as `dense.cloud_file` writes it.
        count: How many points it has.
    """
    with harmless("the point cloud"):
        facts = read_facts(work)
        offset = cloud.stat().st_size - count * FUSED.itemsize
        records = np.memmap(cloud, FUSED, "r", offset, (count,))[:: max(1, -(-count // MOST_POINTS))]
        vertices = np.empty(len(records), VERTEX)
        for name in _SHARED:
            vertices[name] = records[name]
        total = len(facts["views"])
        states = DONE * len(facts["images"])
        changes = {"stage": "point_cloud", "photos_done": total, "photos_total": total, "states": states}
        write_preview(work, {**facts, **changes}, vertices)
