"""The pieces receipts are made of: texts, the statement in its box, facts, tables. Draws on reportlab's canvas.

Must not know receipts. One thread at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from reportlab.lib.colors import Color, HexColor

from tiepoint.transfer.receipts.flow import MARGIN, TEXT_WIDTH, Piece
from tiepoint.transfer.receipts.lettering import BOLD, FIXED, REGULAR, broken, paragraph, width

INK: Final = HexColor("#1b2430")
MUTED: Final = HexColor("#5b6673")
RULE: Final = HexColor("#d7dce2")
SAFE: Final = HexColor("#1b7a4b")
SAFE_GROUND: Final = HexColor("#e7f4ec")
UNSAFE: Final = HexColor("#b3261e")
UNSAFE_GROUND: Final = HexColor("#fbeae9")

_BOX_PADDING: Final = 14.0
_MARK_RADIUS: Final = 13.0
_LABEL_WIDTH: Final = 78.0
_ROW_SIZE: Final = 7.5
_FIXED_SIZE: Final = 6.6
_ROW_LEADING: Final = 9.6
_ROW_PADDING: Final = 2.2
_GAP: Final = 8.0


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, its width in points, whether numbers stand in it, and its font."""

    head: str
    width: float
    is_number: bool = False
    font: str = REGULAR

    @property
    def size(self) -> float:
        """Size of its letters."""
        return _FIXED_SIZE if self.font == FIXED else _ROW_SIZE


def space(height: float) -> Piece:
    """Return nothing of a height."""
    return Piece(height, lambda canvas, top: None)


def text(
    words: str, *, size: float, font: str = REGULAR, color: Color = INK, after: float = 0.0, is_led: bool = False
) -> Piece:
    """Return a text over the whole width, broken between words."""
    leading = size * 1.35
    lines = paragraph(words, font, size, TEXT_WIDTH)

    def draw(canvas: Any, top: float) -> None:
        _lines(canvas, lines, MARGIN, top - size, (font, size, color), leading)

    return Piece(len(lines) * leading + after, draw, is_led=is_led)


def statement(first: str, second: str, *, is_safe: bool) -> Piece:
    """Return the box that says whether the card may be formatted."""
    color, ground = (SAFE, SAFE_GROUND) if is_safe else (UNSAFE, UNSAFE_GROUND)
    left = MARGIN + _BOX_PADDING + 2 * _MARK_RADIUS + 12
    most = MARGIN + TEXT_WIDTH - left - _BOX_PADDING
    upper, lower = paragraph(first, BOLD, 15, most), paragraph(second, REGULAR, 11, most)
    height = 2 * _BOX_PADDING + 20 * len(upper) + 15 * len(lower)

    def draw(canvas: Any, top: float) -> None:
        canvas.setFillColor(ground)
        canvas.roundRect(MARGIN, top - height, TEXT_WIDTH, height, 6, stroke=0, fill=1)
        _mark(canvas, MARGIN + _BOX_PADDING + _MARK_RADIUS, top - height / 2, color, is_safe=is_safe)
        _lines(canvas, upper, left, top - _BOX_PADDING - 16, (BOLD, 15, color), 20)
        _lines(canvas, lower, left, top - _BOX_PADDING - 20 * len(upper) - 12, (REGULAR, 11, INK), 15)

    return Piece(height, draw)


def fact(label: str, value: str) -> Piece:
    """Return a line of a list of facts; a long value goes on below itself."""
    lines = broken(value, REGULAR, 9, TEXT_WIDTH - _LABEL_WIDTH)

    def draw(canvas: Any, top: float) -> None:
        _lines(canvas, [label], MARGIN, top - 9, (REGULAR, 9, MUTED), 13)
        _lines(canvas, lines, MARGIN + _LABEL_WIDTH, top - 9, (REGULAR, 9, INK), 13)

    return Piece(13 * len(lines) + 2, draw)


