"""The pieces receipts are made of but tables: texts, the statement in its box, facts. Draws on reportlab's canvas.

Must not know receipts. One thread at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from reportlab.lib.colors import Color, HexColor

from tiepoint.transfer.receipts.flow import MARGIN, TEXT_WIDTH, Piece
from tiepoint.transfer.receipts.lettering import BOLD, REGULAR, broken, paragraph

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


def ends_of_page(
    canvas: Any, upper: tuple[str, str], lower: tuple[str, str], *, at_top: float, at_bottom: float
) -> None:
    """Draw what stands above and below the text of every page, left and right."""
    for base, (left, right) in ((at_top, upper), (at_bottom, lower)):
        style = (BOLD if base == at_top else REGULAR, 8.0, MUTED)
        _lines(canvas, [left], MARGIN, base, style, 0)
        canvas.setFont(REGULAR, 8.0)
        canvas.drawRightString(MARGIN + TEXT_WIDTH, base, right)
    rule(canvas, at_top - 6, 0.5)


def _lines(
    canvas: Any, lines: Sequence[str], left: float, base: float, style: tuple[str, float, Color], leading: float
) -> None:
    font, size, color = style
    canvas.setFillColor(color)
    canvas.setFont(font, size)
    for line in lines:
        canvas.drawString(left, base, line)
        base -= leading


def rule(canvas: Any, base: float, thickness: float) -> None:
    """Draw a line over the whole width."""
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
