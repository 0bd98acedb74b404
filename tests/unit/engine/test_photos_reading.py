"""Photos of every kind, good and bad: what is read of them, and what is prepared."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageFilter

import photo_factory as factory
from photo_factory import LONG, SHORT, picture
from tiepoint.engine.photos.fingerprints import perceptual_hash
from tiepoint.engine.photos.inspection import PreparedPhoto, full_record, head_record, prepare_photo
from tiepoint.engine.photos.jpeg_segments import reaches_its_end, without_metadata
from tiepoint.engine.photos.picture_quality import picture_quality
from tiepoint.engine.photos.problems import PhotoProblem, problem_from_os_error

GREY16 = Image.fromarray(np.asarray(picture().convert("L")).astype(np.uint16) * 257)
GREY12 = Image.fromarray(np.asarray(picture().convert("L")).astype(np.uint16) * 16)


def prepared(source: Path, work_size_px: int = 0) -> tuple[PreparedPhoto, Image.Image]:
    target = source.parent / "prepared" / f"{source.name}.jpg"
    ready = prepare_photo(source, source.name, target, work_size_px=work_size_px)
    assert target.stat().st_size == ready.size
    assert [file.name for file in target.parent.iterdir()] == [target.name]
    with Image.open(target) as image:
        image.load()
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (ready.width, ready.height))
        assert not image.getexif()
        assert "icc_profile" not in image.info
        return ready, image


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference after smoothing: coding noise counts little, a wrong turn or colour counts much."""
    first, second = (
        np.asarray(image.convert("RGB").filter(ImageFilter.BoxBlur(4)), dtype=float) for image in (one, other)
    )
    return float(np.abs(first - second).mean())


@pytest.mark.parametrize(
    ("name", "image", "expected", "known_format"),
    [
        ("a.jpg", picture(), picture(), "JPEG"),
        ("grey.jpg", picture().convert("L"), picture().convert("L"), "JPEG"),
        ("cmyk.jpg", picture().convert("CMYK"), picture(), "JPEG"),
        ("a.png", picture(), picture(), "PNG"),
        ("alpha.png", picture().convert("RGBA"), picture(), "PNG"),
        ("palette.png", picture().quantize(256), picture(), "PNG"),
        ("deep.png", GREY16, picture().convert("L"), "PNG"),
        ("deep.tif", GREY16, picture().convert("L"), "TIFF"),
        ("twelve.tif", GREY12, picture().convert("L"), "TIFF"),
        ("a.tiff", picture(), picture(), "TIFF"),
        ("a.webp", picture(), picture(), "WEBP"),
        ("a.bmp", picture(), picture(), "BMP"),
        ("a.heic", picture(), picture(), "HEIF"),
        ("a.avif", picture(), picture(), "AVIF"),
        ("a.jp2", picture(), picture(), "JPEG2000"),
        ("wrong_suffix.png", None, picture(), "JPEG"),
    ],
)
def test_formats(
    tmp_path: Path, name: str, image: Image.Image | None, expected: Image.Image, known_format: str
) -> None:
    source = tmp_path / name
    if image is None:
        source.write_bytes(factory.jpeg_bytes())
    else:
        factory.write_image(source, image)
    ready, result = prepared(source)
    assert ready.record.format == known_format
    assert ready.record.size == source.stat().st_size
    assert difference(result, expected) < 4.0


def test_sixteen_bits_a_channel(tmp_path: Path) -> None:
    pixels = (np.asarray(picture()).astype("<u2") * 257).tobytes()
    fields: dict[int, factory.Value] = {
        256: (LONG, [160]), 257: (LONG, [120]), 258: (SHORT, [16, 16, 16]), 259: (SHORT, [1]), 262: (SHORT, [2]),
        277: (SHORT, [3]), 278: (LONG, [120]), 279: (LONG, [len(pixels)]),
    }  # fmt: skip
    source = tmp_path / "deep.tif"
    source.write_bytes(factory.tiff(fields, body=pixels))
    assert difference(prepared(source)[1], picture()) < 2.0


