"""Where the camera goes when it is told to: to standard views, to a photo's place, round and round. GUI thread.

What a person steers by hand comes from `navigation`; the two share one camera. Draws nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from tiepoint.ui.viewer.camera import VIEW_ANGLE_DEG, CameraView
from tiepoint.ui.viewer.content import Content
from tiepoint.ui.viewer.flight import Flight
from tiepoint.ui.viewer.navigation import Navigation
from tiepoint.ui.viewer.photos_layer import PhotosLayer
from tiepoint.ui.viewer.terms import Direction, Point, Projection

_MOST_FARTHER: Final = 1.7
"""How much farther away a model may be first seen so that the places of its photos are in the picture."""
_DIRECTION_KEYS: Final = {
    Qt.Key.Key_1: (Direction.FRONT, Direction.BACK),
    Qt.Key.Key_3: (Direction.RIGHT, Direction.LEFT),
    Qt.Key.Key_7: (Direction.TOP, Direction.BOTTOM),
    Qt.Key.Key_0: (Direction.CORNER, Direction.CORNER),
}


class Aim(QObject):
    """Sends the camera to what there is to see.

    Args:
        navigation: Has the camera.
        content: The model or cloud to be seen.
        photos: The photos to be seen.
        parent: Owner.

    Signals:
        turning_changed: bool, the turntable started or stopped.
    """

    turning_changed = Signal(bool)

    def __init__(
        self, navigation: Navigation, content: Content, photos: PhotosLayer, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._navigation, self._content, self._photos = navigation, content, photos
        self._seen_from: Direction | None = None
        self._flight = Flight(self)
        self._flight.moved.connect(self._on_flown)
        self._flight.turning_changed.connect(self.turning_changed)
        navigation.touched.connect(self._on_touched)

    # flights

    def fit(self, *, with_photos: bool = False) -> None:
        """Fly back until everything fills the picture.

        Args:
            with_photos: Until the places where the photos were taken are in it, too.
        """
        points = self._sample()
        if with_photos and self._photos.photos:
            points = np.concatenate([points, [photo.centre for photo in self._photos.photos]])
        self._fly(self._unzoomed().fitted(points))

    def look_from(self, direction: Direction) -> None:
        """Fly to a standard view and fit the model."""
        self._fly(self._unzoomed().turned_to(direction).fitted(self._sample()))
        self._seen_from = direction

    def look_through(self, name: str) -> None:
        """Fly to where a photo was taken, looking as it did; selects it. An unknown name does nothing."""
        photo = self._photos.find(name)
        if photo is None:
            return
        self._photos.select(name)
        self._fly(self._navigation.camera.seen_by(photo, self._sample()))

    def pivot(self, point: Point) -> None:
        """Fly so that the camera turns about a point from now on."""
        self._fly(self._navigation.camera.pivoted(point))

    # at once

    def look_first(self) -> None:
        """See a new model, and the places of its photos too unless it would become small then."""
        self.stop()
        camera = self._unzoomed().turned_to(Direction.CORNER)
        self._navigation.set_camera(self._first_seen(camera))

    def look_at_photos(self) -> None:
        """See the places of photos where there is nothing else to be seen."""
        if self._content.is_empty and self._photos.photos:
            self._navigation.set_camera(self._navigation.camera.turned_to(Direction.CORNER).fitted(self._sample()))

    @property
    def projection(self) -> Projection:
        """Perspective or orthographic."""
        return Projection.ORTHOGRAPHIC if self._navigation.camera.is_orthographic else Projection.PERSPECTIVE

    def set_projection(self, projection: Projection) -> None:
        """Choose perspective or orthographic, where a flight under way leads."""
        goal = self._flight.goal or self._navigation.camera
        self.stop()
        self._navigation.set_camera(replace(goal, is_orthographic=projection is Projection.ORTHOGRAPHIC))

    # going on and ending

    @property
    def is_turning(self) -> bool:
        """True while the turntable runs."""
        return self._flight.is_turning

    def turn(self) -> None:
        """Turn the model slowly until `stop` or a touch."""
        if not self._flight.is_turning:
            self._flight.turn(self._navigation.camera)

    def stop(self) -> None:
        """Stay where the camera is."""
        self._flight.stop()

    def set_frame_time(self, seconds: float) -> None:
        """Tell what the last picture took: flights are jumps where that is long."""
        self._flight.set_frame_time(seconds)

    def key(self, event: QKeyEvent) -> bool:
        """A key that asks for a view; return whether it was one."""
        directions = _DIRECTION_KEYS.get(Qt.Key(event.key()))
        if directions is not None:
            self.look_from(directions[self._seen_from is directions[0]])
        elif event.key() == Qt.Key.Key_F:
            self.fit()
        elif event.key() == Qt.Key.Key_5:
            is_flat = self.projection is Projection.ORTHOGRAPHIC
            self.set_projection(Projection.PERSPECTIVE if is_flat else Projection.ORTHOGRAPHIC)
        else:
            return False
        return True

    # inside

    def _on_touched(self) -> None:
        self.stop()
        self._seen_from = None

    def _on_flown(self, camera: CameraView, moving: bool) -> None:
        self._navigation.set_camera(camera, moving=moving)

    def _fly(self, goal: CameraView) -> None:
        self._flight.fly(self._navigation.camera, goal)

    def _unzoomed(self) -> CameraView:
        """Return the camera with the usual view angle: a look through a photo leaves another."""
        return replace(self._navigation.camera, view_angle_deg=VIEW_ANGLE_DEG)

    def _first_seen(self, camera: CameraView) -> CameraView:
        alone = camera.fitted(self._sample())
        if not (self._photos.photos and self._photos.is_shown) or self._content.is_empty:
            return alone
        centres = [photo.centre for photo in self._photos.photos]
        both = camera.fitted(np.concatenate([self._sample(), centres]))
        return both if both.distance <= alone.distance * _MOST_FARTHER else alone

    def _sample(self) -> NDArray[np.float64]:
        """Points that stand for all that is shown."""
        if not self._content.is_empty or not self._photos.photos:
            return self._content.sample
        centres = np.array([photo.centre for photo in self._photos.photos])
        reach = max(float(np.ptp(centres, axis=0).max()) * 0.25, 0.5)
        return np.array([centres.min(0) - reach, centres.max(0) + reach])
