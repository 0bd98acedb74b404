"""One transfer as an entry of the list of captures. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass

from tiepoint.domain.transfer import FIRST_PRIORITY, Transfer
from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.transfers import TransfersViewModel
from tiepoint.ui.viewmodels.transfers_parts import bar_parts
from tiepoint.ui.viewmodels.transfers_words import action_words, files_line, second_line, state_look
from tiepoint.ui.widgets.table_cells import Cell, Column, Row


@dataclass(frozen=True, slots=True)
class CaptureRow(Row):
    """An entry.

    Args:
        name: Of the capture.
        mark: Words after the name; empty = none.
        state: A name in `theme.states.STATES`.
        state_text: Words for it.
        parts: Of the bar, by tone.
        files: How far it is.
        line: What matters now.
        action: Words of its one button; empty = none.
        action_icon: Icon of the button.
    """

    name: str = ""
    mark: str = ""
    state: str = ""
    state_text: str = ""
    parts: tuple[tuple[str, float], ...] = ()
    files: str = ""
    line: str = ""
    action: str = ""
    action_icon: str = ""


def capture_columns() -> tuple[Column, ...]:
    """Return the one column of the list."""
    return (Column("capture", tr("Transfers", "Capture"), 320, takes_rest=True),)


def capture_row(transfer: Transfer, viewmodel: TransfersViewModel, place: int) -> CaptureRow:
    """Return a transfer as an entry, at a place of the list."""
    state, words = state_look(transfer)
    is_contradicted = viewmodel.is_contradicted(transfer)
    if is_contradicted:
        state, words = "error", tr("Transfers", "Not all there")
    action = viewmodel.main_action(transfer)
    verb, icon = action_words(action, transfer) if action is not None else ("", "")
    name = plain(transfer.name, limit=120)
    files = files_line(transfer)
    line = second_line(transfer, viewmodel.now, after=viewmodel.before(transfer), is_stale=viewmodel.is_stale)
    if is_contradicted:
        line = tr("Transfers", "A check missed photos: do not format the card")
    said = words or look_of(state).text
    return CaptureRow(
        key=transfer.id,
        cells=(Cell(name, spoken=", ".join((name, said, files, line))),),
        rank=(float(place),),
        is_stale=viewmodel.is_stale,
        name=name,
        mark=_mark(transfer),
        state=state,
        state_text=said,
        parts=bar_parts(transfer),
        files=files,
        line=line,
        action=verb,
        action_icon=icon,
    )


def _mark(transfer: Transfer) -> str:
    is_first = transfer.priority >= FIRST_PRIORITY and not transfer.state.is_over
    return tr("Transfers", "first") if is_first else ""