def test_raw(tmp_path: Path) -> None:
    source = factory.write_dng(tmp_path / "a.dng", picture(320, 240))
    ready, result = prepared(source)
    assert (ready.record.format, ready.record.camera) == ("RAW", "Test Camera 24mm@320x240")
    assert (ready.record.focal_px, ready.record.focal_source) == (pytest.approx(332.8, abs=0.1), "exif35")
    assert result.size == (320, 240)
    half, _ = prepared(source, work_size_px=160)
    assert (half.width, half.height) == (160, 120)


def test_raw_is_turned_once(tmp_path: Path) -> None:
    upright = prepared(factory.write_dng(tmp_path / "1" / "a.dng", picture(320, 240)))[1]
    ready, turned = prepared(factory.write_dng(tmp_path / "6" / "a.dng", picture(320, 240), orientation=6))
    assert (ready.record.width, ready.record.height) == (240, 320)
    assert difference(turned, upright.transpose(Image.Transpose.ROTATE_270)) < 3.0
    assert head_record(tmp_path / "6" / "a.dng", "a").width == 240


SEEN_AS: dict[int, Callable[[Image.Image], Image.Image]] = {
    1: lambda image: image,
    2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    3: lambda image: image.rotate(180),
    4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    5: lambda image: image.rotate(90, expand=True).transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    6: lambda image: image.rotate(-90, expand=True),
    7: lambda image: image.rotate(-90, expand=True).transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    8: lambda image: image.rotate(90, expand=True),
}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("work_size_px", [0, 80])
def test_orientation_is_applied_and_forgotten(tmp_path: Path, orientation: int, work_size_px: int) -> None:
    source = factory.write_jpeg(tmp_path / "a.jpg", exif_block=factory.exif(orientation=orientation))
    ready, result = prepared(source, work_size_px)
    expected = SEEN_AS[orientation](picture())
    assert ready.record.orientation == orientation
    assert (ready.record.width, ready.record.height) == expected.size
    assert difference(result, expected.resize(result.size, Image.Resampling.BOX)) < 3.0


@pytest.mark.parametrize("name", ["a.heic", "a.avif", "a.webp", "a.png", "a.tif"])
def test_orientation_of_other_formats(tmp_path: Path, name: str) -> None:
    options = {"tiffinfo": {274: 6}} if name == "a.tif" else {"exif": factory.exif(orientation=6)}
    source = factory.write_image(tmp_path / name, picture(), **options)
    ready, result = prepared(source)
    assert (ready.width, ready.height) == (120, 160)
    assert difference(result, picture().rotate(-90, expand=True)) < 4.0


def test_a_fitting_photo_is_copied_without_loss_or_metadata(tmp_path: Path) -> None:
    block = factory.exif(orientation=1, make=b"Acme", gps=factory.gps(47, 8))
    source = factory.write_jpeg(tmp_path / "a.jpg", exif_block=block)
    source.write_bytes(source.read_bytes() + b"a video that follows")
    _, result = prepared(source, work_size_px=160)
    with Image.open(source) as original:
        assert np.array_equal(np.asarray(result), np.asarray(original))


@pytest.mark.parametrize(("size", "work_size_px", "expected"), [
    ((160, 120), 100, (100, 75)), ((120, 160), 100, (75, 100)), ((161, 120), 80, (80, 60)), ((400, 64), 100, (100, 16)),
])  # fmt: skip
def test_scaling(tmp_path: Path, size: tuple[int, int], work_size_px: int, expected: tuple[int, int]) -> None:
    ready, _ = prepared(factory.write_jpeg(tmp_path / "a.jpg", size=size), work_size_px)
    assert (ready.width, ready.height) == expected
    assert (ready.record.width, ready.record.height) == size


