"""What a person sees of photos: details, small pictures, their cache, verdicts in words."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import photo_factory as make
from fakes.photo_sets import a_head
from tiepoint.domain.photo_issue import IssueKind
from tiepoint.domain.photo_reading import PhotoFile, PhotoHead, PhotoQuality
from tiepoint.engine.photos.drone_tags import DroneTags, drone_tags_of
from tiepoint.engine.photos.embedded_picture import embedded_jpeg, without_bars
from tiepoint.engine.photos.gallery_pictures import GalleryPictures
from tiepoint.engine.photos.histograms import histogram_of
from tiepoint.engine.photos.picture_cache import PictureCache
from tiepoint.engine.photos.problems import PhotoProblem
from tiepoint.engine.photos.readings import checked_reading, head_reading
from tiepoint.engine.photos.small_pictures import fine_picture, rough_picture
from tiepoint.engine.photos.verdict import JudgedPhoto, verdict_on

XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description drone-dji:RelativeAltitude="+39.80"
 drone-dji:GimbalYawDegree="-45.00" drone-dji:FlightYawDegree="+10" drone-dji:GimbalPitchDegree="-89.90"/>
</x:xmpmeta>"""


def a_file(path: Path) -> PhotoFile:
    found = path.stat()
    return PhotoFile(path.name, path, found.st_size, found.st_mtime_ns)


def with_thumbnail(path: Path, thumbnail: bytes, size: tuple[int, int] = (320, 240), orientation: int = 1) -> Path:
    """Write a JPEG whose EXIF block carries a thumbnail in its second directory."""
    first = struct.pack("<HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, 26)
    start = 26 + 2 + 2 * 12 + 4
    second = struct.pack("<HHHIIHHIII", 2, 0x0201, 4, 1, start, 0x0202, 4, 1, len(thumbnail), 0)
    block = b"Exif\0\0" + struct.pack("<2sHI", b"II", 42, 8) + first + second + thumbnail
    path.write_bytes(make.jpeg_bytes(make.picture(*size), exif_block=block))
    return path


def test_the_details_of_a_photo(tmp_path: Path) -> None:
    details = {
        0x829A: (make.RATIONAL, [(1, 462)]),
        0x829D: (make.RATIONAL, [(28, 10)]),
        0x8827: (make.SHORT, [100]),
        0xA434: (make.ASCII, b"Prime <b>24</b>\x07\0"),
    }
    block = make.exif(
        make=b"DJI", model=b"FC300S", focal_mm=(361, 100), focal_35=20, gps=make.gps(46.84, -91.99), photo=details
    )
    path = tmp_path / "a.jpg"
    path.write_bytes(make.jpeg_bytes(make.picture(), exif_block=block, xmp=XMP))
    head = head_reading(a_file(path)).head
    assert head is not None
    assert (head.body, head.lens, head.focal_mm, head.focal_35mm) == ("DJI FC300S", "Prime <b>24</b>", 3.61, 20.0)
    assert (head.exposure_s, head.f_number, head.iso) == (pytest.approx(1 / 462), 2.8, 100)
    assert (head.height_above_start_m, head.yaw_deg, head.pitch_deg) == (39.8, 315.0, -89.9)
    assert (head.lat, head.lon) == (pytest.approx(46.84), pytest.approx(-91.99))


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (b"<drone-dji:RelativeAltitude>12.5</drone-dji:RelativeAltitude>", DroneTags(height_above_start_m=12.5)),
        (b'x:FlightYawDegree="-190"', DroneTags(yaw_deg=170.0)),
        (b'x:GimbalYawDegree="9999" x:GimbalPitchDegree="900" x:RelativeAltitude="99999"', DroneTags()),
        (b'x:GimbalYawDegree="nan"', DroneTags()),
        (None, DroneTags()),
        ({"xmp": 1}, DroneTags()),
    ],
)
def test_drone_tags(packet: object, expected: DroneTags) -> None:
    assert drone_tags_of(packet) == expected


@given(st.binary(max_size=400))
def test_drone_tags_and_thumbnails_take_anything(packet: bytes) -> None:
    drone_tags_of(packet)
    embedded_jpeg(packet)
    embedded_jpeg(b"II*\0\x08\0\0\0" + packet)


def test_the_cameras_thumbnail_is_taken_upright_and_without_bars(tmp_path: Path) -> None:
    small = Image.new("RGB", (160, 120), "black")
    small.paste("red", (0, 15, 160, 105))  # 16:9 within 4:3
    thumbnail = make.jpeg_bytes(small)
    path = with_thumbnail(tmp_path / "a.jpg", thumbnail, (640, 360))
    with Image.open(path) as opened:
        assert embedded_jpeg(opened.info["exif"]) == thumbnail
    picture = rough_picture(path, 256)
    assert picture is not None
    assert picture.size == (160, 90)
    red, green, _ = picture.getpixel((80, 2))  # type: ignore[misc]
    assert (red > 150, green < 60) == (True, True)
    upright = rough_picture(with_thumbnail(tmp_path / "b.jpg", thumbnail, (640, 360), orientation=6), 256)
    assert upright is not None
    assert upright.size == (90, 160)


