"""Transfers in words and figures, shared by every human form of output. Pure; any thread."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tiepoint.console.text import duration_text, moment_text, plain, remaining_text
from tiepoint.domain.space import size_text
from tiepoint.domain.transfer import Direction, FileState, Transfer, TransferState

_DOING: Final = {
    TransferState.DRAFT: "Listing",
    TransferState.QUEUED: "Waiting for its turn",
    TransferState.PREPARING: "Looking what is there already",
    TransferState.WAITING: "Waiting for the network",
    TransferState.NEEDS_SIGN_IN: "Needs sign-in",
    TransferState.PAUSED: "Paused",
    TransferState.FINISHING: "Confirming with the server",
    TransferState.COMPLETED: "Completed",
    TransferState.FAILED: "Failed",
    TransferState.CANCELED: "Canceled",
}


def doing_text(transfer: Transfer) -> str:
    """Say what a transfer is doing."""
    if transfer.state is TransferState.RUNNING:
        return "Sending" if transfer.direction is Direction.UP else "Receiving"
    return _DOING[transfer.state]


def share(transfer: Transfer) -> float | None:
    """Share 0 to 1 of the bytes that are there; None while nothing can be said."""
    if transfer.state in (TransferState.PREPARING, TransferState.DRAFT) or not transfer.files_total:
        return None
    return min(1.0, transfer.done_bytes / transfer.bytes_total) if transfer.bytes_total else 1.0


def bytes_text(transfer: Transfer) -> str:
    """Write how many bytes are there: `1.6 GB of 3.3 GB`."""
    return f"{size_text(transfer.done_bytes)} of {size_text(transfer.bytes_total)}" if transfer.files_total else ""


def files_text(transfer: Transfer) -> str:
    """Write how many files are there: `212 of 412 files, 12 there already, 2 failed`."""
    parts = [f"{transfer.there.files} of {transfer.files_total} files"] if transfer.files_total else []
    skipped = transfer.tally(FileState.SKIPPED).files
    copied = transfer.tally(FileState.COPIED).files
    failed = transfer.tally(FileState.FAILED).files
    conflicts = transfer.tally(FileState.CONFLICT).files
    parts += [f"{skipped} there already"] if skipped else []
    parts += [f"{copied} copied by the server"] if copied else []
    parts += [f"{failed} failed"] if failed else []
    parts += [f"{conflicts} differ from what is there"] if conflicts else []
    return ", ".join(parts)


def pace_text(transfer: Transfer) -> str:
    """Write how fast it goes and how long it takes: `24 MB/s, 2 to 3 min left`; empty while nothing moves."""
    parts = [f"{size_text(round(transfer.rate_bytes_per_s))}/s"] if transfer.rate_bytes_per_s >= 1 else []
    if transfer.left_s and len(transfer.left_s) >= 2 and not transfer.state.is_over:
        parts.append(remaining_text(transfer.left_s[0], transfer.left_s[1]))
    return ", ".join(parts)


def list_row(transfer: Transfer, now: datetime) -> tuple[str, ...]:
    """Return the cells of a transfer in a list of them."""
    took = (transfer.finished - transfer.created).total_seconds() if transfer.finished else None
    return (
        transfer.id,
        plain(transfer.name),
        transfer.direction.value,
        transfer.state.value,
        f"{transfer.there.files}/{transfer.files_total}",
        bytes_text(transfer),
        duration_text(took) if took is not None else pace_text(transfer),
        moment_text(transfer.created, now),
        plain(transfer.place.url),
    )
