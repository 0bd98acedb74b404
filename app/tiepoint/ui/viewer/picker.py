"""Picker: surface points under pixels, found in one worker thread on the full model. GUI thread in front."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from tiepoint.ui.viewer.camera import CameraView
from tiepoint.ui.viewer.ray_index import RayIndex
from tiepoint.ui.viewer.surface import Model
from tiepoint.ui.viewer.terms import Point

_REACH_PX: Final = 5.0


class Picker:
    """Answers where rays through pixels meet the model."""

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="tiepoint-pick")
        self._index: Future[RayIndex] | None = None

    def set_model(self, model: Model | None) -> None:
        """Make a model ready; questions wait until it is."""
        if self._index is not None:
            self._index.cancel()
        self._index = None if model is None else self._worker.submit(RayIndex, model)

    def pick(self, camera: CameraView, x: float, y: float) -> Future[Point | None]:
        """Return the point under a logical pixel of the picture made with a camera."""
        if self._index is None:
            nothing: Future[Point | None] = Future()
            nothing.set_result(None)
            return nothing
        return self._worker.submit(_ask, self._index, camera, x, y)

    def shut(self) -> None:
        """End the thread."""
        self._index = None
        self._worker.shutdown(wait=True, cancel_futures=True)


def _ask(index: Future[RayIndex], camera: CameraView, x: float, y: float) -> Point | None:
    if index.cancelled():
        return None
    origin, direction = camera.ray(x, y)
    reach = camera.metres_per_pixel * _REACH_PX
    if camera.is_orthographic:
        return index.result().hit(origin, direction, beside=reach)
    return index.result().hit(origin, direction, cone=reach / max(camera.distance, 1e-12))