def table_head(columns: Sequence[Column]) -> Piece:
    """Return the head of a table."""
    height = _ROW_LEADING + 2 * _ROW_PADDING + 3

    def draw(canvas: Any, top: float) -> None:
        base = top - _ROW_PADDING - _ROW_SIZE
        canvas.setFillColor(MUTED)
        writing = canvas.beginText()
        for column, left in _placed(columns):
            _cell(writing, column.head, column, left, base, (BOLD, _ROW_SIZE))
        canvas.drawText(writing)
        _rule(canvas, top - height + 1, 0.8)

    return Piece(height, draw, is_led=True)


def table_row(columns: Sequence[Column], cells: Sequence[str], head: Piece) -> Piece:
    """Return a row of a table; cells too long for their column go on below themselves."""
    broken_cells = [
        broken(cell, column.font, column.size, column.width - _GAP) for column, cell in zip(columns, cells, strict=True)
    ]
    height = max(len(lines) for lines in broken_cells) * _ROW_LEADING + 2 * _ROW_PADDING

    def draw(canvas: Any, top: float) -> None:
        canvas.setFillColor(INK)
        writing = canvas.beginText()  # one for the row: half the time of one for each cell
        for (column, left), lines in zip(_placed(columns), broken_cells, strict=True):
            base = top - _ROW_PADDING - _ROW_SIZE
            for line in lines:
                _cell(writing, line, column, left, base, (column.font, column.size))
                base -= _ROW_LEADING
        canvas.drawText(writing)
        _rule(canvas, top - height, 0.3)

    return Piece(height, draw, head)


def ends_of_page(
    canvas: Any, upper: tuple[str, str], lower: tuple[str, str], *, at_top: float, at_bottom: float
) -> None:
    """Draw what stands above and below the text of every page, left and right."""
    for base, (left, right) in ((at_top, upper), (at_bottom, lower)):
        style = (BOLD if base == at_top else REGULAR, 8.0, MUTED)
        _lines(canvas, [left], MARGIN, base, style, 0)
        canvas.setFont(REGULAR, 8.0)
        canvas.drawRightString(MARGIN + TEXT_WIDTH, base, right)
    _rule(canvas, at_top - 6, 0.5)


def _placed(columns: Sequence[Column]) -> list[tuple[Column, float]]:
    left = MARGIN
    placed = []
    for column in columns:
        placed.append((column, left))
        left += column.width
    return placed


def _cell(writing: Any, words: str, column: Column, left: float, base: float, style: tuple[str, float]) -> None:
    if column.is_number:
        left += column.width - _GAP - width(words, *style)
    writing.setTextOrigin(left, base)
    writing.setFont(*style)
    writing.textOut(words)


def _lines(
    canvas: Any, lines: Sequence[str], left: float, base: float, style: tuple[str, float, Color], leading: float
) -> None:
    font, size, color = style
    canvas.setFillColor(color)
    canvas.setFont(font, size)
    for line in lines:
        canvas.drawString(left, base, line)
        base -= leading


def _rule(canvas: Any, base: float, thickness: float) -> None:
    canvas.setStrokeColor(RULE)
    canvas.setLineWidth(thickness)
    canvas.line(MARGIN, base, MARGIN + TEXT_WIDTH, base)


def _mark(canvas: Any, x: float, y: float, color: Color, *, is_safe: bool) -> None:
    canvas.setFillColor(color)
    canvas.circle(x, y, _MARK_RADIUS, stroke=0, fill=1)
    canvas.setStrokeColor(HexColor("#ffffff"))
    canvas.setLineWidth(2.4)
    canvas.setLineCap(1)
    strokes = [(-6, 0, -2, -4.5), (-2, -4.5, 6, 4.5)] if is_safe else [(-4.5, -4.5, 4.5, 4.5), (-4.5, 4.5, 4.5, -4.5)]
    for x1, y1, x2, y2 in strokes:
        canvas.line(x + x1, y + y1, x + x2, y + y2)