def test_without_a_thumbnail_there_is_no_rough_picture(tmp_path: Path) -> None:
    assert rough_picture(make.write_jpeg(tmp_path / "a.jpg"), 256) is None
    assert rough_picture(with_thumbnail(tmp_path / "b.jpg", b"\xff\xd8 broken"), 256) is None


def test_bars_are_cut_on_either_side() -> None:
    assert without_bars(Image.new("RGB", (160, 120)), 16 / 9).size == (160, 90)
    assert without_bars(Image.new("RGB", (160, 120)), 1.0).size == (120, 120)
    assert without_bars(Image.new("RGB", (160, 120)), 4 / 3).size == (160, 120)


def test_a_fine_picture_is_upright_and_as_large_as_wanted(tmp_path: Path) -> None:
    path = make.write_jpeg(tmp_path / "a.jpg", size=(800, 400), exif_block=make.exif(orientation=6))
    assert fine_picture(path, 200).size == (100, 200)
    assert fine_picture(path, 5000).size == (400, 800)


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp", "a.bmp", "a.heic"])
def test_every_format_gives_a_picture(tmp_path: Path, name: str) -> None:
    path = make.write_image(tmp_path / name, make.picture(300, 200))
    assert fine_picture(path, 150).size == (150, 100)


def test_a_raw_file_gives_a_picture(tmp_path: Path) -> None:
    path = make.write_dng(tmp_path / "a.dng", make.picture(320, 240))
    assert max(fine_picture(path, 100).size) == 100
    assert rough_picture(path, 100) is None


