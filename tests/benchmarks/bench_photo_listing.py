"""Seconds from a drop of thousands of photos to all of them listed with EXIF, beside a plain Pillow loop.

    PYTHONPATH=tests .venv/bin/python tests/benchmarks/bench_photo_listing.py [PHOTOS] [--full]

Every photo is a file of its own with EXIF and a GPS position. The listing is the panel's own, from the drop on: search,
children started, heads read, snapshots told. The peer opens each file with Pillow and reads EXIF and GPS, in one
process whose start does not count. Rows are interleaved. Also told: the loop's lag meanwhile, as the longest gap and
the 99th percentile between two turns of a task that only sleeps. With --full the checks and verdicts are awaited, too.
Target: 5,000 photos in 6 s on two cores, no gap over 50 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

from PIL import ExifTags, Image

import photo_factory as make
from tiepoint import bootstrap
from tiepoint.domain.photo_set import SetPhase
from tiepoint.services.photo_sets import PhotoSets

ROUNDS = 3
TURN_S = 0.001


def write_photos(folder: Path, count: int) -> None:
    """Write a flight of photos: one picture, with a place and a time of its own in each file."""
    plain = make.jpeg_bytes(make.picture(640, 480))
    for index in range(count):
        place = make.gps(46.84 + index // 70 * 1e-4, -91.99 + index % 70 * 1e-4, 190.0)
        taken = f"2026:06:23 {index // 3600 % 24:02}:{index // 60 % 60:02}:{index % 60:02}".encode()
        block = make.exif(make=b"DJI", model=b"FC300S", taken=taken, focal_mm=(361, 100), focal_35=20, gps=place)
        segment = b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block
        (folder / f"DJI_{index:05}.JPG").write_bytes(plain[:2] + segment + plain[2:])


def peer_s(folder: Path) -> float:
    """Read the same with Pillow."""
    started = time.perf_counter()
    for file in sorted(folder.iterdir()):
        with Image.open(file) as image:
            exif = image.getexif()
            dict(exif), dict(exif.get_ifd(ExifTags.IFD.Exif)), dict(exif.get_ifd(ExifTags.IFD.GPSInfo))
    return time.perf_counter() - started


async def ours(folder: Path, *, is_full: bool) -> tuple[float, float, list[float]]:
    """Return the seconds to the list, to the end, and the lags of the loop."""
    async with bootstrap.open_program() as program:
        sets, lags = program.photo_sets, list[float]()
        watching = asyncio.create_task(_watch(lags))
        started = time.perf_counter()
        sets.add([folder], into_new=True)
        await _listed(sets)
        listed_s = time.perf_counter() - started
        if is_full:
            await sets.settled()
        watching.cancel()
        return listed_s, time.perf_counter() - started, lags


async def _listed(sets: PhotoSets) -> None:
    done = asyncio.Event()

    def look(_: object) -> None:
        current = sets.snapshot.current
        if current and current.counts.photos == current.counts.listed > 0 and current.progress.phase != SetPhase.SCAN:
            done.set()

    sets.changed.subscribe(look)
    await done.wait()


async def _watch(lags: list[float]) -> None:
    before = time.perf_counter()
    while True:
        await asyncio.sleep(TURN_S)
        now = time.perf_counter()
        lags.append(now - before - TURN_S)
        before = now


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("photos", nargs="?", type=int, default=5000)
    parser.add_argument("--full", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tp-") as scratch:
        folder = Path(scratch) / "flight"
        folder.mkdir()
        write_photos(folder, given.photos)
        rows = []
        for index in range(ROUNDS):
            os.environ["TIEPOINT_HOME"] = str(Path(scratch) / f"home-{index}")
            listed_s, all_s, lags = asyncio.run(ours(folder, is_full=given.full))
            other_s = peer_s(folder)
            rows.append((listed_s, other_s))
            lags.sort()
            print(f"{given.photos} photos: listed {listed_s:.2f} s, Pillow alone {other_s:.2f} s, "
                  f"ratio {listed_s / other_s:.2f}; lag p99 {lags[len(lags) * 99 // 100] * 1000:.1f} ms, "
                  f"longest {lags[-1] * 1000:.1f} ms" + (f"; checked {all_s:.1f} s" if given.full else ""))  # fmt: skip
        ratio = statistics.median(ours_s / other_s for ours_s, other_s in rows)
        print(f"median: {statistics.median(row[0] for row in rows):.2f} s, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
