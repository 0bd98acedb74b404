"""Partial results in the folders of jobs: `work/preview/preview.json` and the cloud beside it.

Blocking work happens in a thread; called on the loop's thread.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tiepoint.adapters.files.json_file import read_object
from tiepoint.domain.preview import CameraState, Preview, PreviewCamera


class FolderPreviewStore:
    """Implements `ports.preview_store.PreviewStore`."""

    async def read(self, job_folder: Path, known: str = "") -> Preview | None:
        """Read what a job has so far."""
        return await asyncio.to_thread(_read, job_folder / "work" / "preview", known)


def _read(folder: Path, known: str) -> Preview | None:
    try:
        facts = folder / "preview.json"
        status = facts.stat()
        revision = f"{status.st_mtime_ns}-{status.st_size}-{status.st_ino}"
        if revision == known:
            return None
        data = read_object(facts)
        cloud = folder / _plain_name(data["cloud"])
        if not cloud.is_file():
            return None
        return Preview(
            cloud=cloud,
            points=int(data["points"]),
            stage=str(data["stage"]),
            photos_done=int(data["photos_done"]),
            photos_total=int(data["photos_total"]),
            cameras=tuple(_camera(camera) for camera in data.get("cameras") or ()),
            has_scale=bool(data.get("has_scale")),
            updated=datetime.fromtimestamp(status.st_mtime, UTC),
            revision=revision,
        )
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def _plain_name(name: Any) -> str:
    """Accept the name of a file in this very folder only."""
    if not isinstance(name, str) or not name or Path(name).name != name:
        raise ValueError("not a file name")
    return name


def _camera(data: Mapping[str, Any]) -> PreviewCamera:
    width, height = data["size_px"]
    x, y, z = _numbers(data["center"], 3)
    return PreviewCamera(
        photo=str(data["photo"]),
        center=(x, y, z),
        rotation=_numbers(data["rotation"], 9),
        size_px=(int(width), int(height)),
        focal_px=_numbers([data["focal_px"]], 1)[0],
        state=CameraState(data.get("state", CameraState.WAITING)),
    )


def _numbers(values: Sequence[Any], count: int) -> tuple[float, ...]:
    numbers = tuple(float(value) for value in values)
    if len(numbers) != count or not all(math.isfinite(number) for number in numbers):
        raise ValueError("not so many numbers")
    return numbers
