"""Small pictures of photos for whoever shows them: what is visible first, what scrolled away not at all.

Must not decode (`ports.photo_gallery`) nor keep pictures: the view does, in what its toolkit draws fastest. On the
loop's thread.
"""

from __future__ import annotations

from collections.abc import Sequence

from tiepoint.domain.photo_picture import PREVIEW_PX, THUMBNAIL_PX, PhotoPicture
from tiepoint.domain.photo_set import SetPhoto
from tiepoint.ports.photo_gallery import PhotoGallery
from tiepoint.services.event import Event


class PhotoPictures:
    """Delivers pictures; `arrived` tells each, first a rough one where the camera made one, then a fine one."""

    def __init__(self, gallery: PhotoGallery) -> None:
        self.arrived: Event[PhotoPicture] = Event()
        self._gallery = gallery

    def show(self, photos: Sequence[SetPhoto], longest_px: int = THUMBNAIL_PX) -> None:
        """Want pictures of exactly these photos, in this order; what an earlier call wanted and is not here is dropped.

        Pictures delivered before are delivered again only if asked for again after they were not wanted, so a view
        asks for visible photos it has no picture of (or a too small one). Rough pictures of all come before fine ones.

        Args:
            photos: Visible ones first, then those just outside.
            longest_px: Longest side wanted.
        """

    async def preview(self, photo: SetPhoto, longest_px: int = PREVIEW_PX) -> PhotoPicture:
        """Return a large picture of one photo, ahead of everything that waits. Cancel it when no longer wanted.

        Raises:
            SetupError: The engine cannot be started.
        """

    def stop(self) -> None:
        """Want nothing any more."""
