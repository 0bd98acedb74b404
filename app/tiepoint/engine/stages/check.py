"""The check stage: every photo decoded to its end, judged and prepared; what is known of all in check.json.

A bad photo never ends the job while enough good ones remain: it is left out and said. Photos are only read, never
changed or moved. The planner runs in the agent and is light; the tasks run in workers.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tiepoint.domain.errors import EngineFailure, InputError
from tiepoint.engine.job_folder import JobFolder, read_json, write_json
from tiepoint.engine.photos.image_names import image_names, is_inside, is_text
from tiepoint.engine.task import Progress, Task

logger = logging.getLogger("tiepoint.engine.check")

CHECK_FILE: Final = "check.json"
PHOTOS_FOLDER: Final = "photos"
# Small blocks keep all workers busy in small captures; larger ones keep the number of tasks sane in large ones.
_SMALL_BLOCK, _LARGE_BLOCK, _MANY_PHOTOS = 4, 16, 128
_MOST_LISTED: Final = 20


def plan(job: JobFolder) -> list[Task]:
    """Return a task per block of photos, and one that collects them.

    Raises:
        InputError: The capture's list of photos is missing or broken.
    """
    photos = _wanted_photos(job)
    size = _SMALL_BLOCK if len(photos) <= _MANY_PHOTOS else _LARGE_BLOCK
    blocks = [photos[start : start + size] for start in range(0, len(photos), size)]
    tasks = [_block_task(number, block, job.parameters.work_size_px) for number, block in enumerate(blocks)]
    reports = tuple(task.outputs[0] for task in tasks)
    options = {"work_size_px": job.parameters.work_size_px, "reports": list(reports)}
    return [*tasks, Task("check/collect", "check:collect", options=options, inputs=reports, outputs=(CHECK_FILE,))]


def check_block(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    """Check and prepare the photos of one block; what is wrong with one is written down, never raised.

    Raises:
        NoSpace: The disk is full.
        EngineFailure: The work folder cannot be written.
    """
    from tiepoint.engine.photos.block import check_photo

    originals = JobFolder.open(work.parent).capture_folder / PHOTOS_FOLDER
    wanted: Sequence[Mapping[str, Any]] = options["photos"]
    good: list[dict[str, Any]] = []
    bad: list[dict[str, Any]] = []
    for done, photo in enumerate(wanted):
        progress(done, len(wanted))
        entry = check_photo(originals, work / PHOTOS_FOLDER, photo, work_size_px=int(options["work_size_px"]))
        (bad if "kind" in entry else good).append(entry)
    write_json(work / str(options["report"]), {"photos": good, "excluded": bad})
    progress(len(wanted), len(wanted))


def collect(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    """Judge the photos as a set and write check.json.

    Raises:
        InputError: No model can come of these photos.
        EngineFailure: A prepared photo has vanished from the work folder.
    """
    from tiepoint.engine.photos.photo_set import judged_set

    reports = {name: read_json(work / name) for name in options["reports"]}
    for name, report in reports.items():
        _require_prepared(work, name, report["photos"])
    judged = judged_set(
        [photo for report in reports.values() for photo in report["photos"]],
        [photo for report in reports.values() for photo in report["excluded"]],
    )
    if judged.failure is not None:
        raise InputError(judged.failure.summary, remedy=judged.failure.remedy, detail=_listed(judged.excluded))
    logger.info("%d photos can be used, %d are left out", len(judged.photos), len(judged.excluded))
    content = {
        "photos": judged.photos,
        "excluded": judged.excluded,
        "warnings": [finding.to_dict() for finding in judged.warnings],
        "work_size_px": options["work_size_px"],
    }
    _sweep(work / PHOTOS_FOLDER)
    write_json(work / CHECK_FILE, content)
    progress(len(judged.photos), len(judged.photos))


def _block_task(number: int, photos: Sequence[Mapping[str, Any]], work_size_px: int) -> Task:
    report = f"check/{number:04d}.json"
    options = {"work_size_px": work_size_px, "photos": list(photos), "report": report}
    return Task(f"check/{number:04d}", "check:check_block", options=options, outputs=(report,))


def _wanted_photos(job: JobFolder) -> list[dict[str, Any]]:
    """Return what each block needs to know of each photo.

    The stamp (bytes and time of change) makes a photo that was replaced be checked again. A photo that has gone since
    it was prepared keeps its stamp: the prepared copy serves.
    """
    listed = _listed_photos(job.capture_folder)
    names = image_names(listed)
    known = _known_stamps(job)
    wanted = []
    for path, md5 in listed.items():
        is_good = is_text(path) and is_inside(path)
        stamp = _stamp(job.capture_folder / PHOTOS_FOLDER / path) if is_good else None
        wanted.append(
            {
                "path": path if is_text(path) else path.encode("utf-8", "replace").decode(),
                "image": names[path],
                "md5": md5,
                "stamp": stamp or known.get(path),
                "problem": None if is_good else ("bad-path" if is_text(path) else "bad-name"),
            }
        )
    return wanted


def _listed_photos(capture_folder: Path) -> dict[str, str | None]:
    """Return the md5 of every photo the capture lists, by its path."""
    try:
        text = (capture_folder / "capture.json").read_text(encoding="utf-8", errors="surrogateescape")
        return {str(photo["path"]): photo.get("md5") for photo in json.loads(text)["photos"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            "The list of the capture's photos is missing or broken.",
            remedy="Make the capture again from its photos.",
            detail=str(error),
        ) from error


def _stamp(path: Path) -> list[int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return [found.st_size, found.st_mtime_ns]


def _known_stamps(job: JobFolder) -> dict[str, list[int]]:
    """Return the stamps of photos that an earlier run prepared and that are still prepared."""
    found: dict[str, list[int]] = {}
    for report in sorted((job.work / "check").glob("*.json")):
        for photo in read_json(report)["photos"]:
            if photo["stamp"] and _is_prepared(job.work, photo):
                found[str(photo["path"])] = photo["stamp"]
    return found


def _is_prepared(work: Path, photo: Mapping[str, Any]) -> bool:
    try:
        return (work / PHOTOS_FOLDER / str(photo["image"])).stat().st_size == int(photo["work_bytes"])
    except OSError:
        return False


def _require_prepared(work: Path, report: str, photos: Sequence[Mapping[str, Any]]) -> None:
    if all(_is_prepared(work, photo) for photo in photos):
        return
    (work / report).unlink(missing_ok=True)  # so that the next run prepares this block again
    raise EngineFailure(
        "A prepared photo has vanished from the job's work folder.",
        remedy="Run the job again; it prepares the photo once more.",
        retryable=True,
    )


def _sweep(prepared: Path) -> None:
    """Remove what blocks that were killed had begun to write; all blocks have ended by now."""
    for part in prepared.rglob(".photo-*.part"):
        part.unlink(missing_ok=True)


def _listed(excluded: Sequence[Mapping[str, Any]]) -> str:
    lines = [f"{photo['path']}: {photo['summary']}" for photo in excluded[:_MOST_LISTED]]
    if len(excluded) > _MOST_LISTED:
        lines.append(f"and {len(excluded) - _MOST_LISTED} more")
    return "\n".join(lines)
