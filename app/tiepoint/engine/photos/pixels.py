"""Any decoded picture as 8-bit sRGB. Any thread; memory grows with the picture."""

from __future__ import annotations

import io
from typing import Any, Final

import numpy as np
from PIL import Image, ImageCms

from tiepoint.engine.photos.problems import PhotoProblem

_DEEP_GREY: Final = frozenset({"I;16", "I;16L", "I;16B", "I;16N"})
_REFUSED: Final = frozenset({"F", "I"})
_WITH_ALPHA: Final = frozenset({"RGBA", "RGBa", "LA", "La", "PA"})
# Bits a sensor may give in a 16-bit file; the smallest that holds the brightest value is taken.
_GREY_BITS: Final = (8, 10, 12, 14, 16)


def has_transparency(image: Image.Image) -> bool:
    """Return whether parts of the picture may be transparent."""
    return image.mode in _WITH_ALPHA or "transparency" in image.info


def is_plain_srgb(image: Image.Image) -> bool:
    """Return whether the pixels are 8-bit sRGB as they are."""
    return image.mode == "RGB" and "transparency" not in image.info and not _needs_profile(image)


def to_rgb(image: Image.Image) -> Image.Image:
    """Return the picture in mode RGB; transparent parts become black.

    The embedded profile is only applied to CMYK here: for RGB `to_srgb` does it after scaling, on fewer pixels.

    Raises:
        PhotoProblem: The values are not colours.
    """
    if image.mode == "RGB" and not has_transparency(image):
        return image
    if image.mode in _REFUSED:
        raise PhotoProblem("unsupported-pixels", f"mode {image.mode}")
    if image.mode in _DEEP_GREY:
        return _from_deep_grey(image)
    if has_transparency(image):
        whole = image.convert("RGBA")
        flat = Image.new("RGB", image.size)
        flat.paste(whole, mask=whole.getchannel("A"))
        return flat
    if image.mode == "CMYK":
        return _through_profile(image, image.info.get("icc_profile")) or image.convert("RGB")
    try:
        return image.convert("RGB")
    except ValueError as error:
        raise PhotoProblem("unsupported-pixels", str(error)) from error


def to_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    """Return an RGB picture with its colour profile applied.

    Args:
        image: Mode RGB.
        icc_profile: The profile its file carried; None or a broken one changes nothing.
    """
    if not icc_profile or _is_srgb(icc_profile):
        return image
    return _through_profile(image, icc_profile) or image


def _from_deep_grey(image: Image.Image) -> Image.Image:
    values = np.asarray(image).astype(np.uint16)
    needed = int(values.max()).bit_length() if values.size else 8
    bits = next(bits for bits in _GREY_BITS if bits >= needed)
    return Image.fromarray((values >> (bits - 8)).astype(np.uint8)).convert("RGB")


def _needs_profile(image: Image.Image) -> bool:
    profile = image.info.get("icc_profile")
    return bool(profile) and not _is_srgb(profile)


def _is_srgb(profile: Any) -> bool:
    """Return whether a profile is sRGB by its name; reading it in full costs more than the answer is worth."""
    head = bytes(profile)[:4096] if isinstance(profile, bytes) else b""
    return b"sRGB" in head or "sRGB".encode("utf-16-be") in head


def _through_profile(image: Image.Image, profile: Any) -> Image.Image | None:
    if not isinstance(profile, bytes):
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
