"""The partial result of the open job: watched while it runs, read off the loop, handed on as arrays. The GUI thread."""

from __future__ import annotations

import asyncio
import contextlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.preview import CameraState, Preview, PreviewCamera
from tiepoint.services.previews import PreviewService
from tiepoint.ui.background import Background
from tiepoint.ui.viewer import PhotoPose, Tone

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LONGEST_HEAD: Final = 4096
_END: Final = b"end_header\n"
_TONES: Final = {CameraState.DONE: Tone.DONE, CameraState.RUNNING: Tone.NOW, CameraState.WAITING: Tone.WAITING}


@dataclass(frozen=True, slots=True)
class PreviewPicture:
    """A partial result, ready to be shown.

    Args:
        preview: What it is of.
        points: (N, 3) float32, job frame.
        colours: (N, 3) uint8 RGB.
    """

    preview: Preview
    points: NDArray[np.float32]
    colours: NDArray[np.uint8]


class JobPreview(QObject):
    """Follows the partial result of one job.

    Signals:
        changed(picture): A new `PreviewPicture`, or None when there is none.

    Args:
        previews: Where partial results come from.
        background: Runs the watching.
    """

    changed = Signal(object)

    def __init__(self, previews: PreviewService, background: Background) -> None:
        super().__init__()
        self._previews, self._background = previews, background
        self._watched: tuple[str, bool] | None = None
        self._task: asyncio.Task[Any] | None = None

    def follow(self, job: Job | None) -> None:
        """Follow a job; None = none. Calling it again for the same job in the same state does nothing."""
        wanted = None if job is None else (job.id, job.state is JobState.RUNNING)
        if wanted == self._watched:
            return
        is_other = wanted is None or self._watched is None or wanted[0] != self._watched[0]
        self._watched = wanted
        self._stop()
        if is_other:
            self.changed.emit(None)
        if job is not None:
            self._task = self._background.start(self._watch(job) if wanted and wanted[1] else self._read(job))

    def shut(self) -> None:
        """Follow no more."""
        self._watched = None
        self._stop()

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _watch(self, job: Job) -> None:
        with contextlib.suppress(TiepointError):  # it is only a preview: the job itself tells what goes wrong
            async with contextlib.aclosing(self._previews.watch(job)) as previews:
                async for preview in previews:
                    await self._show(preview)

    async def _read(self, job: Job) -> None:
        with contextlib.suppress(TiepointError):
            preview = await self._previews.read(job)
            if preview is not None:
                await self._show(preview)

    async def _show(self, preview: Preview) -> None:
        """Hand a result on; one that is just being replaced comes whole with the next look."""
        try:
            points, colours = await asyncio.to_thread(read_cloud, preview.cloud)
        except (OSError, ValueError):
            return
        self.changed.emit(PreviewPicture(preview, points, colours))


def read_cloud(path: Path) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Read the cloud of a partial result: positions and colours; blocks, so call it in a thread.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not such a cloud.
    """
    import numpy as np

    data = path.read_bytes()
    end = data.find(_END, 0, _LONGEST_HEAD)
    if not data.startswith(b"ply\n") or end < 0:
        raise ValueError("no PLY file")
    record = np.dtype([("xyz", "<f4", 3), ("rgb", "u1", 3)])
    body = memoryview(data)[end + len(_END) :]
    records = np.frombuffer(body, record, len(body) // record.itemsize)
    return np.ascontiguousarray(records["xyz"]), np.ascontiguousarray(records["rgb"])


def poses(preview: Preview) -> list[PhotoPose]:
    """Return the cameras of a partial result as the 3D view wants them."""
    return [_pose(camera) for camera in preview.cameras]


def tally(preview: Preview) -> dict[CameraState, int]:
    """Count the cameras by state."""
    return {state: sum(camera.state is state for camera in preview.cameras) for state in CameraState}


def _pose(camera: PreviewCamera) -> PhotoPose:
    width, height = camera.size_px
    r = camera.rotation
    return PhotoPose(
        camera.photo,
        camera.center,
        ((r[0], r[3], r[6]), (r[1], r[4], r[7]), (r[2], r[5], r[8])),
        aspect=width / max(1, height),
        field_of_view_deg=math.degrees(2 * math.atan2(height / 2, max(1e-6, camera.focal_px))),
        tone=_TONES[camera.state],
    )
