"""Transfers as people read them: states, sizes, rates, what is left, from where to where. Pure; any thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from tiepoint.domain.blob_place import BlobPlace, read_place
from tiepoint.domain.errors import UsageError
from tiepoint.domain.left_out import LeftOut
from tiepoint.domain.transfer import Direction, FileState, Transfer, TransferState
from tiepoint.ui.text import grouped, plain, said_below, tr, tr_count
from tiepoint.ui.viewmodels.jobs_words import clock_text, range_text
from tiepoint.ui.viewmodels.transfers_allowed import TransferAction
from tiepoint.ui.viewmodels.transfers_parts import Totals, left_of, standing

_NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_UNITS: Final = (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3))
_STATES: Final = {
    TransferState.DRAFT: "draft",
    TransferState.QUEUED: "queued",
    TransferState.PREPARING: "preparing",
    TransferState.WAITING: "away",
    TransferState.NEEDS_SIGN_IN: "needs-sign-in",
    TransferState.PAUSED: "paused",
    TransferState.FINISHING: "finishing",
    TransferState.FAILED: "failed",
    TransferState.CANCELED: "canceled",
}


def amount_text(size_bytes: float) -> str:
    """Write an amount with three figures at most: `8.1 MB`, `66.1 GB`, `312 MB`."""
    for unit, factor in _UNITS:
        if size_bytes >= factor * 0.9995:
            value = size_bytes / factor
            figure = f"{value:.1f}" if value < 99.95 else f"{value:.0f}"
            return f"{figure}{_NO_BREAK}{unit}"
    return tr_count("Transfers", "{count} byte", "{count} bytes", int(size_bytes)).replace(" ", _NO_BREAK)


def amount_of(done_bytes: float, all_bytes: float) -> str:
    """Write how much of an amount: `66.1 of 74.8 GB`."""
    done, whole = amount_text(done_bytes), amount_text(all_bytes)
    figure, _, unit = done.partition(_NO_BREAK)
    short = figure if whole.endswith(_NO_BREAK + unit) else done
    return tr("Transfers", "{done} of {all}", done=short, all=whole)


def rate_text(bytes_per_s: float) -> str:
    """Write a rate: `312 MB/s`."""
    return f"{amount_text(bytes_per_s)}/s"


def state_look(transfer: Transfer) -> tuple[str, str]:
    """Return a transfer's state as a name for `theme.states` and words of its own (empty = the state's)."""
    is_up = transfer.direction is Direction.UP
    if transfer.state is TransferState.RUNNING:
        return ("sending" if is_up else "receiving"), ""
    if transfer.state is TransferState.COMPLETED:
        return ("verified" if is_up else "received"), ""
    failed = standing(transfer).failed.files
    if transfer.state is TransferState.FAILED and failed:
        return "failed", tr_count("Transfers", "{count} failed", "{count} failed", failed)
    return _STATES[transfer.state], ""


def files_line(transfer: Transfer) -> str:
    """Say how far a transfer is, files and bytes apart: `8 854 of 10 000 files · 66.1 of 74.8 GB`."""
    figures = standing(transfer)
    total = figures.total
    if transfer.state is TransferState.DRAFT:
        return tr_count("Transfers", "{count} file so far", "{count} files so far", total.files)
    if transfer.state is TransferState.COMPLETED:
        words = (
            tr_count("Transfers", "{count} file verified", "{count} files verified", figures.arrived.files)
            if transfer.direction is Direction.UP
            else tr_count("Transfers", "{count} file received", "{count} files received", figures.arrived.files)
        )
        return f"{words} · {amount_text(total.size_bytes)}"
    files = tr_count(
        "Transfers",
        "{done} of {count} file",
        "{done} of {count} files",
        total.files,
        done=grouped(figures.arrived.files),
    )
    return f"{files} · {amount_of(figures.done_bytes, total.size_bytes)}"


def second_line(transfer: Transfer, now: datetime, *, after: str = "", is_stale: bool = False) -> str:
    """Say what matters now in one short line.

    Args:
        transfer: As it is now.
        now: The time.
        after: Name of the transfer that goes before it; empty = none.
        is_stale: Whether all of this is only as last known.
    """
    state = transfer.state
    if is_stale and not state.is_over:
        return tr("Transfers", "as last known")
    if state in (TransferState.WAITING, TransferState.FAILED):
        return _trouble_line(transfer)
    if state is TransferState.COMPLETED:
        return _completed_line(transfer, now)
    if state is TransferState.RUNNING:
        return _moving_line(transfer)
    words = {
        TransferState.DRAFT: tr("Transfers", "The list of files is still coming"),
        TransferState.QUEUED: tr("Transfers", "after {name}", name=plain(after, limit=80))
        if after
        else tr("Transfers", "next in line"),
        TransferState.PREPARING: tr("Transfers", "Looks what is there already"),
        TransferState.NEEDS_SIGN_IN: tr("Transfers", "Waits, nothing failed"),
        TransferState.PAUSED: tr("Transfers", "What arrived stays; goes on where it stopped"),
        TransferState.FINISHING: tr("Transfers", "The server confirms every file"),
        TransferState.CANCELED: tr("Transfers", "What arrived stays there"),
    }
    return words[state]


def _trouble_line(transfer: Transfer) -> str:
    failed = standing(transfer).failed.files
    if transfer.state is TransferState.FAILED and failed:
        return tr_count("Transfers", "{count} file is not there", "{count} files are not there", failed)
    if transfer.trouble is not None:
        return said_below(plain(transfer.trouble.summary))
    words = {
        TransferState.WAITING: tr("Transfers", "Goes on by itself, nothing failed"),
        TransferState.FAILED: tr("Transfers", "Stopped before everything was there"),
    }
    return words[transfer.state]


def _completed_line(transfer: Transfer, now: datetime) -> str:
    when = "" if transfer.finished is None else clock_text(transfer.finished, now)
    if transfer.direction is Direction.DOWN:
        words = tr("Transfers", "All of it is on this computer")
    elif transfer.receipt is not None and transfer.receipt.is_safe:
        words = tr("Transfers", "Safe to format the card")
    elif transfer.receipt is not None and transfer.receipt.is_whole:
        words = tr("Transfers", "All photos verified; look what else the card holds")
    else:
        words = tr("Transfers", "No receipt yet")
    return " · ".join(part for part in (words, when) if part)


def _moving_line(transfer: Transfer) -> str:
    left = left_of(transfer)
    parts = [rate_text(transfer.rate_bytes_per_s)] if transfer.rate_bytes_per_s >= 1 else []
    parts.append(
        tr("Transfers", "left {time}", time=range_text(left))
        if left is not None
        else tr("Transfers", "time left not known yet")
    )
    return " · ".join(parts)


def place_text(place: BlobPlace) -> str:
    """Write a place as people know it: `account / container / folder`."""
    parts = urlsplit(place.endpoint)
    host, account = parts.hostname or "", parts.path.strip("/")
    name = account or (host.split(".")[0] if ".blob." in host else parts.netloc)
    return " / ".join(plain(part) for part in (name, place.container, *place.prefix.split("/")) if part)


def place_of_address(address: str) -> str:
    """Write an address as people know it; as it is when it cannot be read."""
    try:
        return place_text(read_place(address)[0])
    except UsageError:
        return plain(address)


def way_text(transfer: Transfer) -> str:
    """Say from where to where."""
    here, there = plain(transfer.folder, limit=400), place_text(transfer.place)
    first, second = (here, there) if transfer.direction is Direction.UP else (there, here)
    return f"{first}  →  {second}"


def action_words(action: TransferAction, transfer: Transfer) -> tuple[str, str]:
    """Return the verb and the icon of an action."""
    failed, conflicts = transfer.tally(FileState.FAILED).files, transfer.tally(FileState.CONFLICT).files
    made: dict[TransferAction, tuple[str, str]] = {
        TransferAction.PAUSE: (tr("Transfers", "Pause"), "pause"),
        TransferAction.RESUME: (tr("Transfers", "Go on"), "play"),
        TransferAction.FIRST: (_first_words(transfer), "arrow-up"),
        TransferAction.USUAL: (tr("Transfers", "No longer first"), "list"),
        TransferAction.CREDENTIAL: (tr("Transfers", "Give signature"), "key-round"),
        TransferAction.RECEIPT: (tr("Transfers", "Receipt"), "receipt"),
        TransferAction.SHOW_RECEIPT: (tr("Transfers", "Show the receipts' folder"), "folder-open"),
        TransferAction.VERIFY: (tr("Transfers", "Check again in Blob"), "badge-check"),
        TransferAction.RETRY: (_retry_words(transfer, failed), "rotate-cw"),
        TransferAction.REPLACE: (_replace_words(conflicts), "git-compare-arrows"),
        TransferAction.CSV: (tr("Transfers", "CSV of failed"), "download"),
        TransferAction.OPEN_FOLDER: (tr("Transfers", "Open folder"), "folder-open"),
        TransferAction.DOWNLOAD: (tr("Transfers", "Download from there"), "arrow-down-to-line"),
        TransferAction.CANCEL: (tr("Transfers", "Stop it"), "circle-stop"),
        TransferAction.REMOVE: (tr("Transfers", "Take off the list"), "trash-2"),
    }
    return made[action]


def _first_words(transfer: Transfer) -> str:
    is_up = transfer.direction is Direction.UP
    return tr("Transfers", "Send first") if is_up else tr("Transfers", "Receive first")


def _retry_words(transfer: Transfer, failed: int) -> str:
    if transfer.state is TransferState.CANCELED:
        return tr("Transfers", "Begin again")
    if not failed:
        return tr("Transfers", "Try again")
    return tr_count("Transfers", "Retry {count} failed", "Retry {count} failed", failed)


def _replace_words(conflicts: int) -> str:
    return tr_count("Transfers", "Replace {count} conflict", "Replace {count} conflicts", conflicts)


def summary_line(transfers: Sequence[Transfer]) -> str:
    """Count transfers by what they do: `3 up · 1 down · 1 done`."""
    active = [each for each in transfers if not each.state.is_over]
    up = sum(each.direction is Direction.UP for each in active)
    done = sum(each.state is TransferState.COMPLETED for each in transfers)
    ended = len(transfers) - len(active) - done
    parts = (
        (up, tr("Transfers", "{count} up", count=grouped(up))),
        (len(active) - up, tr("Transfers", "{count} down", count=grouped(len(active) - up))),
        (done, tr("Transfers", "{count} done", count=grouped(done))),
        (ended, tr("Transfers", "{count} stopped", count=grouped(ended))),
    )
    return " · ".join(words for count, words in parts if count)


def moving_words(sums: Totals) -> tuple[str, str]:
    """Return state and words of what moves now, for the strip: `Sending 312 MB/s`; empty when nothing does."""
    if sums.rate_bytes_per_s < 1:
        return "", ""
    if not sums.down_bytes_per_s:
        return "sending", tr("Transfers", "Sending {rate}", rate=rate_text(sums.up_bytes_per_s))
    if not sums.up_bytes_per_s:
        return "receiving", tr("Transfers", "Receiving {rate}", rate=rate_text(sums.down_bytes_per_s))
    both = tr(
        "Transfers", "{up} up, {down} down", up=rate_text(sums.up_bytes_per_s), down=rate_text(sums.down_bytes_per_s)
    )
    return "sending", both


def left_out_text(left_out: LeftOut) -> str:
    """Say what lay beside the photos and did not go up with them: formatting the card would lose it."""
    if left_out.unread:
        words = tr_count(
            "Transfers",
            "{count} photo or folder could not be read",
            "{count} photos or folders could not be read",
            left_out.unread,
        )
        names = left_out.named[: left_out.unread]
        said = tr("Transfers", "Not safe to format the card: {what}", what=words)
        return f"{said} ({_listed(names, left_out.unread)})."
    if not left_out.total:
        return tr("Transfers", "Single files were sent: look what else the card holds before you format it.")
    groups = (
        (left_out.excluded, "{count} photo that was left out", "{count} photos that were left out"),
        (left_out.files, "{count} file that is no photo", "{count} files that are no photos"),
    )
    what = tr("Transfers", " and ").join(
        tr_count("Transfers", one, many, count) for count, one, many in groups if count
    )
    said = tr("Transfers", "Before you format the card, copy {what}", what=what)
    return f"{said}: {_listed(left_out.named, left_out.total)}."


def _listed(names: Sequence[str], total: int) -> str:
    listed = ", ".join(plain(name, limit=100) for name in names)
    return tr("Transfers", "{names} and others", names=listed) if total > len(names) else listed
