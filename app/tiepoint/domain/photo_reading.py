"""What was read out of one photo file: what its head says, and what its pixels say.

Must not read files (`ports.photo_gallery` does) nor judge what was read (`domain.photo_issue`). Pure data; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tiepoint.domain.failure import Failure

HISTOGRAM_BINS: Final = 64
SHOWN_SHARPNESS: Final = 1_000
"""Sharpness is a small ratio; people read it as a whole number of this many parts."""


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A file to be read, and the state it was in when it was found.

    Args:
        path: Its name inside the set.
        source: Where it lies.
        size: Bytes.
        mtime_ns: When it was last changed.
    """

    path: str
    source: Path
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class PhotoHead:
    """What a photo says of itself; whatever it does not say is None.

    Args:
        format: "JPEG", "PNG", "TIFF", "HEIF", "RAW" and so on.
        width: Pixels across as shown, orientation applied.
        height: Pixels down as shown.
        orientation: EXIF orientation 1 to 8.
        camera: Body, lens, zoom and size as one text: photos of the same text share their optics.
        body: Make and model, for people.
        lens: Lens model, for people.
        focal_mm: Focal length in millimetres.
        focal_35mm: The same for a 35 mm film frame.
        focal_px: Focal length in pixels of the photo as shown.
        focal_source: "exif35", "exif+sensor", "database" or "estimated" (then the photo says nothing of it).
        exposure_s: Exposure time in seconds.
        f_number: Aperture.
        iso: Sensitivity.
        taken_utc: ISO 8601 with Z; local time where the photo names no zone.
        lat: Degrees north, WGS 84.
        lon: Degrees east, WGS 84.
        alt_m: Height in metres as the camera wrote it.
        height_above_start_m: A drone's height above its take-off point in metres.
        yaw_deg: Where the top of the picture points, degrees clockwise from north.
        pitch_deg: Where the camera looks: -90 straight down, 0 at the horizon.
        notes: Oddities met while reading: `gps-zero`, `gps-broken`, `exif-broken`, `transparency`.
    """

    format: str
    width: int
    height: int
    orientation: int = 1
    camera: str | None = None
    body: str | None = None
    lens: str | None = None
    focal_mm: float | None = None
    focal_35mm: float | None = None
    focal_px: float | None = None
    focal_source: str = "estimated"
    exposure_s: float | None = None
    f_number: float | None = None
    iso: int | None = None
    taken_utc: str | None = None
    lat: float | None = None
    lon: float | None = None
    alt_m: float | None = None
    height_above_start_m: float | None = None
    yaw_deg: float | None = None
    pitch_deg: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def has_position(self) -> bool:
        """Whether it has a position that can be one."""
        return self.lat is not None and self.lon is not None


@dataclass(frozen=True, slots=True)
class PhotoQuality:
    """What the pixels of a photo say, after it was decoded to its end.

    Args:
        md5: Of the file, hexadecimal.
        phash: 256-bit perceptual hash, 64 hex digits.
        sharpness: Spread of the Laplacian relative to the contrast; compares within a set only.
        mean_luma: 0 to 255.
        luma_low: 2nd percentile of the luma.
        luma_high: 98th percentile of the luma.
        histogram: 3 x `HISTOGRAM_BINS` bytes, red then green then blue; each the share of pixels, the fullest bin 255.
    """

    md5: str
    phash: str
    sharpness: float
    mean_luma: float
    luma_low: float
    luma_high: float
    histogram: bytes = b""

    @property
    def shown_sharpness(self) -> int:
        """Sharpness as the whole number that people see."""
        return round(self.sharpness * SHOWN_SHARPNESS)

    def channel(self, index: int) -> bytes:
        """Return the histogram of red (0), green (1) or blue (2); empty when there is none."""
        return self.histogram[index * HISTOGRAM_BINS : (index + 1) * HISTOGRAM_BINS]


@dataclass(frozen=True, slots=True)
class PhotoReading:
    """What one reading of a file gave.

    Args:
        path: Which photo.
        head: What its head says; None with a problem, or when the file is as it was and nothing was read again.
        quality: What its pixels say; only after a check.
        problem: Why it cannot be used; its kind is one of the engine's, such as `truncated` or `missing`.
        size: Bytes now.
        mtime_ns: Last changed, now.
    """

    path: str
    head: PhotoHead | None = None
    quality: PhotoQuality | None = None
    problem: Failure | None = None
    size: int = 0
    mtime_ns: int = 0
