"""The photo that is looked at beside the model: which it is, its neighbours, its picture. No widgets. The GUI thread.

Pictures are decoded by the photo gallery, in other processes; only the last one asked for is kept.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, Signal

from tiepoint.domain.failure import Failure
from tiepoint.domain.model_facts import Camera, ModelFacts
from tiepoint.domain.photo_picture import PhotoPicture
from tiepoint.domain.photo_set import SetPhoto
from tiepoint.services.photo_pictures import PhotoPictures
from tiepoint.ui.background import Background
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewer import PhotoPose

LONGEST_PX: Final = 1024
ReadPicture = Callable[[Camera], Awaitable[PhotoPicture]]


class PhotoModel(QObject):
    """The selected photo of the open result.

    Signals:
        selected(): `camera` is another; `picture` and `problem` are empty for now.
        arrived(): `picture` or `problem` is there.

    Args:
        read: Decodes a camera's photo, off the GUI thread.
        background: Starts coroutines.
    """

    selected = Signal()
    arrived = Signal()

    def __init__(self, read: ReadPicture, background: Background) -> None:
        super().__init__()
        self._read, self._background = read, background
        self._cameras: tuple[Camera, ...] = ()
        self._places: dict[str, int] = {}
        self._place: int | None = None
        self._task: asyncio.Task[Any] | None = None
        self.picture: PhotoPicture | None = None
        self.problem = ""

    @property
    def cameras(self) -> tuple[Camera, ...]:
        """All aligned photos of the open result."""
        return self._cameras

    @property
    def camera(self) -> Camera | None:
        """The selected one."""
        return None if self._place is None else self._cameras[self._place]

    @property
    def position(self) -> int | None:
        """Its place among all, from 1."""
        return None if self._place is None else self._place + 1

    def show(self, facts: ModelFacts | None) -> None:
        """Turn to another result; nothing is selected."""
        self._cameras = facts.cameras if facts else ()
        self._places = {camera.photo: place for place, camera in enumerate(self._cameras)}
        self._choose(None)

    def select(self, photo: str) -> None:
        """Select a photo by its name; an empty or unknown one selects none."""
        self._choose(self._places.get(photo))

    def step(self, by: int) -> None:
        """Select the next (1) or the previous (-1) photo, round and round."""
        if self._cameras:
            place = self._place if self._place is not None else (-1 if by > 0 else 0)
            self._choose((place + by) % len(self._cameras))

    def _choose(self, place: int | None) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._place, self.picture, self.problem = place, None, ""
        self.selected.emit()
        if self.camera is not None:
            self._task = self._background.start(self._fetch(self.camera), on_failure=self._on_failure)

    async def _fetch(self, camera: Camera) -> None:
        picture = await self._read(camera)
        if picture.problem:
            self._tell(plain(picture.problem))
        else:
            self.picture = picture
            self.arrived.emit()

    def _on_failure(self, failure: Failure) -> None:
        self._tell(failure.summary)

    def _tell(self, problem: str) -> None:
        self.problem = problem
        self.arrived.emit()


def reader_of(pictures: PhotoPictures) -> ReadPicture:
    """Return what decodes the photo of a camera with the program's photo gallery."""

    async def read(camera: Camera) -> PhotoPicture:
        missing = PhotoPicture(camera.photo, 0, 0, b"", LONGEST_PX, problem=tr("Results", "The photo is not here."))
        if camera.file is None:
            return missing
        size = await asyncio.to_thread(_size_and_time, camera.file)
        if size is None:
            return missing
        return await pictures.preview(SetPhoto(camera.photo, camera.file, *size), LONGEST_PX)

    return read


def poses_of(facts: ModelFacts) -> list[PhotoPose]:
    """Return the aligned photos as the 3D view draws them."""
    return [
        PhotoPose(
            camera.photo,
            camera.centre,
            camera.rotation,
            aspect=camera.width_px / max(1, camera.height_px),
            field_of_view_deg=math.degrees(2 * math.atan2(camera.height_px / 2, camera.focal_px)),
        )
        for camera in facts.cameras
        if camera.focal_px > 0
    ]


def _size_and_time(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