def test_a_colour_profile_is_applied(tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    plain = tmp_path / "plain.jpg"
    plain.write_bytes(factory.jpeg_bytes(icc_profile=lab.tobytes()))
    assert difference(prepared(plain)[1], picture()) < 2.0
    broken = tmp_path / "x" / "broken.jpg"
    broken.parent.mkdir()
    broken.write_bytes(factory.jpeg_bytes(icc_profile=b"no profile at all"))
    assert difference(prepared(broken)[1], picture()) < 3.0


def cut(content: bytes, share: float) -> bytes:
    return content[: int(len(content) * share)]


@pytest.mark.parametrize("share", [0.05, 0.34, 0.6, 0.95, 0.999])
def test_a_truncated_jpeg_is_noticed(tmp_path: Path, share: float) -> None:
    source = tmp_path / "a.jpg"
    source.write_bytes(cut(factory.jpeg_bytes(picture(640, 480)), share))
    for look in (full_record, lambda path, name: prepare_photo(path, name, tmp_path / "p.jpg", work_size_px=100)):
        with pytest.raises(PhotoProblem) as caught:
            look(source, "a.jpg")
        assert caught.value.kind in ({"truncated"} if share > 0.3 else {"truncated", "damaged", "not-an-image"})
    assert not (tmp_path / "p.jpg").exists()


@pytest.mark.parametrize("progressive", [False, True])
def test_a_download_that_left_zeros_is_noticed(tmp_path: Path, progressive: bool) -> None:
    content = factory.jpeg_bytes(picture(640, 480), progressive=progressive)
    source = tmp_path / "a.jpg"
    source.write_bytes(cut(content, 0.6) + bytes(len(content) - int(len(content) * 0.6)))
    with pytest.raises(PhotoProblem) as caught:
        full_record(source, "a.jpg")
    assert caught.value.kind == "truncated"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.png", {}),
        ("a.tif", {}),
        ("b.tif", {"compression": "tiff_lzw"}),
        ("a.webp", {}),
        ("a.heic", {}),
        ("a.bmp", {}),
        ("a.jp2", {}),
    ],
)
def test_other_formats_cut_short(tmp_path: Path, name: str, options: dict[str, str]) -> None:
    source = factory.write_image(tmp_path / name, picture(), **options)
    source.write_bytes(cut(source.read_bytes(), 0.7))
    with pytest.raises(PhotoProblem) as caught:
        full_record(source, name)
    assert caught.value.kind in {"truncated", "damaged", "not-an-image"}


def test_raw_cut_short(tmp_path: Path) -> None:
    source = factory.write_dng(tmp_path / "a.dng", picture(320, 240))
    source.write_bytes(cut(source.read_bytes(), 0.5))
    with pytest.raises(PhotoProblem) as caught:
        full_record(source, "a.dng")
    assert caught.value.kind == "truncated"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.jpg", b"", "empty"),
        ("a.png", b"", "empty"),
        ("a.dng", b"", "unsupported-raw"),
        ("a.jpg", b"hello, I am a text file", "not-an-image"),
        ("a.jpg", b"\xff\xd8\xff", "not-an-image"),
        ("a.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not-an-image"),
        ("a.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n", "not-an-image"),
        ("a.heic", b"version https://git-lfs.github.com/spec/v1\n", "not-an-image"),
        ("a.nef", b"junk" * 1000, "unsupported-raw"),
    ],
)
def test_what_is_no_photo(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    source = tmp_path / name
    source.write_bytes(content)
    for look in (head_record, full_record):
        with pytest.raises(PhotoProblem) as caught:
            look(source, name)
        assert caught.value.kind in {kind, "empty"}


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "folder.jpg").mkdir()
    for name, kind in (("gone.jpg", "missing"), ("gone.dng", "missing"), ("folder.jpg", "unreadable")):
        for look in (head_record, full_record):
            with pytest.raises(PhotoProblem) as caught:
                look(tmp_path / name, name)
            assert caught.value.kind == kind
    assert problem_from_os_error(PermissionError(13, "no")).kind == "unreadable"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    source = factory.write_jpeg(tmp_path / "a.jpg")
    source.chmod(0)
    with pytest.raises(PhotoProblem) as caught:
        full_record(source, "a.jpg")
    assert caught.value.kind == "unreadable"


def test_sizes_that_make_no_sense(tmp_path: Path) -> None:
    factory.write_image(tmp_path / "tiny.png", picture(32, 200))
    bomb = bytearray(factory.jpeg_bytes())
    frame = bomb.index(b"\xff\xc0")
    bomb[frame + 5 : frame + 9] = b"\xff\xff\xff\xff"  # 65,535 pixels each way
    (tmp_path / "bomb.jpg").write_bytes(bytes(bomb))
    for name, kind in (("tiny.png", "too-small"), ("bomb.jpg", "too-large")):
        with pytest.raises(PhotoProblem) as caught:
            full_record(tmp_path / name, name)
        assert caught.value.kind == kind


