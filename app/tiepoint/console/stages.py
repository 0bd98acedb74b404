"""A job's stages in words and figures, shared by every human form of output. Pure; any thread."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tiepoint.domain.job import Progress, Stage, StageState
from tiepoint.domain.plain_text import plain
from tiepoint.domain.space import size_text

PHASE_TITLES: Final = {
    "read": "Look at photos",
    "copy": "Keep photos",
    "deliver": "Deliver products",
}


def elapsed_s(stage: Stage, now: datetime) -> float:
    """Seconds a stage has taken or is taking; 0 before it starts."""
    if stage.started is None:
        return 0.0
    return max(0.0, ((stage.finished or now) - stage.started).total_seconds())


def stage_share(stage: Stage) -> float | None:
    """Share 0 to 1 of a stage that is done; None while its size is unknown."""
    if stage.progress is not None and stage.progress.total:
        return min(1.0, stage.progress.done / stage.progress.total)
    if stage.progress is None and stage.tasks.total > 1:
        return stage.tasks.completed / stage.tasks.total
    return None


def stage_amount(stage: Stage) -> str:
    """How much of a stage is done, as `9/18 photos`; empty when counting would say nothing."""
    progress = stage.progress or Progress(stage.tasks.completed, stage.tasks.total, "tasks")
    if progress.unit == "tasks":
        share = stage_share(stage)
        return f"{share:.0%}" if share and stage.state is StageState.RUNNING else ""
    return amount_text(progress.done, progress.total, progress.unit)


def amount_text(done: int, total: int | None, unit: str) -> str:
    """Write an amount: `9/18 photos`, `120 pairs`, `3.1 MB of 65 MB`."""
    if unit == "bytes":
        return size_text(done) if total is None else f"{size_text(done)} of {size_text(total)}"
    amount = str(done) if total is None else f"{done}/{total}"
    return f"{amount} {plain(unit)}".strip()
