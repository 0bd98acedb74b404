"""What happened to the open job, newest first, and the way to see it again on the flight recorder. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tiepoint.domain.job_journal import JournalEntry
from tiepoint.ui.text import tr
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.activity import activity_line
from tiepoint.ui.viewmodels.log_lines import ShownLine
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import empty, row

_MOST: Final = 10


class JournalCard(Card):
    """A short list.

    Signals:
        replay_wanted(time): The moment shall be seen again.
    """

    replay_wanted = Signal(object)

    def __init__(self) -> None:
        self.replay = Button(tr("Journal", "Replay"), "history", "link", size="small")
        super().__init__(tr("Journal", "History"), "", self.replay)
        self._shown: tuple[ShownLine, ...] = ()
        self._time: datetime | None = None
        self._list = QVBoxLayout()
        self._list.setSpacing(7)
        self.add(self._list)
        self.replay.clicked.connect(lambda: self.replay_wanted.emit(self._time))

    def show_entries(self, entries: Sequence[JournalEntry], now: datetime, *, can_replay: bool) -> None:
        """Show the entries of one job, oldest first as they come."""
        last = entries[-_MOST:][::-1]
        self._time = last[0].time if last else None
        self.replay.setVisible(can_replay and self._time is not None)
        lines = tuple(activity_line(entry, now) for entry in last)
        if lines == self._shown:
            return
        self._shown = lines
        empty(self._list)
        for line in lines:
            self._list.addWidget(_Line(line))


class _Line(QWidget):
    def __init__(self, line: ShownLine) -> None:
        super().__init__()
        look = look_of(line.state)
        time = Label(line.time, "caption")
        time.setMinimumWidth(58)
        text = ElidedLabel(line.text, "sub")
        parts = row(time, Glyph(look.icon, f"{look.tone}.text", 14), text, spacing=9)
        parts.setStretch(2, 1)
        self.setLayout(parts)
        self.setAccessibleName(f"{line.time} {line.text}")
