"""How long a job takes and what it needs, learned from earlier runs on the same computer: ranges, never a guess.

One rule for the panel (before a job, and per stage while it runs) and for the agent (`Job.eta`). Must not read
anything. Pure; any thread.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from tiepoint.domain.presets import Parameters

_SCALING: Final[Mapping[str, tuple[float, float]]] = {
    "check": (1.0, 0.7),
    "features": (1.0, 0.3),
    "matching": (1.4, 0.0),
    "alignment": (1.3, 0.0),
    "undistortion": (1.0, 0.5),
    "depth_maps": (1.0, 0.0),
    "point_cloud": (1.0, 0.0),
    "mesh": (0.3, 0.0),
    "texture": (0.7, 0.3),
    "export": (0.2, 0.0),
    "report": (0.3, 0.0),
}
"""How a stage's time grows with photos and with megapixels, as exponents.

Sizes inside the stages are set by the preset, so megapixels count where photos are decoded; pairs grow with the square
of few photos and evenly with many.
"""
_MOST_RATIO: Final = 8.0
"""Photo sets more different than this say nothing about each other."""
_MOST_RUNS: Final = 7
_ENOUGH_RUNS: Final = 3
_TRIMMED_FROM: Final = 5
# Other programs share the computer, so that even equal jobs differ by about this much.
_MARGIN: Final = 1.15
_MARGIN_OF_FEW: Final = 1.3
_MARGIN_PER_DISTANCE: Final = 0.25
_SHARE_TO_JUDGE_PACE: Final = 0.15
_NEVER_LESS: Final = 0.1
_FIXED_BYTES: Final = 600_000_000
"""Agent, two workers and a stage child with their libraries (draft runs of 11 to 18 photos peak at 1.1 GB in all)."""
_ATLAS_BYTES_PER_PX: Final = 24
_FACE_BYTES: Final = 1000
_MEMORY_BY_PHOTOS: Final = 0.3


@dataclass(frozen=True, slots=True)
class PastRun:
    """What a job that ran on this computer took.

    Args:
        job: Its id.
        preset: Its preset.
        changes: What differed from the preset, as a fixed text; only runs of the same text are compared.
        photos: How many photos it had.
        megapixels: Of one photo, on average; 0 = unknown.
        stages: Wall seconds of each stage that ran through without a break.
        finished: When its last stage ended, UTC.
        memory_bytes: Most memory its processes used together; 0 = unknown.
        is_complete: Whether it ran to its end.
    """

    job: str
    preset: str
    photos: int
    megapixels: float = 0.0
    stages: Mapping[str, float] = field(default_factory=dict)
    changes: str = ""
    finished: datetime | None = None
    memory_bytes: int = 0
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class Workload:
    """What is to be run: see `PastRun` for the fields."""

    preset: str
    photos: int
    megapixels: float = 0.0
    changes: str = ""


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A time as an interval in seconds; `low_s` is at most `high_s`."""

    low_s: float
    high_s: float


@dataclass(frozen=True, slots=True)
class StageEstimate:
    """One stage: its range, None when this computer never timed it for a comparable job."""

    stage: str
    time: TimeRange | None


@dataclass(frozen=True, slots=True)
class TimeEstimate:
    """How long something takes.

    Args:
        total: All of it; None = not enough history (`runs` is then 0, or a stage was never timed).
        stages: Each stage that was asked about, in order.
        runs: From how many earlier runs on this computer it is.
    """

    total: TimeRange | None
    stages: tuple[StageEstimate, ...] = ()
    runs: int = 0


@dataclass(frozen=True, slots=True)
class MemoryEstimate:
    """Most memory a job will use.

    Args:
        low_bytes: At least about so much.
        high_bytes: At most about so much.
        runs: From how many earlier runs; 0 = from the sizes of photos and preset alone.
    """

    low_bytes: int
    high_bytes: int
    runs: int = 0


