"""Pages of a receipt: pieces of known height one below the other, tables that repeat their head, page numbers.

Must not know what a receipt says. One thread at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, Protocol

PAGE_WIDTH: Final = 595.28
PAGE_HEIGHT: Final = 841.89
"""A4 in points (ISO 216)."""
MARGIN: Final = 45.0
TOP: Final = PAGE_HEIGHT - 62.0
BOTTOM: Final = 52.0
TEXT_WIDTH: Final = PAGE_WIDTH - 2 * MARGIN


class Group(Protocol):
    """Draws pieces that follow each other on a page together."""

    def draw(self, canvas: Any, pieces: Sequence[Piece], top: float) -> None:
        """Draw them, the upper edge of the first at a height of the page."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something on a page.

    Args:
        height: In points.
        draw: Draws it on a canvas, its upper edge at the given height of the page; None = its group does.
        head: Drawn first when this piece begins a page: the head of its table.
        is_led: Never the last on a page: a heading.
        group: Draws it together with its neighbours of the same group.
    """

    height: float
    draw: Callable[[Any, float], None] | None = None
    head: Piece | None = None
    is_led: bool = False
    group: Group | None = None


def paged(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Share pieces out over pages."""
    pages: list[list[Piece]] = [[]]
    left = TOP - BOTTOM
    for number, piece in enumerate(pieces):
        if pages[-1] and _need(pieces, number) > left:
            pages.append([])
            left = TOP - BOTTOM
        if not pages[-1] and piece.head is not None and len(pages) > 1:
            pages[-1].append(piece.head)
            left -= piece.head.height
        pages[-1].append(piece)
        left -= piece.height
    return pages


def draw_page(canvas: Any, pieces: Sequence[Piece]) -> None:
    """Draw the pieces of a page from its top."""
    top = TOP
    for _, together in groupby(pieces, lambda piece: id(piece.group or piece)):
        neighbours = list(together)
        if (group := neighbours[0].group) is not None:
            group.draw(canvas, neighbours, top)
        for piece in neighbours:
            if piece.draw is not None:
                piece.draw(canvas, top)
            top -= piece.height


def _need(pieces: Sequence[Piece], number: int) -> float:
    """Return the height that must be free: of the piece, and of what has to follow it."""
    need = pieces[number].height
    while pieces[number].is_led and number + 1 < len(pieces):
        number += 1
        need += pieces[number].height
    return need
