"""Text for receipts: the fonts, how wide text is, where it breaks, and names made harmless.

Must not draw. Any thread, one at a time.
"""

from __future__ import annotations

import functools
import io
from typing import Any, Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from tiepoint import resources
from tiepoint.domain.plain_text import plain

REGULAR: Final = "TiepointInter"
BOLD: Final = "TiepointInterBold"
FIXED: Final = "Courier"
"""One of the fonts that every reader of PDF has; digests are all that is written with it."""
_FILES: Final = {REGULAR: "Inter-Regular.ttf", BOLD: "Inter-SemiBold.ttf"}
_BREAKS_AFTER: Final = "/ _-"
_PER_EM: Final = 1000


def readable(text: str) -> tuple[str, bool]:
    """Make a name harmless and drawable.

    Returns:
        The text, control and direction-changing characters and those the fonts lack written as their Unicode numbers
        (`\\u6771`); and whether any was.
    """
    if text.isascii() and text.isprintable():
        return text, False
    known = _characters()
    shown = "".join(sign if ord(sign) in known else _number(sign) for sign in plain(text))
    return shown, shown != text


def width(text: str, font: str, size: float) -> float:
    """Return how wide a text is in points."""
    if font == FIXED:
        return len(text) * 0.6 * size
    widths, default = _widths(font)
    return float(sum(widths.get(ord(sign), default) for sign in text)) * size / _PER_EM


def broken(text: str, font: str, size: float, most: float) -> list[str]:
    """Break a text into lines: after a separator where there is one in the line's last half, else anywhere.

    Args:
        text: As `readable` gave it.
        font: One of the fonts above.
        size: In points.
        most: Width of a line in points.
    """
    lines = []
    while width(text, font, size) > most:
        cut = _longest(text, font, size, most)
        at = max(text.rfind(sign, cut // 2, cut) for sign in _BREAKS_AFTER) + 1 or cut
        lines.append(text[:at].rstrip())
        text = text[at:].lstrip(" ")
    return [*lines, text]


def paragraph(text: str, font: str, size: float, most: float) -> list[str]:
    """Break a text into lines between its words; only a word longer than a line is broken itself."""
    lines = [""]
    for word in text.split():
        grown = f"{lines[-1]} {word}".lstrip()
        if width(grown, font, size) <= most:
            lines[-1] = grown
        else:
            lines.extend(broken(word, font, size, most))
    return lines if lines[0] or len(lines) == 1 else lines[1:]


def _longest(text: str, font: str, size: float, most: float) -> int:
    used = 0.0
    for count, sign in enumerate(text):
        used += width(sign, font, size)
        if used > most:
            return max(1, count)
    return len(text)


def _number(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"


@functools.cache
def _font(name: str) -> Any:
    font = TTFont(name, io.BytesIO(resources.read_bytes(f"fonts/receipts/{_FILES[name]}")))
    pdfmetrics.registerFont(font)
    return font


def _widths(name: str) -> tuple[dict[int, float], float]:
    face = _font(name).face
    return face.charWidths, face.defaultWidth


@functools.cache
def _characters() -> frozenset[int]:
    known = [frozenset(code for code, glyph in _font(name).face.charToGlyph.items() if glyph) for name in _FILES]
    return known[0] & known[1]