def changes_text(changes: Mapping[str, Any] | None) -> str:
    """Return what differs from a preset as a fixed text: jobs of the same preset and text can be compared."""
    return json.dumps(dict(changes), sort_keys=True, default=str) if changes else ""


def expected(workload: Workload, stages: Sequence[str], history: Sequence[PastRun]) -> TimeEstimate:
    """Estimate how long a whole job takes.

    Args:
        workload: What is to be run.
        stages: Stages it will have, in order.
        history: Earlier runs on this computer, in any order.
    """
    runs = _comparable(workload, history)
    each = tuple(StageEstimate(stage, _range(_stage_times(stage, workload, runs))) for stage in stages)
    return TimeEstimate(_range(_total_times(stages, workload, runs)), each, len(runs))


def remaining(
    workload: Workload,
    stages: Sequence[str],
    history: Sequence[PastRun],
    *,
    share_done: float,
    elapsed_s: float | None = None,
) -> TimeEstimate:
    """Estimate the time to the end of a running job.

    Args:
        workload: What runs.
        stages: Stages to come, the running one first.
        history: Earlier runs on this computer.
        share_done: How much of the first stage is done, 0 to 1.
        elapsed_s: How long the first stage has run so far; None when it was begun by an earlier run.
    """
    if not stages:
        return TimeEstimate(TimeRange(0.0, 0.0))
    runs = _comparable(workload, history)
    first = _rest_of(_range(_stage_times(stages[0], workload, runs)), min(max(share_done, 0.0), 1.0), elapsed_s)
    later = tuple(StageEstimate(stage, _range(_stage_times(stage, workload, runs))) for stage in stages[1:])
    rest = _range(_total_times(stages[1:], workload, runs)) if later else TimeRange(0.0, 0.0)
    total = None
    if runs and first is not None and rest is not None:
        total = TimeRange(first.low_s + rest.low_s, first.high_s + rest.high_s)
    return TimeEstimate(total, (StageEstimate(stages[0], first), *later), len(runs))


def memory_needed(workload: Workload, parameters: Parameters, history: Sequence[PastRun]) -> MemoryEstimate:
    """Estimate the memory of all processes of a job at its peak."""
    runs = [run for run in _comparable(workload, history) if run.memory_bytes > 0]
    if not runs:
        likely = _FIXED_BYTES + parameters.atlas_px**2 * _ATLAS_BYTES_PER_PX + parameters.faces * _FACE_BYTES
        return MemoryEstimate(int(likely * 0.7), int(likely * 1.6))
    likely_bytes = [run.memory_bytes * (workload.photos / run.photos) ** _MEMORY_BY_PHOTOS for run in runs]
    return MemoryEstimate(int(min(likely_bytes) / 1.1), int(max(likely_bytes) * 1.2), len(runs))


def basis_text(runs: int) -> str:
    """Say where an estimate comes from: `from 3 earlier runs on this computer`."""
    if runs <= 0:
        return "not enough history on this computer"
    return f"from {runs} earlier run{'s' if runs != 1 else ''} on this computer"


@dataclass(frozen=True, slots=True)
class _Guess:
    """A time as one earlier run suggests it, and by which factor it may be wrong."""

    seconds: float
    margin: float


def _comparable(workload: Workload, history: Sequence[PastRun]) -> list[PastRun]:
    """Return whole runs of the same kind, the most similar ones, newer ones first among equals."""
    alike = [
        run
        for run in history
        if run.is_complete
        and (run.preset, run.changes) == (workload.preset, workload.changes)
        and run.photos > 0
        and workload.photos > 0
        and 1 / _MOST_RATIO <= workload.photos / run.photos <= _MOST_RATIO
    ]
    newest_first = sorted(alike, key=lambda run: run.finished.timestamp() if run.finished else 0.0, reverse=True)
    return sorted(newest_first, key=lambda run: _distance(workload, run))[:_MOST_RUNS]


