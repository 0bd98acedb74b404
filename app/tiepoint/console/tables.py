"""Tables as aligned text, as wide as what they hold: good for a terminal, `grep` and a pipe alike. Pure; any thread."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def table_text(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Align columns with two spaces between them.

    Args:
        titles: Heads of the columns.
        rows: Their cells, already harmless (see `text.plain`).
    """
    lines = [titles, *rows]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(titles))]
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """Columns a terminal gives a text: wide East Asian signs take two, combining marks none (UAX 11)."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text
    )
