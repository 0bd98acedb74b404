"""What may be done with a transfer now, and which of it is the thing to do. Pure; any thread."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from tiepoint.domain.transfer import FIRST_PRIORITY, Direction, FileState, Transfer, TransferState


class TransferAction(StrEnum):
    """What a person can do with a transfer."""

    PAUSE = "pause"
    RESUME = "resume"
    FIRST = "first"
    """Let it go before all others."""
    USUAL = "usual"
    """Let it wait for its turn again."""
    CREDENTIAL = "credential"
    RECEIPT = "receipt"
    SHOW_RECEIPT = "show-receipt"
    VERIFY = "verify"
    RETRY = "retry"
    REPLACE = "replace"
    CSV = "csv"
    OPEN_FOLDER = "open-folder"
    DOWNLOAD = "download"
    CANCEL = "cancel"
    REMOVE = "remove"


_ACTIVE: Final = (TransferState.QUEUED, TransferState.PREPARING, TransferState.RUNNING, TransferState.WAITING)
_ENDED_EARLY: Final = (TransferState.FAILED, TransferState.CANCELED)


def allowed(transfer: Transfer, *, is_connected: bool = True) -> frozenset[TransferAction]:
    """Return what may be done with a transfer.

    Args:
        transfer: As it is now.
        is_connected: Whether the worker is there; without it only what lies on this computer can be looked at.
    """
    may = _of_this_computer(transfer)
    if is_connected:
        may |= _of_worker(transfer)
    return frozenset(may)


def main_action(transfer: Transfer, may: frozenset[TransferAction], *, waits_for_other: bool) -> TransferAction | None:
    """Return the one thing to do about a transfer; None when there is none.

    Args:
        transfer: As it is now.
        may: What may be done.
        waits_for_other: Whether another one goes before it.
    """
    wanted = {
        TransferState.QUEUED: (TransferAction.FIRST if waits_for_other else TransferAction.PAUSE, TransferAction.PAUSE),
        TransferState.PREPARING: (TransferAction.PAUSE,),
        TransferState.RUNNING: (TransferAction.PAUSE,),
        TransferState.WAITING: (TransferAction.PAUSE,),
        TransferState.PAUSED: (TransferAction.RESUME,),
        TransferState.NEEDS_SIGN_IN: (TransferAction.CREDENTIAL,),
        TransferState.FAILED: (TransferAction.RETRY,),
        TransferState.CANCELED: (TransferAction.RETRY,),
        TransferState.COMPLETED: (TransferAction.RECEIPT, TransferAction.OPEN_FOLDER),
    }.get(transfer.state, ())
    return next((each for each in wanted if each in may), None)


def _of_this_computer(transfer: Transfer) -> set[TransferAction]:
    may: set[TransferAction] = set()
    if transfer.receipt is not None:
        may |= {TransferAction.RECEIPT, TransferAction.SHOW_RECEIPT}
    if transfer.direction is Direction.DOWN:
        may.add(TransferAction.OPEN_FOLDER)
    return may


def _of_worker(transfer: Transfer) -> set[TransferAction]:
    state, may = transfer.state, set[TransferAction]()
    if state in _ACTIVE or state is TransferState.NEEDS_SIGN_IN:
        may.add(TransferAction.PAUSE)
    if state is TransferState.PAUSED:
        may.add(TransferAction.RESUME)
    if state in _ENDED_EARLY:
        may.add(TransferAction.RETRY)
    if not state.is_over:
        may |= {TransferAction.CANCEL, TransferAction.CREDENTIAL}
        may.add(TransferAction.USUAL if transfer.priority >= FIRST_PRIORITY else TransferAction.FIRST)
    elif state is TransferState.FAILED:
        may.add(TransferAction.CREDENTIAL)
    if state.is_over:
        may.add(TransferAction.REMOVE)
    if transfer.tally(FileState.FAILED).files:
        may |= {TransferAction.RETRY, TransferAction.CSV}
    if transfer.tally(FileState.CONFLICT).files:
        may |= {TransferAction.REPLACE, TransferAction.CSV}
    if transfer.direction is Direction.UP:
        if transfer.capture is not None:
            may.add(TransferAction.DOWNLOAD)
        if transfer.receipt is not None or state is TransferState.COMPLETED:
            may.add(TransferAction.VERIFY)
    return may
