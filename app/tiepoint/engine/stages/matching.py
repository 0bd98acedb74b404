"""Stage matching: which features of two photos show the same point, in blocks of pairs. The plan is light.

Each task reads the feature shards of its photos and writes a shard of matches; the alignment puts them together.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tiepoint.engine.job_folder import JobFolder
from tiepoint.engine.sfm.pair_selection import Pair, pair_blocks, select_pairs
from tiepoint.engine.sfm.rounds import Round, cameras_of, image_ids, rounds_of
from tiepoint.engine.task import Progress, Task

_PAIRS_PER_BLOCK: Final = 30
_MOST_BLOCKS: Final = 200


def plan(job: JobFolder) -> list[Task]:
    """Return a task for each block of pairs, of every round there is."""
    photos = job.read("check.json")["photos"]
    tasks = []
    for entry in rounds_of(job, photos):
        blocks = blocks_of(job, entry, photos)
        tasks += [_block_task(entry, number, block, photos) for number, block in enumerate(blocks)]
    return tasks


def blocks_of(job: JobFolder, entry: Round, photos: list[dict[str, Any]]) -> list[list[Pair]]:
    """Return the pairs of a round in the blocks that tasks work on."""
    known = frozenset(entry.images)
    parameters = job.parameters
    pairs = select_pairs(
        [photo for photo in photos if photo["image"] in known],
        exhaustive_limit=parameters.exhaustive_limit,
        neighbours=parameters.pair_neighbours,
    )
    size = max(_PAIRS_PER_BLOCK, -(-len(pairs) // _MOST_BLOCKS))
    return pair_blocks(pairs, entry.images, size)


def _block_task(entry: Round, number: int, pairs: list[Pair], photos: list[dict[str, Any]]) -> Task:
    numbers = image_ids(photos)
    cameras, camera_by_image = cameras_of(photos)
    images = sorted({image for pair in pairs for image in pair})
    used = {camera_by_image[image] for image in images}
    sources = [entry.feature_shard(block) for block, held in enumerate(entry.blocks) if set(held).intersection(images)]
    shard = entry.match_shard(number)
    return Task(
        key=f"matching/r{entry.number}-{number:04d}",
        function="matching:compare_block",
        options={
            "pairs": [[numbers[first], numbers[second]] for first, second in pairs],
            "cameras": [camera for camera in cameras if camera["id"] in used],
            "camera_by_number": {str(numbers[image]): camera_by_image[image] for image in images},
            "features": sources,
            "shard": shard,
        },
        inputs=tuple(sources),
        outputs=(shard,),
    )


def compare_block(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    """Match and verify a block of pairs.

    Raises:
        NoSpace: The disk is full.
        EngineFailure: The shard cannot be written.
    """
    from tiepoint.engine.sfm.comparison import compare_block as compare

    compare(
        [work / path for path in options["features"]],
        work / str(options["shard"]),
        pairs=[(int(first), int(second)) for first, second in options["pairs"]],
        cameras=options["cameras"],
        camera_by_number={int(number): int(camera) for number, camera in options["camera_by_number"].items()},
        threads=1,
        progress=progress,
    )
