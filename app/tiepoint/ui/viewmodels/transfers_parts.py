"""Figures of transfers put together: what is where, what several amount to, parts of a bar. Pure; any thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tiepoint.domain.estimate import TimeRange
from tiepoint.domain.transfer import Direction, FileState, Tally, Transfer, TransferState

_MOVING = (TransferState.PREPARING, TransferState.RUNNING, TransferState.FINISHING)


@dataclass(frozen=True, slots=True)
class Standing:
    """Files and bytes of one transfer or of several, by what became of them.

    Args:
        verified: Moved, and confirmed by the other side.
        there: Not moved, because they were there or were copied there.
        moving: Being hashed, sent or received.
        waiting: Not begun.
        failed: Failed or in conflict.
        done_bytes: Acknowledged, or there already.
        total: All of them.
    """

    verified: Tally
    there: Tally
    moving: Tally
    waiting: Tally
    failed: Tally
    done_bytes: int
    total: Tally

    @property
    def arrived(self) -> Tally:
        """Files that are where they should be."""
        return Tally(self.verified.files + self.there.files, self.verified.size_bytes + self.there.size_bytes)

    @property
    def share(self) -> float:
        """How much of the bytes is done, from 0 to 1; files count where there are no bytes."""
        if self.total.size_bytes:
            return min(1.0, self.done_bytes / self.total.size_bytes)
        return min(1.0, self.arrived.files / self.total.files) if self.total.files else 0.0


def standing(transfer: Transfer) -> Standing:
    """Return the figures of one transfer."""
    state = FileState
    return Standing(
        verified=transfer.tally(state.VERIFIED),
        there=transfer.tally(state.SKIPPED, state.COPIED),
        moving=transfer.tally(state.MOVING),
        waiting=transfer.tally(state.WAITING),
        failed=transfer.tally(state.FAILED, state.CONFLICT),
        done_bytes=transfer.done_bytes,
        total=Tally(transfer.files_total, transfer.bytes_total),
    )


def bar_parts(transfer: Transfer) -> tuple[tuple[str, float], ...]:
    """Return the parts of a transfer's bar as (tone, bytes): verified, already there, moving, failed, the rest."""
    figures = standing(transfer)
    moved = max(0, figures.done_bytes - figures.arrived.size_bytes) + transfer.moving_bytes
    parts = (
        ("ok", float(figures.verified.size_bytes)),
        ("queued", float(figures.there.size_bytes)),
        ("info", float(moved)),
        ("err", float(max(figures.failed.size_bytes, 1) if figures.failed.files else 0)),
    )
    used = sum(amount for _, amount in parts)
    rest = max(0.0, figures.total.size_bytes - used) if figures.total.size_bytes else float(used == 0)
    return (*parts, ("neutral", rest))


@dataclass(frozen=True, slots=True)
class Totals:
    """All transfers that are not over together.

    Args:
        up: How many go up.
        down: How many come down.
        files_done: Files that are where they should be.
        files: All files.
        done_bytes: Bytes acknowledged or there already.
        size_bytes: All bytes.
        failed: Files that failed, those of transfers that are over included.
        up_bytes_per_s: Acknowledged by servers per second.
        down_bytes_per_s: Received per second.
        left: What it takes until all of them are done; None while it cannot be said.
    """

    up: int = 0
    down: int = 0
    files_done: int = 0
    files: int = 0
    done_bytes: int = 0
    size_bytes: int = 0
    failed: int = 0
    up_bytes_per_s: float = 0.0
    down_bytes_per_s: float = 0.0
    left: TimeRange | None = None

    @property
    def active(self) -> int:
        """How many are not over."""
        return self.up + self.down

    @property
    def rate_bytes_per_s(self) -> float:
        """Both ways together."""
        return self.up_bytes_per_s + self.down_bytes_per_s

    @property
    def share(self) -> float:
        """How much of the bytes is done, from 0 to 1."""
        return min(1.0, self.done_bytes / self.size_bytes) if self.size_bytes else 0.0


def totals(transfers: Iterable[Transfer]) -> Totals:
    """Add up the transfers that are not over, and the failed files of all."""
    listed = tuple(transfers)
    active = [each for each in listed if not each.state.is_over]
    up = [each for each in active if each.direction is Direction.UP]
    down = [each for each in active if each.direction is Direction.DOWN]
    return Totals(
        up=len(up),
        down=len(down),
        files_done=sum(each.there.files for each in active),
        files=sum(each.files_total for each in active),
        done_bytes=sum(each.done_bytes for each in active),
        size_bytes=sum(each.bytes_total for each in active),
        failed=sum(standing(each).failed.files for each in listed),
        up_bytes_per_s=sum(each.rate_bytes_per_s for each in up),
        down_bytes_per_s=sum(each.rate_bytes_per_s for each in down),
        left=_left_of_all(active),
    )


def left_of(transfer: Transfer) -> TimeRange | None:
    """Return what is left of a transfer; None while nobody can say."""
    if transfer.state.is_over or not transfer.left_s:
        return None
    low, high = min(transfer.left_s), max(transfer.left_s)
    return TimeRange(low, high)


def _left_of_all(active: list[Transfer]) -> TimeRange | None:
    """They share one line, so what is left of all takes as long as its bytes do at the rate of now."""
    moving = [each for each in active if each.state in _MOVING]
    ranges = [left for each in moving if (left := left_of(each)) is not None]
    if not ranges:
        return None
    waiting = sum(each.bytes_total - each.done_bytes for each in active if each.state is TransferState.QUEUED)
    rate = sum(each.rate_bytes_per_s for each in moving)
    more = waiting / rate if rate > 0 else 0.0
    return TimeRange(max(each.low_s for each in ranges) + more, max(each.high_s for each in ranges) + 1.5 * more)
