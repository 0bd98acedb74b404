"""The lines of one operation while it runs: what is done to which resource, since when, and how it ended.

Must not ask Azure anything. On the loop's thread.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from tiepoint.domain.cluster import ActivityEntry
from tiepoint.domain.cluster_operation import (
    ClusterOperation,
    LineState,
    OperationKind,
    ResourceGroupKind,
    ResourceLine,
)
from tiepoint.domain.failure import Failure
from tiepoint.domain.operation import OperationState

_MOST_ENTRIES = 100
_TOLD = {
    LineState.DONE: ("done", "ok"),
    LineState.RETRYING: ("tried again", "warning"),
    LineState.FAILED: ("failed", "error"),
    LineState.CANCELED: ("cancelled", "warning"),
}
_OPEN = (LineState.WAITING, LineState.WORKING, LineState.RETRYING)


class Board:
    """Keeps an operation's lines.

    Args:
        kind: What is done.
        cluster: Name of the cluster.
        now: The clock, UTC.
        changed: Is called after every change.
        target: For people: `8 nodes`.
    """

    def __init__(
        self,
        kind: OperationKind,
        cluster: str,
        now: Callable[[], datetime],
        changed: Callable[[], None],
        target: str = "",
        began: datetime | None = None,
    ) -> None:
        self._now, self._changed = now, changed
        self._lines: dict[str, ResourceLine] = {}
        self._activity: deque[ActivityEntry] = deque(maxlen=_MOST_ENTRIES)
        self._facts = ClusterOperation(kind, cluster, OperationState.RUNNING, began=began or now(), target=target)

    @property
    def operation(self) -> ClusterOperation:
        """The operation at this moment; lines at work tell how long they have been so."""
        now = self._now()
        return dataclasses.replace(self._facts, lines=tuple(_aged(line, now) for line in self._lines.values()))

    @property
    def activity(self) -> tuple[ActivityEntry, ...]:
        """What has happened to its lines, newest first."""
        return tuple(self._activity)

    def line(self, line_id: str) -> ResourceLine | None:
        """One line, None when there is none of that id."""
        return self._lines.get(line_id.lower())

    def set(self, **facts: Any) -> None:
        """Change what is said of the operation as a whole."""
        self._facts = dataclasses.replace(self._facts, **facts)
        self._changed()

    def expect(
        self, line_id: str, part: ResourceGroupKind, name: str, doing: str, *, note: str = "", type_name: str = ""
    ) -> None:
        """Add a line that waits; one that is there stays as it is."""
        line_id = line_id.lower()
        if line_id not in self._lines:
            self._lines[line_id] = ResourceLine(line_id, part, name, doing, note=note, type=type_name)
            self._changed()

    def put(self, line: ResourceLine) -> None:
        """Put a line in place of the one of its id, or as the last."""
        line = dataclasses.replace(line, id=line.id.lower())
        if self._lines.get(line.id) != line:
            self._note(line)
            self._lines[line.id] = line
            self._changed()

    def work(self, line_id: str, note: str = "", *, doing: str = "") -> None:
        """Say that something is being done now."""
        self._change(line_id, state=LineState.WORKING, note=note, failure=None, **({"doing": doing} if doing else {}))

    def retry(self, line_id: str, note: str, failure: Failure | None = None) -> None:
        """Say that it did not work and is tried again."""
        self._change(line_id, state=LineState.RETRYING, note=note, failure=failure)

    def done(self, line_id: str, note: str = "") -> None:
        """Say that it is done."""
        self._change(line_id, state=LineState.DONE, note=note, failure=None)

    def skip(self, line_id: str, note: str = "") -> None:
        """Say that there was nothing to do."""
        self._change(line_id, state=LineState.SKIPPED, note=note, failure=None)

    def fail(self, line_id: str, failure: Failure) -> None:
        """Say that it failed."""
        self._change(line_id, state=LineState.FAILED, note="", failure=failure)

    def finish(self, state: OperationState, failure: Failure | None = None) -> None:
        """End the operation; what is still open is told as not done."""
        end = {OperationState.COMPLETED: LineState.DONE, OperationState.CANCELED: LineState.CANCELED}
        untouched = LineState.SKIPPED if state is OperationState.COMPLETED else LineState.CANCELED
        for line in tuple(self._lines.values()):
            if line.state in _OPEN:
                left = untouched if line.state is LineState.WAITING else end.get(state, LineState.FAILED)
                self._lines[line.id] = dataclasses.replace(_aged(line, self._now()), state=left)
        self._facts = dataclasses.replace(
            self._facts, state=state, ended=self._now(), failure=failure, needs_confirmation=False
        )
        self._changed()

    def lines(self, ids: Iterable[str]) -> tuple[ResourceLine, ...]:
        """Those of these ids that there are."""
        return tuple(line for each in ids if (line := self._lines.get(each.lower())) is not None)

    def _change(self, line_id: str, **facts: Any) -> None:
        line = self._lines.get(line_id.lower())
        if line is None:
            return
        state, now = facts["state"], self._now()
        if line.began is None and state is not LineState.WAITING:
            facts["began"] = now
        if state not in _OPEN:
            facts["took_s"] = max(0.0, (now - (line.began or now)).total_seconds())
        changed = dataclasses.replace(line, **facts)
        if changed != line:
            self._note(changed)
            self._lines[line.id] = changed
            self._changed()

    def _note(self, line: ResourceLine) -> None:
        """Remember that a line has come to something that people want to know later."""
        known = self._lines.get(line.id)
        if line.state in _TOLD and (known is None or (known.state, known.note) != (line.state, line.note)):
            word, tone = _TOLD[line.state]
            why = line.failure.summary if line.failure is not None and line.state is LineState.FAILED else line.note
            text = f"{line.name}: {line.doing} {word}" + (f", {why}" if why else "")
            self._activity.appendleft(ActivityEntry(self._now(), text, tone))


def _aged(line: ResourceLine, now: datetime) -> ResourceLine:
    if line.began is None or line.state not in (LineState.WORKING, LineState.RETRYING):
        return line
    return dataclasses.replace(line, took_s=max(0.0, (now - line.began).total_seconds()))
