"""One file of a transfer as a row of cells, its columns, and by what it is filtered and sorted. Pure; any thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tiepoint.domain.transfer import Direction, FileState, TransferFile
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.jobs_words import percent_text
from tiepoint.ui.viewmodels.transfers_words import amount_text, rate_text
from tiepoint.ui.widgets.table_cells import NOTHING, Cell, Column, Row, SortValue

_STATES: Final = {
    FileState.WAITING: "waiting",
    FileState.VERIFIED: "verified",
    FileState.SKIPPED: "there",
    FileState.COPIED: "copied",
    FileState.CONFLICT: "conflict",
    FileState.FAILED: "failed",
}
_ORDER: Final = (
    FileState.FAILED,
    FileState.CONFLICT,
    FileState.MOVING,
    FileState.WAITING,
    FileState.VERIFIED,
    FileState.COPIED,
    FileState.SKIPPED,
)
_RANKS: Final = {state: rank for rank, state in enumerate(_ORDER)}
TAGS: Final[dict[str, tuple[FileState, ...]]] = {
    "failed": (FileState.FAILED, FileState.CONFLICT),
    "moving": (FileState.MOVING,),
    "waiting": (FileState.WAITING,),
    "verified": (FileState.VERIFIED,),
    "there": (FileState.SKIPPED, FileState.COPIED),
}
"""Filters by name, and the states each lets pass."""


def file_columns() -> tuple[Column, ...]:
    """Return the columns of the table of files."""
    return (
        Column("state", tr("Files", "State"), 104),
        Column("file", tr("Files", "File"), 132, tip=tr("Files", "Its name, and the folder inside the capture")),
        Column("size", tr("Files", "Size"), 76, is_right=True),
        Column(
            "confirmed",
            tr("Files", "Confirmed bytes"),
            118,
            tip=tr("Files", "What the other side acknowledged; what is on its way is not counted"),
        ),
        Column("rate", tr("Files", "Rate"), 82, is_right=True, drop=2),
        Column("tries", tr("Files", "Tries"), 52, is_right=True, drop=3, tip=tr("Files", "How often it was begun")),
        Column(
            "md5",
            tr("Files", "MD5 in Blob"),
            88,
            drop=4,
            tip=tr("Files", "The digest that the server confirmed; with a hyphen, of a file sent in blocks"),
        ),
        Column("reason", tr("Files", "Reason and what to do"), 190, takes_rest=True),
    )


def file_row(file: TransferFile, direction: Direction) -> Row:
    """Return a file as a row; its key is its index."""
    return Row(
        str(file.index),
        (_state(file, direction), _name(file), _size(file), _confirmed(file), _rate(file), _tries(file), _md5(file),
         _reason(file, direction)),
    )  # fmt: skip


def file_rank(file: TransferFile) -> int:
    """Where it stands unless a column was chosen to sort by: what needs attention first, then in order."""
    return (_RANKS[file.state] << 40) | file.index


SORTED_BY: Final[tuple[Callable[[TransferFile], SortValue], ...]] = (
    lambda file: (0, float(_RANKS[file.state]), ""),
    lambda file: (0, 0.0, file.path.casefold()),
    lambda file: (0, float(file.size), ""),
    lambda file: (0, share_of(file), ""),
    lambda file: (0 if file.rate_bytes_per_s else 1, file.rate_bytes_per_s, ""),
    lambda file: (0, float(file.attempts), ""),
    lambda file: (0 if file.digest else 1, 0.0, file.digest),
    lambda file: (0 if file.trouble else 1, 0.0, reason_of(file)),
)
"""What each column sorts by, in the order of `file_columns`."""


def share_of(file: TransferFile) -> float:
    """How much of a file the other side acknowledged, from 0 to 1."""
    if file.state.is_there:
        return 1.0
    return min(1.0, file.done_bytes / file.size) if file.size else 0.0


def file_state(file: TransferFile, direction: Direction) -> str:
    """Return the name of a file's state in `theme.states`."""
    is_up = direction is Direction.UP
    if file.state is FileState.MOVING:
        return "sending" if is_up else "receiving"
    if file.state is FileState.VERIFIED and not is_up:
        return "received"
    return _STATES[file.state]


def reason_of(file: TransferFile) -> str:
    """Return why a file failed without its own name, so that the same reason is the same words; empty = none told."""
    if file.trouble is None:
        return ""
    summary = file.trouble.summary
    for named in (f"“{file.path}”", file.path):
        if summary.startswith(named):
            return tr("Files", "It") + summary[len(named) :]
    return summary


def _state(file: TransferFile, direction: Direction) -> Cell:
    look = look_of(file_state(file, direction))
    tone = "quiet" if look.tone in ("neutral", "queued") else look.tone
    return Cell(look.text, tone=tone, icon=look.icon, number=float(_RANKS[file.state]))


def _name(file: TransferFile) -> Cell:
    folder, _, name = file.path.rpartition("/")
    return Cell(plain(name), plain(folder), spoken=plain(file.path))


def _size(file: TransferFile) -> Cell:
    return Cell(amount_text(file.size), number=float(file.size))


def _confirmed(file: TransferFile) -> Cell:
    share = share_of(file)
    tone = {FileState.FAILED: "err", FileState.CONFLICT: "err", FileState.MOVING: "info"}.get(file.state, "ok")
    tone = "queued" if file.state in TAGS["there"] else tone
    return Cell(percent_text(share), look="bar", share=share, tone=tone, number=share)


def _rate(file: TransferFile) -> Cell:
    if file.state is not FileState.MOVING or file.rate_bytes_per_s < 1:
        return NOTHING
    return Cell(rate_text(file.rate_bytes_per_s), number=file.rate_bytes_per_s)


def _tries(file: TransferFile) -> Cell:
    is_odd = file.attempts > 1
    return Cell(str(file.attempts), tone="" if is_odd else "quiet", number=float(file.attempts))


def _md5(file: TransferFile) -> Cell:
    return Cell(file.digest, tone="quiet") if file.digest else NOTHING


def _reason(file: TransferFile, direction: Direction) -> Cell:
    if file.trouble is not None:
        is_bad = file.state in TAGS["failed"]
        words, remedy = said_below(plain(reason_of(file))), said_below(plain(file.trouble.remedy))
        return Cell(words, remedy, tone="err" if is_bad else "quiet", icon="triangle-alert" if is_bad else "")
    if file.state is FileState.CONFLICT:
        where = tr("Files", "Something else of this name is there")
        return Cell(where, tr("Files", "Replace it, or rename the file"), tone="err", icon="triangle-alert")
    if file.state is FileState.SKIPPED:
        return Cell(tr("Files", "Same size and content: not moved again"), tone="quiet")
    if file.state is FileState.COPIED:
        return Cell(tr("Files", "The same photo was in the account: copied there"), tone="quiet")
    return Cell("")
