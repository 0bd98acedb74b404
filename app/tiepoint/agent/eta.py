"""How long a job may still take, from how long its stages took before: an interval, or nothing. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from tiepoint.agent.store import Timing
from tiepoint.domain.job import Eta

# Other programs share the computer, so that even equal jobs differ by about this much.
_MARGIN: Final = 1.2


def remaining(
    stages: Iterable[str], history: Callable[[str], Sequence[Timing]], *, photos: int, share_done: float
) -> Eta | None:
    """Estimate the time to the end.

    Args:
        stages: Stages to come, the running one first.
        history: Earlier times of a stage with the same preset.
        photos: Photos of this job.
        share_done: How much of the first stage is done, 0 to 1.

    Returns:
        The interval; None when a stage was never timed.
    """
    low_s = high_s = 0.0
    left = 1.0 - min(max(share_done, 0.0), 1.0)
    for stage in stages:
        expected = [timing.seconds * photos / max(timing.photos, 1) for timing in history(stage)]
        if not expected:
            return None
        low_s += min(expected) * left / _MARGIN
        high_s += max(expected) * left * _MARGIN
        left = 1.0
    return Eta(round(low_s, 1), round(high_s, 1))
