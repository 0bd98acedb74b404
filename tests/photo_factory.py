"""Tiny real photos of every kind, good and bad, made when a test needs them.

Pictures are smooth noise from a seed: every seed looks different, the same seed looks the same. EXIF blocks and raw
files are written byte by byte, because what breaks readers cannot be written by a library.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SIGNED_RATIONAL = 1, 2, 3, 4, 5, 7, 10
_CODES = {BYTE: "B", ASCII: "s", SHORT: "H", LONG: "I", UNDEFINED: "s"}

Value = tuple[int, Any]
"""A TIFF field: its type, and a list of numbers, of (numerator, denominator) pairs, or bytes."""


def picture(width: int = 160, height: int = 120, seed: int = 1) -> Image.Image:
    """Return smooth noise; RGB."""
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (12, 16, 3), dtype=np.uint8))
    fine = Image.fromarray(random.integers(0, 256, (height, width, 3), dtype=np.uint8))
    return Image.blend(coarse.resize((width, height), Image.Resampling.BICUBIC), fine, 0.2)


def tiff(main: Mapping[int, Value], sub: Mapping[int, Mapping[int, Value]] | None = None, body: bytes = b"") -> bytes:
    """Return a little-endian TIFF.

    Args:
        main: Fields of the first directory.
        sub: Directories by the tag that points to them.
        body: Pixels; the field StripOffsets is set to where they end up.
    """
    fields = dict(main) | ({273: (LONG, [0])} if body else {})
    fields |= {pointer: (LONG, [0]) for pointer in sub or {}}
    end = 8 + len(_directory(fields, 8))
    parts: list[bytes] = []
    for pointer, directory in (sub or {}).items():
        parts.append(_directory(directory, end))
        fields[pointer] = (LONG, [end])
        end += len(parts[-1])
    if body:
        fields[273] = (LONG, [end])
    return struct.pack("<2sHI", b"II", 42, 8) + _directory(fields, 8) + b"".join(parts) + body


def _directory(fields: Mapping[int, Value], start: int) -> bytes:
    entries, extra = b"", b""
    data_start = start + 2 + 12 * len(fields) + 4
    for tag, (kind, value) in sorted(fields.items()):
        packed = _packed(kind, value)
        count = len(value)
        if len(packed) > 4:
            entries += struct.pack("<HHII", tag, kind, count, data_start + len(extra))
            extra += packed + b"\0" * (len(packed) % 2)
        else:
            entries += struct.pack("<HHI4s", tag, kind, count, packed)
    return struct.pack("<H", len(fields)) + entries + b"\0\0\0\0" + extra


def _packed(kind: int, value: Sequence[Any]) -> bytes:
    if kind in {RATIONAL, SIGNED_RATIONAL}:
        return b"".join(struct.pack("<II", *pair) for pair in value)
    if kind in {ASCII, UNDEFINED}:
        return bytes(value)  # type: ignore[arg-type]
    return struct.pack(f"<{len(value)}{_CODES[kind]}", *value)


def exif(
    *,
    orientation: int | None = None,
    make: bytes | None = None,
    model: bytes | None = None,
    taken: bytes | None = None,
    focal_mm: tuple[int, int] | None = None,
    focal_35: int | None = None,
    gps: Mapping[int, Value] | None = None,
    photo: Mapping[int, Value] | None = None,
) -> bytes:
    """Return an EXIF block as JPEG, PNG, WebP and HEIC carry it."""
    main: dict[int, Value] = {}
    if make is not None:
        main[0x010F] = (ASCII, make + b"\0")
    if model is not None:
        main[0x0110] = (ASCII, model + b"\0")
    if orientation is not None:
        main[0x0112] = (SHORT, [orientation])
    details: dict[int, Value] = dict(photo or {})
    if taken is not None:
        details[0x9003] = (ASCII, taken + b"\0")
    if focal_mm is not None:
        details[0x920A] = (RATIONAL, [focal_mm])
    if focal_35 is not None:
        details[0xA405] = (SHORT, [focal_35])
    sub = {pointer: fields for pointer, fields in ((0x8769, details), (0x8825, gps)) if fields}
    return b"Exif\0\0" + tiff(main, sub)


def gps(lat: float, lon: float, alt: float = 100.0) -> dict[int, Value]:
    """Return GPS fields for a position."""
    return {
        1: (ASCII, b"N\0" if lat >= 0 else b"S\0"),
        2: (RATIONAL, _dms(abs(lat))),
        3: (ASCII, b"E\0" if lon >= 0 else b"W\0"),
        4: (RATIONAL, _dms(abs(lon))),
        5: (BYTE, [0 if alt >= 0 else 1]),
        6: (RATIONAL, [(round(abs(alt) * 1000), 1000)]),
    }


def _dms(degrees: float) -> list[tuple[int, int]]:
    whole = int(degrees)
    minutes = int((degrees - whole) * 60)
    seconds = (degrees - whole - minutes / 60) * 3600
    return [(whole, 1), (minutes, 1), (round(seconds * 10_000), 10_000)]


def jpeg_bytes(
    image: Image.Image | None = None, *, exif_block: bytes = b"", quality: int = 90, **options: Any
) -> bytes:
    """Return a JPEG file."""
    buffer = io.BytesIO()
    if exif_block:
        options["exif"] = exif_block
    (image or picture()).save(buffer, "JPEG", quality=quality, **options)
    return buffer.getvalue()


def write_jpeg(path: Path, *, seed: int = 1, size: tuple[int, int] = (160, 120), exif_block: bytes = b"") -> Path:
    """Write a good JPEG of its own picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(jpeg_bytes(picture(*size, seed=seed), exif_block=exif_block))
    return path


