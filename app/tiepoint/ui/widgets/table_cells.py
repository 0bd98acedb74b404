"""Rows and cells of tables as immutable values: shown how, sorted by what, spoken how. No Qt; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

SortValue: TypeAlias = tuple[int, float, str]
"""Missing values last, then by number, then by text."""
MISSING = "—"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Args:
        text: The words, or the figure.
        sub: A second, quieter line.
        tone: A tone for the words (`warn`, `err`, ...); `quiet` for unimportant ones; empty = usual.
        icon: A glyph before the words.
        is_strong: Whether the words stand out.
        number: What to sort by instead of the text.
        look: `text`, `pill` (`state` says which), `bar` (`share`) or `segments` (`parts`).
        state: A name in `theme.states.STATES`, for pills.
        share: From 0 to 1, None = unknown, for bars.
        parts: Amounts by tone, for segmented bars.
        spoken: For screen readers, where `text` and `sub` do not say it all.
    """

    text: str = ""
    sub: str = ""
    tone: str = ""
    icon: str = ""
    is_strong: bool = False
    number: float | None = None
    look: Literal["text", "pill", "bar", "segments"] = "text"
    state: str = ""
    share: float | None = None
    parts: tuple[tuple[str, float], ...] = ()
    spoken: str = ""

    @property
    def sort_value(self) -> SortValue:
        """By what columns sort."""
        if self.number is not None:
            return (0, self.number, self.text)
        return (1 if self.text in ("", MISSING) else 0, 0.0, self.text.casefold())

    @property
    def said(self) -> str:
        """What a screen reader says."""
        return self.spoken or ", ".join(part for part in (self.text, self.sub) if part)


NOTHING = Cell(MISSING, tone="quiet")


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Args:
        key: Stays the same as long as the row is about the same thing.
        cells: One for each column.
        rank: Where it stands unless a column was chosen to sort by; what needs attention first.
        tags: Names of the filters it belongs to.
        is_stale: Whether its values are only as last known; they are painted grey.
    """

    key: str
    cells: tuple[Cell, ...]
    rank: tuple[float, ...] = ()
    tags: frozenset[str] = frozenset()
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Args:
        key: Its name in the remembered layout.
        title: Its head.
        width: In pixels.
        is_right: Whether figures stand at the right.
        tip: What it means, in a sentence.
        drop: Hidden first when the table gets narrow if high; 0 = never.
        takes_rest: Whether it takes the room that is left.
        is_extra: Whether it is hidden until somebody asks for it.
    """

    key: str
    title: str
    width: int
    is_right: bool = False
    tip: str = ""
    drop: int = 0
    takes_rest: bool = False
    is_extra: bool = False
