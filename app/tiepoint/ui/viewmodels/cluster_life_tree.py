"""An operation's resources as a tree of parts and lines: what each does, how long, and a note. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tiepoint.domain.cluster_operation import ClusterOperation, LineState, ResourceGroupKind, ResourceLine
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.viewmodels.cluster_life_resources import kind_name
from tiepoint.ui.viewmodels.cluster_life_words import line_look
from tiepoint.ui.viewmodels.cluster_words import part_look
from tiepoint.ui.viewmodels.jobs_words import duration_text

_OVER: Final = (LineState.DONE, LineState.SKIPPED)
_PROBLEMS: Final = (LineState.FAILED, LineState.RETRYING, LineState.CANCELED)
_LOUD: Final = (LineState.FAILED, LineState.RETRYING, LineState.WORKING, LineState.CANCELED)
"""What a part is when one of its lines is so, the loudest first."""

_DONE_STATES: Final = ("completed", "skipped")
_RANKS: Final = {
    LineState.FAILED: 0,
    LineState.RETRYING: 0,
    LineState.CANCELED: 1,
    LineState.WORKING: 2,
    LineState.WAITING: 3,
    LineState.DONE: 4,
    LineState.SKIPPED: 4,
}
"""What needs somebody stands first, what is done last; else they keep their order."""


@dataclass(frozen=True, slots=True)
class TreeLine:
    """One line of the tree, ready to be shown.

    Args:
        key: Stays the same as long as it is about the same resource.
        name: Of the resource, or of the part.
        state: A name in `theme.states.STATES`.
        word: For the state.
        took: How long it took or takes; empty = not begun.
        note: What it waits for, which try it is; of a part how many of its lines are done.
        tone: Of the note: empty, `warn` or `err`.
        is_problem: Whether somebody should look at it.
        kind: What sort of resource it is; empty for parts.
        portal_id: Resource id, for its page in the portal; empty where no resource stands behind it.
    """

    key: str
    name: str
    state: str
    word: str
    took: str = ""
    note: str = ""
    tone: str = ""
    is_problem: bool = False
    kind: str = ""
    portal_id: str = ""

    @property
    def said(self) -> str:
        """What a screen reader says."""
        return ", ".join(part for part in (self.name, self.kind, self.word, self.took, self.note) if part)


@dataclass(frozen=True, slots=True)
class TreePart:
    """A part of the cluster with its lines.

    Args:
        line: What is told of the part as a whole.
        lines: Of its resources, in order.
        is_over: Whether all of it is done, so that it need not be open.
    """

    line: TreeLine
    lines: tuple[TreeLine, ...]
    is_over: bool


ALL, OPEN, PROBLEMS = "", "open", "problems"
"""What of a tree is shown: all, what is not done, what needs somebody."""


def tree_of(operation: ClusterOperation, now: datetime, *, only: str = ALL) -> tuple[TreePart, ...]:
    """Return the tree of an operation.

    Args:
        operation: As it is.
        now: UTC.
        only: `ALL`, or leave out what is done (`OPEN`) or needs nobody (`PROBLEMS`).
    """
    is_live = not operation.state.is_over
    parts = [
        _part(part, [line for line in operation.lines if line.part is part], now, is_live=is_live)
        for part in _parts_in_order(operation)
    ]
    if only == ALL:
        return tuple(parts)
    thinned = (
        TreePart(part.line, tuple(line for line in part.lines if _is_wanted(line, only)), part.is_over)
        for part in parts
    )
    return tuple(part for part in thinned if part.lines)


def _is_wanted(line: TreeLine, only: str) -> bool:
    return line.is_problem if only == PROBLEMS else line.state not in _DONE_STATES


def tree_text(operation: ClusterOperation, now: datetime) -> str:
    """Return the tree as text, for a mail or a ticket: tab-separated, lines indented."""
    out = ["\t".join(tr("ClusterTree", word) for word in ("Resource", "State", "Took", "Note"))]
    for part in tree_of(operation, now):
        out += ["\t".join((("" if line is part.line else "  ") + line.name, line.word, line.took, line.note))
                for line in (part.line, *part.lines)]  # fmt: skip
    return "\n".join(out) + "\n"


def problems_in(operation: ClusterOperation) -> int:
    """How many lines need a look."""
    return sum(line.state in _PROBLEMS for line in operation.lines)


def _parts_in_order(operation: ClusterOperation) -> list[ResourceGroupKind]:
    present = {line.part for line in operation.lines}
    return [part for part in ResourceGroupKind if part in present]


def _part(part: ResourceGroupKind, lines: list[ResourceLine], now: datetime, *, is_live: bool) -> TreePart:
    state, doing = _state_of(lines), lines[0].doing
    look, word = line_look(state, doing)
    done = sum(line.state in _OVER for line in lines)
    failed = sum(line.state is LineState.FAILED for line in lines)
    note = tr("ClusterTree", "{done} of {total}", done=done, total=len(lines))
    if failed:
        note = tr("ClusterTree", "{note}, {failed} failed", note=note, failed=failed)
    told = TreeLine(
        f"part:{part.value}",
        part_look(part)[1],
        look,
        word,
        _part_took(lines, now, is_live=is_live),
        note,
        "err" if failed else "",
        state in _PROBLEMS,
    )
    ordered = sorted(lines, key=lambda line: _RANKS[line.state])
    return TreePart(told, tuple(_line(line, now, is_live=is_live) for line in ordered), done == len(lines))


def _state_of(lines: list[ResourceLine]) -> LineState:
    states = {line.state for line in lines}
    for loud in _LOUD:
        if loud in states:
            return loud
    if states <= {LineState.SKIPPED}:
        return LineState.SKIPPED
    if states <= set(_OVER):
        return LineState.DONE
    return LineState.WAITING if states == {LineState.WAITING} else LineState.WORKING


def _line(line: ResourceLine, now: datetime, *, is_live: bool) -> TreeLine:
    look, word = line_look(line.state, line.doing)
    note, tone = plain(line.note), ""
    if line.state in (LineState.FAILED, LineState.RETRYING):
        tone = "err" if line.state is LineState.FAILED else "warn"
        note = note or (said_below(plain(line.failure.summary)) if line.failure is not None else "")
    return TreeLine(
        line.id,
        plain(line.name),
        look,
        word,
        _took(line, now, is_live=is_live),
        note,
        tone,
        line.state in _PROBLEMS,
        _kind(line),
        line.id if line.id.startswith("/subscriptions/") else "",
    )


def _kind(line: ResourceLine) -> str:
    """Name the sort of a resource where its own name does not say it."""
    kind = kind_name(line.type) if line.type and " " not in line.name else ""
    return "" if line.name.casefold() in kind.casefold() else kind


def _took(line: ResourceLine, now: datetime, *, is_live: bool) -> str:
    seconds = line_seconds(line, now, is_live=is_live)
    return "" if seconds is None or line.state is LineState.SKIPPED else duration_text(seconds)


def line_seconds(line: ResourceLine, now: datetime, *, is_live: bool) -> float | None:
    """Return how long a line took, or has taken by now while it goes on; None = not begun."""
    goes_on = is_live and line.state in (LineState.WORKING, LineState.RETRYING)
    if goes_on and line.began is not None:
        return max(line.took_s or 0.0, (now - line.began).total_seconds())
    return line.took_s


def _part_took(lines: list[ResourceLine], now: datetime, *, is_live: bool) -> str:
    begun = [line for line in lines if line.began is not None]
    if not begun:
        return ""
    first = min(line.began for line in begun if line.began is not None)
    ends = [
        (line.began - first).total_seconds() + (line_seconds(line, now, is_live=is_live) or 0.0)
        for line in begun
        if line.began is not None
    ]
    return duration_text(max(ends))