def _distance(workload: Workload, run: PastRun) -> float:
    """Return how different a run was: 0 = alike, about 0.7 for twice the photos."""
    return abs(math.log(workload.photos / run.photos)) + 0.5 * abs(math.log(_megapixel_ratio(workload, run)))


def _megapixel_ratio(workload: Workload, run: PastRun) -> float:
    return workload.megapixels / run.megapixels if workload.megapixels > 0 and run.megapixels > 0 else 1.0


def _stage_times(stage: str, workload: Workload, runs: Sequence[PastRun]) -> list[_Guess]:
    by_photos, by_megapixels = _SCALING.get(stage, (1.0, 0.0))
    few = _MARGIN_OF_FEW if len(runs) < _ENOUGH_RUNS else _MARGIN
    return [
        _Guess(
            run.stages[stage]
            * (workload.photos / run.photos) ** by_photos
            * _megapixel_ratio(workload, run) ** by_megapixels,
            few * math.exp(_MARGIN_PER_DISTANCE * _distance(workload, run)),
        )
        for run in runs
        if stage in run.stages
    ]


def _total_times(stages: Sequence[str], workload: Workload, runs: Sequence[PastRun]) -> list[_Guess]:
    """Return what each run suggests for all stages together; nothing when a stage was never timed."""
    usual: dict[str, float] = {}
    for stage in stages:
        known = [guess.seconds for guess in _stage_times(stage, workload, runs)]
        if not known:
            return []
        usual[stage] = statistics.median(known)
    totals = []
    for run in runs:
        own = {stage: guesses[0] for stage in stages if (guesses := _stage_times(stage, workload, [run]))}
        seconds = sum(own[stage].seconds if stage in own else usual[stage] for stage in stages)
        few = _MARGIN_OF_FEW if len(runs) < _ENOUGH_RUNS else _MARGIN
        totals.append(_Guess(seconds, few * math.exp(_MARGIN_PER_DISTANCE * _distance(workload, run))))
    return totals


def _range(guesses: Sequence[_Guess]) -> TimeRange | None:
    """Return the span of the guesses with their margins; of many the two outermost are passed over."""
    if not guesses:
        return None
    ordered = sorted(guesses, key=lambda guess: guess.seconds)
    kept = ordered[1:-1] if len(ordered) >= _TRIMMED_FROM else ordered
    return TimeRange(
        min(guess.seconds / guess.margin for guess in kept), max(guess.seconds * guess.margin for guess in kept)
    )


def _rest_of(whole: TimeRange | None, share: float, elapsed_s: float | None) -> TimeRange | None:
    """Return what is left of the running stage; the further it is, the more its own pace counts."""
    expected_left = None if whole is None else TimeRange(whole.low_s * (1 - share), whole.high_s * (1 - share))
    if elapsed_s is None or elapsed_s <= 0:
        return expected_left
    if share < _SHARE_TO_JUDGE_PACE:
        # A task that tells no progress still gets nearer to its end.
        return None if whole is None else _later(whole, elapsed_s, share)
    pace_s = elapsed_s * (1 - share) / share
    own = TimeRange(pace_s / _MARGIN_OF_FEW, pace_s * _MARGIN_OF_FEW)
    return own if expected_left is None else _mixed(expected_left, own, min(1.0, 1.5 * share))


def _later(whole: TimeRange, elapsed_s: float, share: float) -> TimeRange:
    low_s = max(0.0, min(whole.low_s * (1 - share), whole.low_s - elapsed_s))
    high_s = max(whole.high_s * _NEVER_LESS, min(whole.high_s * (1 - share), whole.high_s - elapsed_s))
    return TimeRange(low_s, high_s)


def _mixed(one: TimeRange, other: TimeRange, weight: float) -> TimeRange:
    return TimeRange((1 - weight) * one.low_s + weight * other.low_s, (1 - weight) * one.high_s + weight * other.high_s)