def write_image(path: Path, image: Image.Image, **options: Any) -> Path:
    """Write a picture in the format of the suffix; HEIC through pillow-heif."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() in {".heic", ".heif"}:
        import pillow_heif

        pillow_heif.register_heif_opener()
    image.save(path, **options)
    return path


def write_dng(path: Path, image: Image.Image, *, orientation: int = 1, model: bytes = b"Test Camera") -> Path:
    """Write an uncompressed 16-bit raw photo (DNG 1.4, RGGB mosaic) of a picture with even sides."""
    colours = (np.asarray(image.convert("RGB"), dtype=np.float64) / 255) ** 2.2 * 65535
    mosaic = np.empty(colours.shape[:2], dtype="<u2")
    for row, column, channel in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2)):
        mosaic[row::2, column::2] = colours[row::2, column::2, channel]
    body = mosaic.tobytes()
    identity = [(1, 1), (0, 1), (0, 1), (0, 1), (1, 1), (0, 1), (0, 1), (0, 1), (1, 1)]
    main: dict[int, Value] = {
        254: (LONG, [0]),
        256: (LONG, [image.width]),
        257: (LONG, [image.height]),
        258: (SHORT, [16]),
        259: (SHORT, [1]),
        262: (SHORT, [32803]),
        271: (ASCII, b"Test\0"),
        272: (ASCII, model + b"\0"),
        274: (SHORT, [orientation]),
        277: (SHORT, [1]),
        278: (LONG, [image.height]),
        279: (LONG, [len(body)]),
        284: (SHORT, [1]),
        33421: (SHORT, [2, 2]),
        33422: (BYTE, [0, 1, 1, 2]),
        50706: (BYTE, [1, 4, 0, 0]),
        50708: (ASCII, model + b"\0"),
        50717: (LONG, [65535]),
        50721: (SIGNED_RATIONAL, identity),
        50728: (RATIONAL, [(1, 1), (1, 1), (1, 1)]),
        50778: (SHORT, [21]),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    details: dict[int, Value] = {0x920A: (RATIONAL, [(24, 1)]), 0xA405: (SHORT, [36])}
    path.write_bytes(tiff(main, {0x8769: details}, body))
    return path


def write_capture(folder: Path, paths: Sequence[str]) -> Path:
    """Write capture.json for photos that lie (or not) below `folder`/photos."""
    import hashlib
    import json

    photos = []
    for path in paths:
        file = folder / "photos" / path
        content = file.read_bytes() if file.is_file() else b""
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        photos.append({"path": path, "size": len(content), "md5": md5})
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {"schema_version": 1, "id": "c", "name": "c", "crs": None, "photos": photos}
    (folder / "capture.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder
