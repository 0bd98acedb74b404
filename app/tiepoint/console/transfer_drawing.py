"""A transfer drawn as a bar of bytes and a line of figures.

Must not interpret markup: names are shown as they are. Pure; any thread.
"""

from __future__ import annotations

from typing import Final

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from tiepoint.console.text import plain
from tiepoint.console.transfer_words import bytes_text, doing_text, files_text, pace_text, share
from tiepoint.domain.transfer import Transfer

_WIDEST_BAR: Final = 40
_NARROWEST_BAR: Final = 6
_OTHER_COLUMNS: Final = 54
"""Columns that mark, title and amount take; what is left is the bar's."""


def drawn_transfer(transfer: Transfer, spinner: RenderableType, width: int) -> RenderableType:
    """Draw a transfer.

    Args:
        transfer: As it is now.
        spinner: Mark of whatever is running.
        width: Columns of the terminal.
    """
    rows = Table.grid(padding=(0, 1))
    for _ in range(4):
        rows.add_column(no_wrap=True)
    mark = Text("■", style="dim") if transfer.state.is_over else spinner
    rows.add_row(mark, Text(doing_text(transfer)), _bar(transfer, width), Text(bytes_text(transfer)))
    figures = ", ".join(part for part in (files_text(transfer), pace_text(transfer)) if part)
    line = Text(f"  {figures}", style="dim", no_wrap=True, overflow="ellipsis")
    return Group(_headline(transfer), rows, line)


def _headline(transfer: Transfer) -> Text:
    parts = (plain(transfer.name), "bold"), (f"  {plain(transfer.place.url)}", "dim")
    return Text.assemble(*parts, no_wrap=True, overflow="ellipsis")


def _bar(transfer: Transfer, width: int) -> RenderableType:
    columns = min(_WIDEST_BAR, width - _OTHER_COLUMNS)
    if columns < _NARROWEST_BAR:
        return ""
    done = share(transfer)
    return ProgressBar(total=1.0, completed=done or 0.0, width=columns, pulse=done is None)
