"""Rows and cells of tables as immutable values: shown how, sorted by what, spoken how. No Qt; any thread."""

from __future__ import annotations

from collections.abc import Callable
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
        look: `text`, `pill` (`state` says which), `bar` (`share`), `segments` (`parts`) or `spark` (`points`).
        state: A name in `theme.states.STATES`, for pills.
        share: From 0 to 1, None = unknown, for bars.
        parts: Amounts by tone, for segmented bars.
        points: From 0 to 1, None = unknown, the newest last, for sparks: a line of what was lately.
        spoken: For screen readers, where `text` and `sub` do not say it all.
        is_live: Whether it is true now even in a row that is only as last known.
    """

    text: str = ""
    sub: str = ""
    tone: str = ""
    icon: str = ""
    is_strong: bool = False
    number: float | None = None
    look: Literal["text", "pill", "bar", "segments", "spark"] = "text"
    state: str = ""
    share: float | None = None
    parts: tuple[tuple[str, float], ...] = ()
    points: tuple[float | None, ...] = ()
    spoken: str = ""
    is_live: bool = False

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

    @property
    def is_built(self) -> bool:
        """Whether the cells were made: always."""
        return True

    def cell(self, column: int) -> Cell:
        """One cell."""
        return self.cells[column]


class LazyRow:
    """A row whose cells are made when somebody looks at them: for tables of thousands of rows that change all the time.

    Args:
        key: As `Row.key`.
        source: What the cells are made of; a row with an equal source is the same row.
        build: Makes the cells.
        rank: As `Row.rank`.
        tags: As `Row.tags`.
        is_stale: As `Row.is_stale`.
        one: Makes the cell of one column, for sorting by it; None = all are made.
    """

    __slots__ = ("_build", "_cells", "_one", "_ones", "is_stale", "key", "rank", "source", "tags")
    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self,
        key: str,
        source: object,
        build: Callable[[], tuple[Cell, ...]],
        *,
        rank: tuple[float, ...] = (),
        tags: frozenset[str] = frozenset(),
        is_stale: bool = False,
        one: Callable[[int], Cell] | None = None,
    ) -> None:
        self.key, self.source, self.rank, self.tags, self.is_stale = key, source, rank, tags, is_stale
        self._build, self._one = build, one
        self._cells: tuple[Cell, ...] | None = None
        self._ones: dict[int, Cell] = {}

    @property
    def is_built(self) -> bool:
        """Whether the cells were made."""
        return self._cells is not None

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells."""
        if self._cells is None:
            self._cells = self._build()
        return self._cells

    def cell(self, column: int) -> Cell:
        """One cell."""
        if self._cells is not None or self._one is None:
            return self.cells[column]
        known = self._ones.get(column)
        if known is None:
            known = self._ones[column] = self._one(column)
        return known

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LazyRow):
            return NotImplemented
        return (
            self.key == other.key
            and self.rank == other.rank
            and self.tags == other.tags
            and self.is_stale == other.is_stale
            and self.source == other.source
        )


AnyRow: TypeAlias = Row | LazyRow


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
