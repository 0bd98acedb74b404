"""Partial results in the folders of jobs: `work/preview/preview.json` and the cloud beside it.

Blocking work happens in a thread; called on the loop's thread.
"""

from __future__ import annotations

import asyncio
import dataclasses
import math
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

from tiepoint.adapters.files.json_file import read_object
from tiepoint.domain.preview import CameraState, Preview, PreviewCamera

_CamerasByState: TypeAlias = Mapping[str, Sequence[PreviewCamera]]
_STATES: Final = {"w": CameraState.WAITING, "r": CameraState.RUNNING, "d": CameraState.DONE}


class FolderPreviewStore:
    """Implements `ports.preview_store.PreviewStore`."""

    def __init__(self) -> None:
        self._cameras: tuple[Path, str, _CamerasByState] | None = None

    async def read(self, job_folder: Path, known: str = "") -> Preview | None:
        """Read what a job has so far."""
        return await asyncio.to_thread(self._read, job_folder / "work" / "preview", known)

    def _read(self, folder: Path, known: str) -> Preview | None:
        try:
            status = (folder / "preview.json").stat()
            revision = _revision(status)
            if revision == known:
                return None
            data = read_object(folder / "preview.json")
            cloud = folder / _plain_name(data["cloud"])
            if not cloud.is_file():
                return None
            return Preview(
                cloud=cloud,
                points=int(data["points"]),
                stage=str(data["stage"]),
                photos_done=int(data["photos_done"]),
                photos_total=int(data["photos_total"]),
                cameras=self._in_states(folder / _plain_name(data["cameras"]), str(data["states"])),
                has_scale=bool(data.get("has_scale")),
                updated=datetime.fromtimestamp(status.st_mtime, UTC),
                revision=revision,
            )
        except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return None

    def _in_states(self, path: Path, states: str) -> tuple[PreviewCamera, ...]:
        """Return the cameras, which are read once, each in its present state."""
        revision, known = _revision(path.stat()), self._cameras
        if known is None or known[:2] != (path, revision):
            cameras = [_camera(camera) for camera in read_object(path)["cameras"]]
            by_state = {
                letter: [dataclasses.replace(camera, state=state) for camera in cameras]
                for letter, state in _STATES.items()
            }
            self._cameras = known = (path, revision, by_state)
        if len(states) != len(known[2]["w"]):
            raise ValueError("another number of states than of cameras")
        return tuple(known[2][letter][number] for number, letter in enumerate(states))


def _revision(status: os.stat_result) -> str:
    return f"{status.st_mtime_ns}-{status.st_size}-{status.st_ino}"


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
    )


def _numbers(values: Sequence[Any], count: int) -> tuple[float, ...]:
    numbers = tuple(float(value) for value in values)
    if len(numbers) != count or not all(math.isfinite(number) for number in numbers):
        raise ValueError("not so many numbers")
    return numbers
