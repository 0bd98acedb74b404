"""What the plans of features, matching and alignment decide, without any photo."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tiepoint.engine.job_folder import JobFolder, write_json
from tiepoint.engine.sfm.pair_selection import pair_blocks, select_pairs
from tiepoint.engine.sfm.retry import retry_of
from tiepoint.engine.sfm.rounds import FeatureSettings, cameras_of, first_settings, stronger_settings
from tiepoint.engine.stages import alignment, features, matching

SETTINGS = FeatureSettings(1200, 2048, 0, affine_shape=True, domain_size_pooling=False)


def photo(name: str, **changes: Any) -> dict[str, Any]:
    facts = {"path": name, "image": name, "width": 4000, "height": 3000, "work_width": 2000, "work_height": 1500}
    return {**facts, "camera": "A", "focal_px": 3000.0, "focal_source": "exif35", "lat": None, "lon": None, **changes}


def grid(side: int, step_deg: float = 1e-4) -> list[dict[str, Any]]:
    return [
        photo(f"{row:02d}-{column:02d}.jpg", lat=50 + row * step_deg, lon=8 + column * step_deg)
        for row in range(side)
        for column in range(side)
    ]


def make_job(root: Path, photos: list[dict[str, Any]], **changes: Any) -> JobFolder:
    job = JobFolder.create(root / "job", capture_folder=root, name="n", preset="draft", changes=changes)
    write_json(job.work / "check.json", {"photos": photos})
    return job


def test_photos_of_one_camera_share_it() -> None:
    cameras, by_image = cameras_of([photo("b"), photo("a"), photo("c", focal_px=None), photo("d", camera="B")])
    assert by_image["a"] == by_image["b"]
    assert len({by_image["a"], by_image["c"], by_image["d"]}) == 3
    assert cameras[0] == {"id": 1, "width": 2000, "height": 1500, "focal_px": 1500.0, "has_focal": True}
    assert cameras[by_image["c"] - 1] == {
        "id": 2,
        "width": 2000,
        "height": 1500,
        "focal_px": 2400.0,
        "has_focal": False,
    }


def test_an_estimated_focal_length_is_no_known_one() -> None:
    cameras, _ = cameras_of([photo("a", focal_source="estimated")])
    assert not cameras[0]["has_focal"]


def test_small_photos_are_doubled_first(tmp_path: Path) -> None:
    parameters = make_job(tmp_path, []).parameters
    assert first_settings(parameters, [photo("a", work_width=640, work_height=480)]).first_octave == -1
    assert first_settings(parameters, [photo("a")]).first_octave == parameters.first_octave


def test_few_photos_are_compared_all_with_all() -> None:
    names = ["a", "b", "c", "d"]
    pairs = select_pairs([photo(name) for name in reversed(names)], exhaustive_limit=4, neighbours=1)
    assert pairs == list(combinations(names, 2))


def test_located_photos_are_compared_with_their_neighbours() -> None:
    photos = grid(8)
    pairs = select_pairs(photos, exhaustive_limit=10, neighbours=8)
    assert ("03-03.jpg", "03-04.jpg") in pairs
    assert ("03-03.jpg", "04-04.jpg") in pairs
    assert ("00-00.jpg", "07-07.jpg") not in pairs
    assert len(pairs) < 64 * 8


def test_photos_without_positions_are_compared_along_their_order() -> None:
    names = [f"{number:03d}" for number in range(100)]
    pairs = select_pairs([photo(name) for name in names], exhaustive_limit=10, neighbours=6)
    assert all((first, second) in pairs for first, second in zip(names, names[1:], strict=False))
    assert any(int(second) - int(first) > 90 for first, second in pairs)
    assert len(pairs) < 100 * 12
    assert all(first < second for first, second in pairs)


def test_photos_that_lost_their_position_are_compared_too() -> None:
    photos = [*grid(6), photo("zz.jpg", lat=0, lon=0)]
    pairs = select_pairs(photos, exhaustive_limit=10, neighbours=4)
    assert any("zz.jpg" in pair for pair in pairs)


def test_blocks_hold_every_pair_once_and_few_photos() -> None:
    names = [f"{number:02d}" for number in range(32)]
    pairs = list(combinations(names, 2))
    blocks = pair_blocks(pairs, names, 30)
    assert sorted(pair for block in blocks for pair in block) == pairs
    assert max(len({name for pair in block for name in pair}) for block in blocks) <= 24


def test_each_block_of_features_is_a_task(tmp_path: Path) -> None:
    tasks = features.plan(make_job(tmp_path, [photo(f"{number}.jpg") for number in range(9)]))
    assert [task.key for task in tasks] == ["features/r0-0000", "features/r0-0001", "features/r0-0002"]
    assert tasks[2].inputs == ("photos/8.jpg",)
    assert tasks[2].outputs == ("features/r0-0002.db",)
    assert tasks[2].options["photos"] == [{"image": "8.jpg", "number": 9}]


def test_matching_reads_only_the_shards_it_needs(tmp_path: Path) -> None:
    job = make_job(tmp_path, grid(7), exhaustive_limit=4, pair_neighbours=4)
    tasks = matching.plan(job)
    written = {name for task in features.plan(job) for name in task.outputs}
    assert all(written.issuperset(task.inputs) for task in tasks)
    assert any(len(task.inputs) < len(written) for task in tasks)


def test_alignment_reads_every_shard_and_chooses(tmp_path: Path) -> None:
    job = make_job(tmp_path, [photo(f"{number}.jpg") for number in range(5)])
    mapping, choice = alignment.plan(job)
    shards = {name for task in (*features.plan(job), *matching.plan(job)) for name in task.outputs}
    assert set(mapping.inputs) == shards
    assert mapping.isolated
    assert choice.inputs == mapping.outputs
    assert choice.outputs == ("alignment.json", "sparse")
    assert not choice.options["is_last"]
    assert mapping.options["retry_from"]["max_features"] == 2048


def test_a_retry_adds_a_round(tmp_path: Path) -> None:
    job = make_job(tmp_path, [photo(f"{number}.jpg") for number in range(6)])
    settings = stronger_settings(SETTINGS)
    retry = {"round": 1, "mapper": "global", "photos": ["1.jpg", "2.jpg", "gone.jpg"]}
    write_json(job.work / "alignment.json", {"retry": {**retry, **settings_as_json(settings)}})
    again = [task for task in features.plan(job) if "r1" in task.key]
    assert [entry["image"] for entry in again[0].options["photos"]] == ["1.jpg", "2.jpg"]
    assert again[0].options["settings"]["domain_size_pooling"]
    assert [task.options["pairs"] for task in matching.plan(job) if "r1" in task.key] == [[[2, 3]]]
    first, second, choice = alignment.plan(job)
    assert len(second.options["rounds"]) == 2
    assert second.options["retry_from"] is None
    assert choice.options == {"results": ["alignment/r0", "alignment/r1"], "is_last": True}
    assert first.outputs != second.outputs


def settings_as_json(settings: FeatureSettings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in FeatureSettings.__dataclass_fields__}


def test_no_retry_when_it_is_switched_off(tmp_path: Path) -> None:
    mapping, choice = alignment.plan(make_job(tmp_path, [photo("a"), photo("b"), photo("c")], retry_unaligned=False))
    assert mapping.options["retry_from"] is None
    assert choice.options["is_last"]


def test_lone_photos_are_retried_with_their_neighbours() -> None:
    images = [f"{number:02d}" for number in range(20)]
    retry = retry_of(images, set(images) - {"10"}, [], {("03", "10"): 40, ("10", "17"): 5}, SETTINGS)
    assert retry is not None
    assert retry["photos"] == ["03", "08", "09", "10", "11", "12", "17"]
    assert retry["round"] == 1
    assert retry["max_features"] > SETTINGS.max_features


def test_a_group_apart_is_retried_at_its_likeliest_bridges() -> None:
    images = [f"{number:02d}" for number in range(40)]
    group = images[20:]
    matches = {("01", "25"): 30, ("02", "26"): 20, ("03", "27"): 10, ("04", "28"): 9}
    retry = retry_of(images, images[:20], [group], matches, SETTINGS)
    assert retry is not None
    assert retry["photos"] == ["01", "02", "03", "25", "26", "27"]


def test_nothing_is_retried_when_all_are_aligned() -> None:
    assert retry_of(["a", "b"], ["a", "b"], [], {}, SETTINGS) is None


def test_a_retry_stays_bounded() -> None:
    images = [f"{number:03d}" for number in range(300)]
    retry = retry_of(images, [], [], {}, SETTINGS)
    assert retry is not None
    assert len(retry["photos"]) <= 60


@pytest.mark.parametrize("stage", ["features", "matching", "alignment"])
def test_planning_needs_the_standard_library_only(stage: str) -> None:
    program = (
        f"import sys, json, tiepoint.engine.stages.{stage};"
        "print(json.dumps([name for name in ('numpy', 'pycolmap', 'cv2', 'scipy') if name in sys.modules]))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert json.loads(found.stdout) == []
