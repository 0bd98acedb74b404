"""An operation on a cluster drawn for a terminal: a bar, then what is at work, tried again or failed.

Must not interpret markup: names are shown as they are. Pure; any thread.
"""

from __future__ import annotations

from typing import Final

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from tiepoint.console.cluster_words import DOING, progress
from tiepoint.console.text import duration_text, plain
from tiepoint.domain.cluster_operation import ClusterOperation, LineState, ResourceLine

_WIDEST_BAR: Final = 40
_NARROWEST_BAR: Final = 6
_OTHER_COLUMNS: Final = 40
_MOST_ROWS: Final = 14
_SHOWN: Final = (LineState.FAILED, LineState.RETRYING, LineState.WORKING)


def drawn_operation(operation: ClusterOperation, spinner: RenderableType, width: int) -> RenderableType:
    """Draw an operation.

    Args:
        operation: As it is now.
        spinner: Mark of whatever is running.
        width: Columns of the terminal.
    """
    done, total = progress(operation)
    rows = Table.grid(padding=(0, 1))
    for _ in range(3):
        rows.add_column(no_wrap=True)
    rows.add_column(no_wrap=True, overflow="ellipsis")
    columns = min(_WIDEST_BAR, width - _OTHER_COLUMNS)
    bar: RenderableType = ProgressBar(total=max(1, total), completed=done, width=columns)
    rows.add_row(
        Text("■", style="dim") if operation.state.is_over else spinner,
        Text(f"{DOING[operation.kind]} {plain(operation.cluster)}", style="bold"),
        bar if columns >= _NARROWEST_BAR else "",
        Text(f"{done} of {total} resources"),
    )
    lines = Table.grid(padding=(0, 1))
    for _ in range(3):
        lines.add_column(no_wrap=True)
    lines.add_column(no_wrap=True, overflow="ellipsis")
    open_lines = sorted(
        (line for line in operation.lines if line.state in _SHOWN), key=lambda line: _SHOWN.index(line.state)
    )
    for line in open_lines[:_MOST_ROWS]:
        lines.add_row(_mark(line, spinner), Text(plain(line.name)), _took(line), Text(_note(line), style="dim"))
    more = len(open_lines) - _MOST_ROWS
    if more > 0:
        lines.add_row("", Text(f"and {more} more", style="dim"), "", "")
    return Group(rows, lines)


def _mark(line: ResourceLine, spinner: RenderableType) -> RenderableType:
    if line.state is LineState.FAILED:
        return Text("✗", style="red")
    return Text("↻", style="yellow") if line.state is LineState.RETRYING else spinner


def _took(line: ResourceLine) -> Text:
    return Text(duration_text(line.took_s) if line.took_s is not None else "", style="dim")


def _note(line: ResourceLine) -> str:
    if line.state is LineState.FAILED and line.failure is not None:
        return plain(line.failure.summary)
    return plain(line.note or line.doing)
