"""Answers of a child that is asked for pictures: out of the cache, out of the camera's own, or decoded. Main thread."""

from __future__ import annotations

from typing import Any

from PIL import Image

from tiepoint.domain.photo_reading import PhotoFile
from tiepoint.engine.photos.picture_cache import PictureCache
from tiepoint.engine.photos.problems import PhotoProblem
from tiepoint.engine.photos.small_pictures import fine_picture, rough_picture

Answer = tuple[dict[str, Any], bytes]


class GalleryPictures:
    """Makes pictures and keeps the fine ones in a cache."""

    def __init__(self, cache: PictureCache) -> None:
        self._cache = cache

    def answer(self, file: PhotoFile, longest_px: int, *, rough: bool) -> Answer:
        """Return a picture as a head and RGB bytes; a photo without one says so.

        Args:
            file: The photo.
            longest_px: Longest side wanted.
            rough: See `ports.photo_gallery.PhotoGallery.picture`.
        """
        try:
            picture = self._cache.get(file.source, (file.size, file.mtime_ns), longest_px)
            if picture is not None:
                return _answer(picture)
            return self._rough(file, longest_px) if rough else self._fine(file, longest_px)
        except PhotoProblem as problem:
            return {"problem": problem.summary}, b""
        except MemoryError:
            return {"problem": PhotoProblem("memory").summary}, b""

    def _rough(self, file: PhotoFile, longest_px: int) -> Answer:
        picture = rough_picture(file.source, longest_px)
        return ({"rough": True}, b"") if picture is None else _answer(picture, rough=True)

    def _fine(self, file: PhotoFile, longest_px: int) -> Answer:
        picture = fine_picture(file.source, longest_px)
        self._cache.put(file.source, (file.size, file.mtime_ns), longest_px, picture)
        return _answer(picture)


def _answer(picture: Image.Image, *, rough: bool = False) -> Answer:
    return {"width": picture.width, "height": picture.height, "rough": rough}, picture.tobytes()
