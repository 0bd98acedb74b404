"""The menu of all results, newest first; what is gone stays in the list and says so. The GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from tiepoint.domain.failure import Failure
from tiepoint.ports.result_reader import Presence
from tiepoint.services.results import ResultEntry, ResultSource
from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme import icons
from tiepoint.ui.viewmodels.results_words import when_text

_CONTEXT: Final = "Results"
_MOST: Final = 30
_TITLE_PX: Final = 260


class ResultMenu(QMenu):
    """Results to choose from.

    Signals:
        chosen(entry): Open a `ResultEntry`.
        forget_wanted(path): Take something opened by hand off the list.
        open_wanted(): Open another file.
    """

    chosen = Signal(object)
    forget_wanted = Signal(Path)
    open_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setToolTipsVisible(True)
        self.setMinimumWidth(320)

    def show_entries(
        self, entries: Sequence[ResultEntry], current: Path | None, now: datetime, trouble: Failure | None = None
    ) -> None:
        """Show these results.

        Args:
            entries: Newest first.
            current: The one that is open; it is marked.
            now: For the times.
            trouble: Why the list may be incomplete.
        """
        self.clear()
        shown = list(entries[:_MOST])
        for entry in shown:
            self._add(entry, is_current=entry.place.path == current, now=now)
        if not shown:
            self.addAction(tr(_CONTEXT, "No results yet")).setEnabled(False)
        if trouble is not None:
            self.addAction(icons.icon("triangle-alert", "warn.text"), plain(trouble.summary)).setEnabled(False)
        self.addSeparator()
        open_file = self.addAction(icons.icon("file-box"), tr(_CONTEXT, "Open a file…\tCtrl+O"))
        open_file.triggered.connect(lambda: self.open_wanted.emit())
        self._add_forgetting([entry for entry in shown if entry.source is ResultSource.OPENED])

    def _add(self, entry: ResultEntry, *, is_current: bool, now: datetime) -> None:
        when = when_text(entry.when, now)
        missing = {
            Presence.MISSING: tr(_CONTEXT, "missing"),
            Presence.EMPTY: tr(_CONTEXT, "no model"),
        }.get(entry.presence)
        title = self.fontMetrics().elidedText(plain(entry.title), Qt.TextElideMode.ElideMiddle, _TITLE_PX)
        action = QAction(f"{title.replace('&', '&&')}\t{missing or when}", self)
        action.setIcon(icons.icon(_icon_of(entry, is_current=is_current), "accent_text" if is_current else "text2"))
        action.setEnabled(missing is None)
        action.setToolTip(plain(str(entry.place.path)).replace("<", "&lt;"))
        action.triggered.connect(lambda: self.chosen.emit(entry))
        self.addAction(action)

    def _add_forgetting(self, opened: Sequence[ResultEntry]) -> None:
        if not opened:
            return
        menu = self.addMenu(icons.icon("x"), tr(_CONTEXT, "Take off the list"))
        for entry in opened:
            title = self.fontMetrics().elidedText(plain(entry.title), Qt.TextElideMode.ElideMiddle, _TITLE_PX)
            action = menu.addAction(title.replace("&", "&&"))
            action.triggered.connect(lambda _on=False, path=entry.place.path: self.forget_wanted.emit(path))


def _icon_of(entry: ResultEntry, *, is_current: bool) -> str:
    if is_current:
        return "check"
    if entry.presence is not Presence.THERE:
        return "file-x"
    return "box" if entry.source is ResultSource.JOB else "file-box"
