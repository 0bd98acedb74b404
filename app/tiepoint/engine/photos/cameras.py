"""The name of a photo's camera: photos with the same name share their optics. Pure; any thread."""

from __future__ import annotations

from tiepoint.engine.photos.tags import ExifTags, positive, text

_MAKE, _MODEL, _FOCAL_MM, _LENS = 0x010F, 0x0110, 0x920A, 0xA434


def camera_of(tags: ExifTags, width_px: int, height_px: int) -> str | None:
    """Return "make model lens focal@size", or None when the photo names no camera.

    Args:
        tags: The photo's EXIF tags.
        width_px: After the orientation is applied: a portrait photo needs a camera of its own.
        height_px: Likewise.
    """
    make, model = text(tags.main.get(_MAKE)), text(tags.main.get(_MODEL))
    if not model and not make:
        return None
    body = model if make and model.upper().startswith(make.split()[0].upper()) else f"{make} {model}".strip()
    focal_mm = positive(tags.photo.get(_FOCAL_MM))
    optics = [text(tags.photo.get(_LENS)), f"{focal_mm:g}mm" if focal_mm else ""]
    return f"{' '.join(part for part in (body, *optics) if part)}@{width_px}x{height_px}"
