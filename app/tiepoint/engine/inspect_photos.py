"""The child role `inspect`: looks into photos without a job, one JSON object a line on stdout.

    tiepoint --child inspect [--level facts|full] PATH...      or the request as JSON on stdin:
    {"level": "full", "photos": [{"path": "/where/it/lies.jpg", "name": "how/to/report/it.jpg"}], "paths": [...]}

Lines, in this order, photos in the order given:
    {"type": "progress", "done": n, "total": n}                            at most ten a second
    {"type": "photo", "path": name, ...PhotoRecord, "problem": null | {...}, "warnings": [...]}
    {"type": "finding", "kind", "severity", "summary", "remedy", "photos"} about the set
    {"type": "done", "photos": n, "usable": n, "skipped": n}

Level "facts" reads heads only; "full" decodes every photo to its end. Nothing is changed or written. It runs in a
process of its own, so that a photo that breaks a decoder breaks nothing else; main thread, plus a few for decoding.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from tiepoint.domain.photo import is_photo_name, is_system_name
from tiepoint.engine.photos.block import exclusion
from tiepoint.engine.photos.inspection import full_record, head_record
from tiepoint.engine.photos.photo_set import judged_set, photo_warnings
from tiepoint.engine.photos.problems import PhotoProblem

Emit = Callable[[dict[str, Any]], None]

LEVELS: Final = ("facts", "full")
_MOST_THREADS: Final = 4
_PROGRESS_EVERY_S: Final = 0.1


@dataclass
class PhotoList:
    """The photos to look into.

    Attributes:
        photos: Where each lies and the name to report it by.
        skipped: How many files of the folders were no photos.
        unreadable: Folders that could not be listed.
    """

    photos: list[tuple[Path, str]] = field(default_factory=list)
    skipped: int = 0
    unreadable: list[str] = field(default_factory=list)

    def add(self, path: Path) -> None:
        """Add a file whatever its name, or all photos of a folder, by name."""
        if not path.is_dir():
            self.photos.append((path, path.name))
            return
        for folder, folders, names in os.walk(path, onerror=self._note_unreadable):
            folders[:] = sorted(name for name in folders if not is_system_name(name))
            for name in sorted(name for name in names if not is_system_name(name)):
                file = Path(folder) / name
                if is_photo_name(name):
                    self.photos.append((file, file.relative_to(path).as_posix()))
                else:
                    self.skipped += 1

    def _note_unreadable(self, error: OSError) -> None:
        self.unreadable.append(str(error.filename))


def main(arguments: Sequence[str] | None = None) -> int:
    """Look into the photos that the arguments or stdin name.

    Returns:
        0 when all was looked into, whatever was found; 2 when the request makes no sense.
    """
    try:
        level, listed = _request(arguments)
    except (AttributeError, ValueError, KeyError, TypeError, OSError) as error:
        sys.stderr.write(f"tiepoint inspect: the request makes no sense: {error}\n")
        return 2
    try:
        inspect_photos(listed, level, _line_writer(sys.stdout.buffer))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever asked has gone
    return 0


def inspect_photos(listed: PhotoList, level: str, emit: Emit) -> None:
    """Look into photos and emit what is found.

    Args:
        listed: The photos.
        level: One of LEVELS.
        emit: Takes each line.
    """
    good: list[dict[str, Any]] = []
    bad: list[dict[str, Any]] = []
    told_s = 0.0
    for done, entry in enumerate(_entries(listed.photos, level), start=1):
        (bad if entry["problem"] else good).append(entry)
        emit({"type": "photo", **entry})
        if time.monotonic() - told_s >= _PROGRESS_EVERY_S or done == len(listed.photos):
            told_s = time.monotonic()
            emit({"type": "progress", "done": done, "total": len(listed.photos)})
    for folder in listed.unreadable:
        emit({"type": "finding", **_unreadable_folder(folder)})
    judged = judged_set(good, [{"path": entry["path"], **entry["problem"]} for entry in bad])
    for finding in (*([judged.failure] if judged.failure else []), *judged.warnings):
        emit({"type": "finding", **finding.to_dict()})
    counts = {"photos": len(listed.photos), "usable": len(judged.photos), "skipped": listed.skipped}
    emit({"type": "done", **counts})


def _entries(photos: Sequence[tuple[Path, str]], level: str) -> Iterator[dict[str, Any]]:
    if level == "facts":  # bound by Python: threads would only wait for each other
        yield from (_entry(photo, level) for photo in photos)
        return
    with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1)) as threads:
        yield from threads.map(lambda photo: _entry(photo, level), photos)


def _entry(photo: tuple[Path, str], level: str) -> dict[str, Any]:
    path, name = photo
    try:
        record = (full_record if level == "full" else head_record)(path, name)
    except PhotoProblem as problem:
        said = exclusion(name, problem)
        return {"path": said.pop("path"), "problem": said, "warnings": []}
    except MemoryError:
        said = exclusion(name, PhotoProblem("memory"))
        return {"path": said.pop("path"), "problem": said, "warnings": []}
    warnings = [finding.to_dict() for finding in photo_warnings(record)]
    return {**record.to_dict(), "problem": None, "warnings": warnings}


def _unreadable_folder(folder: str) -> dict[str, Any]:
    return {
        "kind": "unreadable-folder",
        "severity": "warning",
        "summary": f"The folder {folder} cannot be read.",
        "remedy": "Give yourself the right to read it, or copy its photos somewhere else.",
        "photos": [],
    }


def _request(arguments: Sequence[str] | None) -> tuple[str, PhotoList]:
    parser = argparse.ArgumentParser(prog="tiepoint --child inspect", exit_on_error=False)
    parser.add_argument("--level", choices=LEVELS, default="facts")
    parser.add_argument("paths", nargs="*")
    try:
        given = parser.parse_args(arguments)
    except argparse.ArgumentError as error:
        raise ValueError(str(error)) from error
    if given.paths:
        return given.level, _listed(given.paths, [])
    request = json.loads(sys.stdin.buffer.read().decode("utf-8", "surrogateescape"))
    level = request.get("level", given.level)
    if level not in LEVELS:
        raise ValueError(f"no such level: {level!r}")
    return level, _listed(request.get("paths", ()), request.get("photos", ()))


def _listed(paths: Iterable[str], photos: Iterable[dict[str, str]]) -> PhotoList:
    found = PhotoList([(Path(photo["path"]), str(photo.get("name", photo["path"]))) for photo in photos])
    for path in paths:
        found.add(Path(path))
    return found


def _line_writer(stream: IO[bytes]) -> Emit:
    def emit(line: dict[str, Any]) -> None:
        # ASCII: a file name that is not valid text travels as an escape and arrives whole.
        stream.write(json.dumps(line, ensure_ascii=True, allow_nan=False).encode("ascii") + b"\n")
        stream.flush()

    return emit


if __name__ == "__main__":
    sys.exit(main())
