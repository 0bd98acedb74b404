"""Small pictures of photos for whoever shows them: what is visible first, what scrolled away not at all.

Must not decode (`ports.photo_gallery`) nor keep pictures: the view does, in what its toolkit draws fastest. On the
loop's thread.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.photo_picture import PREVIEW_PX, THUMBNAIL_PX, PhotoPicture
from tiepoint.domain.photo_set import SetPhoto
from tiepoint.ports.photo_gallery import PhotoGallery
from tiepoint.services.event import Event


class PhotoPictures:
    """Delivers pictures; `arrived` tells each, first a rough one where the camera made one, then a fine one.

    Args:
        gallery: Makes them.
    """

    def __init__(self, gallery: PhotoGallery) -> None:
        self.arrived: Event[PhotoPicture] = Event()
        self._gallery = gallery
        self._longest_px = THUMBNAIL_PX
        self._rough: deque[SetPhoto] = deque()
        self._fine: deque[SetPhoto] = deque()
        self._wanted: dict[str, SetPhoto] = {}
        self._under_way: set[tuple[str, int, bool]] = set()
        self._lanes: set[asyncio.Task[None]] = set()

    def show(self, photos: Sequence[SetPhoto], longest_px: int = THUMBNAIL_PX) -> None:
        """Want pictures of exactly these photos, in this order; what an earlier call wanted and is not here is dropped.

        A picture delivered before is delivered again when it is asked for again, so a view asks for visible photos it
        has no picture of, or a too small one. Rough pictures of all come before fine ones. The last word on a photo is
        always a fine picture, or one with a problem.

        Args:
            photos: Visible ones first, then those just outside.
            longest_px: Longest side wanted.
        """
        before = self._wanted if longest_px == self._longest_px else {}
        self._longest_px = longest_px
        self._wanted = {photo.path: photo for photo in photos}
        # What an earlier call asked for and has not come yet keeps its turn for a fine picture only.
        self._rough = deque(photo for photo in photos if photo.path not in before)
        self._fine = deque(photos)
        while len(self._lanes) < min(self._gallery.parallel, len(self._fine)):
            self._lanes.add(asyncio.create_task(self._run()))

    async def preview(self, photo: SetPhoto, longest_px: int = PREVIEW_PX) -> PhotoPicture:
        """Return a large picture of one photo, ahead of everything that waits. Cancel it when no longer wanted.

        Raises:
            SetupError: The engine cannot be started.
        """
        return await self._gallery.picture(photo.file, longest_px)

    def stop(self) -> None:
        """Want nothing any more."""
        self._wanted = {}
        self._rough.clear()
        self._fine.clear()
        for lane in self._lanes:
            lane.cancel()

    async def _run(self) -> None:
        """Deliver until nothing is wanted."""
        try:
            await self._deliver_all()
        finally:  # at once, and not in a done-callback: what is wanted in between would wait for nobody
            self._lanes = {lane for lane in self._lanes if lane is not asyncio.current_task()}

    async def _deliver_all(self) -> None:
        while self._rough or self._fine:
            is_rough = bool(self._rough)
            photo = (self._rough or self._fine).popleft()
            asked = (photo.path, self._longest_px, is_rough)
            if asked in self._under_way:
                continue
            self._under_way.add(asked)
            try:
                await self._deliver(photo, self._longest_px, is_rough=is_rough)
            finally:
                self._under_way.discard(asked)

    async def _deliver(self, photo: SetPhoto, longest_px: int, *, is_rough: bool) -> None:
        try:
            picture = await self._gallery.picture(photo.file, longest_px, rough=is_rough)
        except TiepointError as error:
            picture = PhotoPicture(photo.path, longest_px=longest_px, problem=error.summary)
        if self._wanted.get(photo.path) is None or longest_px != self._longest_px:
            return
        if is_rough and not picture.is_rough:  # it is as good as it gets: fine, or a problem
            self._fine = deque(each for each in self._fine if each.path != photo.path)
        if picture.rgb or picture.problem:
            self.arrived.emit(picture)