def test_a_photo_that_is_cut_short_shows_what_there_is(tmp_path: Path) -> None:
    whole = make.jpeg_bytes(make.picture(800, 600))
    path = tmp_path / "a.jpg"
    path.write_bytes(whole[: len(whole) // 2])
    assert fine_picture(path, 200).size == (200, 150)
    problem = checked_reading(a_file(path)).problem
    assert problem is not None
    assert problem.kind == "truncated"


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp", "bmp", "jp2", "heic", "avif", "dng", "cr2"])
@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff", b"no photo <b>at all</b>\0" * 50, bytes(3000)])
def test_what_is_no_photo_is_a_problem_everywhere(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(content)
    assert head_reading(a_file(path)).problem is not None
    assert checked_reading(a_file(path)).problem is not None
    answer = GalleryPictures(PictureCache(tmp_path / "cache", 1000)).answer(a_file(path), 256, rough=False)
    assert answer[0]["problem"]
    with pytest.raises(PhotoProblem):
        fine_picture(path, 256)


def test_a_file_that_changed_tells_its_new_state(tmp_path: Path) -> None:
    path = make.write_jpeg(tmp_path / "a.jpg")
    before = a_file(path)
    assert head_reading(before, known=True).head is None
    make.write_jpeg(path, seed=9, size=(200, 200))
    after = head_reading(before, known=True)
    assert after.head is not None
    assert (after.size, after.head.width) == (path.stat().st_size, 200)


def test_a_histogram_counts_every_channel() -> None:
    counts = histogram_of(Image.new("RGB", (10, 10), (255, 0, 128)))
    assert (counts[63], counts[64], counts[128 + 32], sum(counts)) == (255, 255, 255, 3 * 255)


def test_a_kept_picture_is_found_until_the_photo_changes(tmp_path: Path) -> None:
    cache, photo = PictureCache(tmp_path / "cache", 10**6), tmp_path / "a.jpg"
    assert cache.get(photo, (1, 2), 256) is None
    cache.put(photo, (1, 2), 256, make.picture(64, 48))
    kept = cache.get(photo, (1, 2), 256)
    assert kept is not None
    assert kept.size == (64, 48)
    assert cache.get(photo, (1, 3), 256) is None
    assert cache.get(photo, (1, 2), 512) is None


def test_a_cache_stays_below_its_limit_and_keeps_the_newest(tmp_path: Path) -> None:
    cache = PictureCache(tmp_path / "cache", 20_000)
    for index in range(40):
        cache.put(tmp_path / f"{index}.jpg", (1, 1), 256, make.picture(64, 48, seed=index))
    cache.prune()
    total = sum(file.stat().st_size for file in (tmp_path / "cache").rglob("*.jpg"))
    assert 0 < total <= 20_000


def test_a_broken_or_impossible_cache_only_costs_time(tmp_path: Path) -> None:
    cache, photo = PictureCache(tmp_path / "cache", 10**6), tmp_path / "a.jpg"
    cache.put(photo, (1, 2), 256, make.picture())
    for file in (tmp_path / "cache").rglob("*.jpg"):
        file.write_bytes(b"rubbish")
    assert cache.get(photo, (1, 2), 256) is None
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    PictureCache(tmp_path / "file", 10**6).put(photo, (1, 2), 256, make.picture())


def test_answers_come_from_the_cache_the_second_time(tmp_path: Path) -> None:
    path = make.write_jpeg(tmp_path / "a.jpg", size=(400, 300))
    pictures, file = GalleryPictures(PictureCache(tmp_path / "cache", 10**6)), a_file(path)
    assert pictures.answer(file, 100, rough=True) == ({"rough": True}, b"")
    head, rgb = pictures.answer(file, 100, rough=False)
    assert (head, len(rgb)) == ({"width": 100, "height": 75, "rough": False}, 100 * 75 * 3)
    head, _ = pictures.answer(file, 100, rough=True)
    assert head == {"width": 100, "height": 75, "rough": False}


def judged(path: str, sharpness: float = 1.0, *, head: PhotoHead | None = None, **quality: object) -> JudgedPhoto:
    phash = str(quality.pop("phash", spread(path)))
    measured = PhotoQuality(path, phash, sharpness, 120.0, 10.0, 240.0)
    return JudgedPhoto(path, 9, True, head or a_head(), dataclasses.replace(measured, **quality))  # type: ignore[arg-type]


def words(*photos: JudgedPhoto) -> dict[str, tuple[IssueKind, str]]:
    return {path: (issues[0].kind, issues[0].summary) for path, issues in verdict_on(photos).sorted_issues()}


def spread(name: object) -> str:
    """A hash far from that of every other name."""
    return hashlib.sha256(str(name).encode()).hexdigest()


def test_blurred_and_soft_photos_are_told_with_their_numbers() -> None:
    photos = [judged(str(number), phash=spread(number)) for number in range(6)]
    found = words(*photos, judged("blurred", 0.112, phash=spread(8)), judged("soft", 0.5, phash=spread(9)))
    assert found == {
        "blurred": (IssueKind.BLURRED, "Sharpness 112, usual 1,000."),
        "soft": (IssueKind.SOFT, "Sharpness 500, usual 1,000."),
    }


def test_sharpness_compares_within_a_camera_only() -> None:
    other = a_head(camera="NIKON D3200@3008x2000", body="NIKON D3200", width=3008, height=2000)
    drone = [judged(f"d{number}", 1.2, phash=spread(number)) for number in range(5)]
    nikon = [judged(f"n{number}", 0.4, head=other, phash=spread(50 + number)) for number in range(4)]
    assert {kind for kind, _ in words(*drone, *nikon).values()} == {IssueKind.OTHER_CAMERA}


def test_of_near_copies_the_sharpest_stays() -> None:
    alike = [judged(str(number), 1.0 + number / 10, phash="ab" * 32) for number in range(3)]
    found = words(*alike, judged("x", phash=spread(1)))
    assert {path: kind for path, (kind, _) in found.items()} == {
        "0": IssueKind.NEAR_DUPLICATE,
        "1": IssueKind.NEAR_DUPLICATE,
    }
    assert found["0"][1] == "It shows nearly the same picture as 2, which is the sharper one."


def test_dark_bright_and_unnamed_photos_are_told() -> None:
    found = words(
        judged("dark", luma_high=40.0, phash=spread(1)),
        judged("bright", luma_low=220.0, phash=spread(2)),
        judged("plain", head=a_head(focal_source="estimated"), phash=spread(3)),
        judged("odd", head=a_head(notes=("transparency",)), phash=spread(4)),
    )
    assert {path: kind for path, (kind, _) in found.items()} == {
        "dark": IssueKind.UNDEREXPOSED,
        "bright": IssueKind.OVEREXPOSED,
        "plain": IssueKind.NO_FOCAL_LENGTH,
        "odd": IssueKind.ODD_FILE,
    }


def test_a_set_of_which_no_model_can_come_says_so() -> None:
    verdict = verdict_on([judged("a", phash=spread(1)), JudgedPhoto("b", 1, True, None, None, "truncated")])
    assert [(finding.kind, finding.severity) for finding in verdict.findings] == [("too-few-photos", "error")]
    everything = verdict_on([JudgedPhoto("b", 1, True, None, None, "missing")])
    assert everything.findings[0].kind == "no-usable-photo"


def test_pictures_in_other_colours_become_srgb(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    buffer = io.BytesIO()
    make.picture(300, 200).convert("CMYK").save(buffer, "JPEG")
    path.write_bytes(buffer.getvalue())
    assert fine_picture(path, 100).mode == "RGB"
