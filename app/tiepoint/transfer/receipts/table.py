"""Tables of a receipt: a head that every page repeats, and rows as high as their longest cell.

Draws on reportlab's canvas. Rows that follow each other on a page are drawn together, column by column: where a text
stands is then said once for many, and ten thousand rows take half the time. One thread at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from tiepoint.transfer.receipts.drawing import INK, MUTED, rule
from tiepoint.transfer.receipts.flow import MARGIN, Group, Piece
from tiepoint.transfer.receipts.lettering import BOLD, FIXED, REGULAR, broken, width

_SIZE: Final = 7.5
_FIXED_SIZE: Final = 6.6
_FIXED_WIDTH: Final = 0.6 * _FIXED_SIZE
_LEADING: Final = 9.6
_PADDING: Final = 2.2
_GAP: Final = 8.0


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Args:
        head: What stands above it.
        width: In points.
        is_fixed: Its letters are all of one width: digests, and numbers.
        is_number: It ends at its right edge.
    """

    head: str
    width: float
    is_fixed: bool = False
    is_number: bool = False

    @property
    def style(self) -> tuple[str, float]:
        """Font and size of its letters."""
        return (FIXED, _FIXED_SIZE) if self.is_fixed else (REGULAR, _SIZE)

    @property
    def indent(self) -> float:
        """What is left over before the first letter of a number, in points."""
        return (self.width - _GAP) % _FIXED_WIDTH if self.is_number else 0.0

    def lines(self, cell: str) -> list[str]:
        """Break a cell into lines that fit."""
        if self.is_number:
            return [cell.rjust(int((self.width - _GAP) / _FIXED_WIDTH))]
        return broken(cell, *self.style, self.width - _GAP)


@dataclass(frozen=True, slots=True)
class _Row(Piece):
    """A row: its cells, each broken into lines."""

    cells: Sequence[Sequence[str]] = ()


class Table(Group):
    """Makes the pieces of one table.

    Args:
        columns: From left to right; numbers stand in fixed ones.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._placed: list[tuple[Column, float]] = []
        left = MARGIN
        for column in columns:
            self._placed.append((column, left))
            left += column.width
        self.head: Final = Piece(_LEADING + 2 * _PADDING + 3, self._draw_head, is_led=True)

    def row(self, cells: Sequence[str]) -> Piece:
        """Return a row; cells too long for their column go on below themselves."""
        lines = [column.lines(cell) for (column, _), cell in zip(self._placed, cells, strict=True)]
        height = max(map(len, lines)) * _LEADING + 2 * _PADDING
        return _Row(height, head=self.head, group=self, cells=lines)

    def draw(self, canvas: Any, pieces: Sequence[Piece], top: float) -> None:
        """Draw rows that follow each other on a page."""
        canvas.setFillColor(INK)
        for number, (column, left) in enumerate(self._placed):
            writing = canvas.beginText()
            writing.setFont(*column.style, _LEADING)
            writing.setTextOrigin(left + column.indent, top - _PADDING - _SIZE)
            leading = _LEADING
            for line, below in _steps(number, pieces):
                if leading != below:
                    leading = below
                    writing.setLeading(below)
                writing.textLine(line)
            canvas.drawText(writing)
        for piece in pieces:
            top -= piece.height
            rule(canvas, top, 0.3)

    def _draw_head(self, canvas: Any, top: float) -> None:
        base = top - _PADDING - _SIZE
        canvas.setFillColor(MUTED)
        canvas.setFont(BOLD, _SIZE)
        for column, left in self._placed:
            spare = column.width - _GAP - width(column.head, BOLD, _SIZE) if column.is_number else 0.0
            canvas.drawString(left + spare, base, column.head)
        rule(canvas, top - self.head.height + 1, 0.8)


def _steps(column: int, pieces: Sequence[Piece]) -> Sequence[tuple[str, float]]:
    """Return the lines of a column, each with how far below it the next one stands."""
    steps = []
    for piece in pieces:
        lines = piece.cells[column] if isinstance(piece, _Row) else ()
        steps += [(line, _LEADING) for line, _ in pairwise(lines)]
        steps.append((lines[-1], piece.height - _LEADING * (len(lines) - 1)))
    return steps
