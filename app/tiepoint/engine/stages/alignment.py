"""Stage alignment: poses of the cameras and tie points, in the job's frame. The plan is light.

Each round maps once, in a killable child, into a folder of its own; then the best round's result is copied to
alignment.json and sparse/. While alignment.json holds a `retry`, features, matching and alignment are planned again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from tiepoint.engine.job_folder import JobFolder
from tiepoint.engine.sfm.rounds import ALIGNMENT_FILE, FeatureSettings, Round, cameras_of, image_ids, rounds_of
from tiepoint.engine.stages.matching import blocks_of
from tiepoint.engine.task import Progress, Task

_THREADS: Final = 2
_FACTS: Final = ("image", "path", "width", "height", "work_width", "work_height", "lat", "lon", "alt")


def plan(job: JobFolder) -> list[Task]:
    """Return a mapping task for each round there is, and the choice among them."""
    photos = job.read("check.json")["photos"]
    rounds = rounds_of(job, photos)
    mappings = [_round_task(job, rounds[: number + 1], photos) for number in range(len(rounds))]
    folders = [entry.result_folder for entry in rounds]
    chosen = Task(
        key=f"alignment/choice-{rounds[-1].number}",
        function="alignment:choose_round",
        options={"results": folders, "is_last": len(rounds) > 1 or not job.parameters.retry_unaligned},
        inputs=tuple(folders),
        outputs=(ALIGNMENT_FILE, "sparse"),
    )
    return [*mappings, chosen]


def align_round(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    """Map the photos with the matches of all rounds so far.

    Raises:
        InputError: The photos have no baseline.
        NoSpace: The disk is full.
        EngineFailure: The result cannot be written.
    """
    from tiepoint.engine.sfm.alignment import Settings, align
    from tiepoint.engine.sfm.assembly import RoundShards

    retry = options["retry_from"]
    align(
        work / str(options["result"]),
        [
            RoundShards([work / path for path in entry["features"]], [work / path for path in entry["matches"]])
            for entry in options["rounds"]
        ],
        photos=options["photos"],
        cameras=options["cameras"],
        settings=Settings(
            mapper=str(options["mapper"]),
            refine_principal_point=bool(options["refine_principal_point"]),
            depth_sources=int(options["depth_sources"]),
            retry=FeatureSettings(**retry) if retry else None,
            threads=_THREADS,
            photos_folder=work / "photos",
        ),
        progress=progress,
    )


def choose_round(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    """Copy the best round's result to where the next stages look.

    Raises:
        InputError: No photo could be aligned, and nothing is left to try.
    """
    from tiepoint.engine.previewing.alignment import preview_alignment
    from tiepoint.engine.sfm.alignment import choose

    choose(work, [work / folder for folder in options["results"]], is_last=bool(options["is_last"]))
    preview_alignment(work)
    progress(1, 1)


def _round_task(job: JobFolder, rounds: list[Round], photos: list[dict[str, Any]]) -> Task:
    numbers = image_ids(photos)
    cameras, camera_by_image = cameras_of(photos)
    shards = [
        {
            "features": [entry.feature_shard(number) for number in range(len(entry.blocks))],
            "matches": [entry.match_shard(number) for number in range(len(blocks_of(job, entry, photos)))],
        }
        for entry in rounds
    ]
    last = rounds[-1]
    may_retry = last.number == 0 and job.parameters.retry_unaligned
    return Task(
        key=f"alignment/r{last.number}",
        function="alignment:align_round",
        options={
            "result": last.result_folder,
            "rounds": shards,
            "photos": [
                {
                    **{name: photo.get(name) for name in _FACTS},
                    "number": numbers[photo["image"]],
                    "camera": camera_by_image[photo["image"]],
                }
                for photo in sorted(photos, key=lambda photo: str(photo["image"]))
            ],
            "cameras": cameras,
            "mapper": job.parameters.mapper,
            "refine_principal_point": job.parameters.refine_principal_point,
            "depth_sources": job.parameters.depth_sources,
            "retry_from": asdict(last.settings) if may_retry else None,
        },
        inputs=tuple(path for entry in shards for paths in entry.values() for path in paths),
        outputs=(last.result_folder,),
        isolated=True,
        threads=_THREADS,
    )