def test_thermal_data_is_refused_by_name(tmp_path: Path) -> None:
    source = factory.write_image(tmp_path / "t.tif", Image.fromarray(np.ones((100, 100), dtype=np.float32)))
    with pytest.raises(PhotoProblem) as caught:
        full_record(source, "t.tif")
    assert caught.value.kind == "unsupported-pixels"


@given(position=st.integers(0, 700), noise=st.binary(min_size=1, max_size=40))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_anywhere_is_a_problem_or_nothing(tmp_path: Path, position: int, noise: bytes) -> None:
    block = factory.exif(
        orientation=6, make=b"Acme", model=b"X", taken=b"2020:01:01 00:00:00", focal_mm=(24, 1), gps=factory.gps(47, 8)
    )
    content = bytearray(factory.jpeg_bytes(exif_block=block))
    content[position : position + len(noise)] = noise
    source = tmp_path / "a.jpg"
    source.write_bytes(bytes(content))
    for look in (head_record, full_record):
        try:
            record = look(source, "a.jpg")
        except PhotoProblem:
            continue
        assert 1 <= record.orientation <= 8
        assert record.lat is None or abs(record.lat) <= 90


def test_segments(tmp_path: Path) -> None:
    content = factory.jpeg_bytes(exif_block=factory.exif(make=b"Acme"), comment=b"hi", progressive=True)
    assert reaches_its_end(content)
    assert not reaches_its_end(content[:-2])
    stripped = without_metadata(content + b"more")
    assert b"Acme" not in stripped
    assert stripped.endswith(b"\xff\xd9")
    assert without_metadata(stripped) == stripped


def test_fingerprints_tell_copies_from_neighbours() -> None:
    base = picture(640, 480)
    code = int(perceptual_hash(base.convert("L")), 16)
    smaller = int(perceptual_hash(base.resize((213, 160), Image.Resampling.BOX).convert("L")), 16)
    other = int(perceptual_hash(picture(640, 480, seed=2).convert("L")), 16)
    assert (code ^ smaller).bit_count() <= 10
    assert (code ^ other).bit_count() > 60


def test_sharpness_falls_with_blur_and_not_with_light() -> None:
    sharp = picture(1200, 900).convert("L")
    blurred = sharp.filter(ImageFilter.GaussianBlur(3))
    dim = sharp.point(lambda value: value // 2)
    assert picture_quality(blurred).sharpness < 0.45 * picture_quality(sharp).sharpness
    assert picture_quality(dim).sharpness == pytest.approx(picture_quality(sharp).sharpness, rel=0.1)
    assert picture_quality(Image.new("L", (100, 100), 90)).sharpness == 0.0


def test_full_and_head_agree(tmp_path: Path) -> None:
    block = factory.exif(orientation=6, make=b"Acme", focal_35=28, gps=factory.gps(47, 8))
    source = factory.write_jpeg(tmp_path / "a.jpg", exif_block=block)
    head, full = head_record(source, "a").to_dict(), full_record(source, "a").to_dict()
    later = {"md5", "phash", "sharpness", "mean_luma", "luma_low", "luma_high"}
    assert {key: value for key, value in head.items() if key not in later} == {
        key: value for key, value in full.items() if key not in later
    }
    assert all(full[key] is not None for key in later)


def test_without_their_libraries_heic_and_raw_are_refused_by_name(tmp_path: Path) -> None:
    files = factory.write_image(tmp_path / "a.heic", picture()), factory.write_dng(tmp_path / "a.dng", picture(64, 48))
    # A process of its own: libraries that were imported once cannot be taken away.
    script = """
import sys
from pathlib import Path
sys.modules.update(pi_heif=None, rawpy=None)
from tiepoint.engine.photos.inspection import full_record
from tiepoint.engine.photos.problems import PhotoProblem
for name in sys.argv[1:]:
    try:
        full_record(Path(name), name)
    except PhotoProblem as problem:
        sys.stdout.write(problem.kind + " ")
"""
    command = [sys.executable, "-c", script, *map(str, files)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() == [
        "unsupported-heic",
        "unsupported-raw",
    ]
