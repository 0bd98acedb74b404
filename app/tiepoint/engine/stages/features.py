"""Stage features: points of interest in every photo, in blocks. The plan is light; the tasks run in workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tiepoint.engine.job_folder import JobFolder
from tiepoint.engine.sfm.rounds import FeatureSettings, Round, image_ids, rounds_of
from tiepoint.engine.task import Progress, Task


def plan(job: JobFolder) -> list[Task]:
    """Return a task for each block of photos, of every round there is."""
    photos = job.read("check.json")["photos"]
    numbers = image_ids(photos)
    return [
        _block_task(entry, number, block, numbers)
        for entry in rounds_of(job, photos)
        for number, block in enumerate(entry.blocks)
    ]


def _block_task(entry: Round, number: int, block: tuple[str, ...], numbers: Mapping[str, int]) -> Task:
    shard = entry.feature_shard(number)
    photos = [{"image": image, "number": numbers[image]} for image in block]
    return Task(
        key=f"features/r{entry.number}-{number:04d}",
        function="features:extract_block",
        options={"photos": photos, "settings": asdict(entry.settings), "shard": shard},
        inputs=tuple(f"photos/{image}" for image in block),
        outputs=(shard,),
    )


def extract_block(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    """Write the features of a block of photos.

    Raises:
        NoSpace: The disk is full.
        EngineFailure: The shard cannot be written.
    """
    from tiepoint.engine.sfm.extraction import extract_block as extract

    extract(
        work / "photos",
        work / str(options["shard"]),
        photos=options["photos"],
        settings=FeatureSettings(**options["settings"]),
        threads=1,
        progress=progress,
    )
