"""The dock's Activity: what happened to jobs, to the link and to transfers, in order. The GUI thread."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget

from tiepoint.ui.panel import Panel
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.activity import ActivityViewModel
from tiepoint.ui.viewmodels.activity_transfers import KEY_PREFIX
from tiepoint.ui.viewmodels.log_lines import ShownLine
from tiepoint.ui.widgets.buttons import Chip, IconButton
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import column, row
from tiepoint.ui.widgets.log_list import LogList
from tiepoint.ui.widgets.table_find import FindBox


class ActivityTab(QWidget):
    """Shows the journal; `tools` belongs into the dock's head."""

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self._panel = panel
        self.viewmodel = ActivityViewModel(panel.program.monitor, panel.program.transfers)
        self.list = LogList(tr("Activity", "What happened"), is_mono=False, time_px=84, level_px=24, source_px=210)
        self._stack = QStackedWidget()
        self._warnings = Chip(tr("Activity", "Only problems"), "triangle-alert")
        self._find = FindBox(tr("Activity", "Find"), width=170)
        self._copy = IconButton("copy", tr("Activity", "Copy lines (Ctrl+C)"), size=16)
        self.tools = QWidget()
        self._setup_ui()
        self._connect()

    def _setup_ui(self) -> None:
        self.tools.setLayout(row(None, self._warnings, self._find, self._copy, spacing=6))
        nothing = QWidget()
        words = Label(tr("Activity", "Nothing has happened yet."), "sub")
        nothing.setLayout(column(None, row(None, words, None), None))
        self._stack.addWidget(nothing)
        self._stack.addWidget(self.list)
        self._on_past_known()
        self.setLayout(column(self._stack, margins=(2, 0, 2, 6)))

    def _connect(self) -> None:
        self.viewmodel.appended.connect(self._on_appended)
        self.viewmodel.past_known.connect(self._on_past_known)
        self._warnings.toggled.connect(lambda _is_on: self._on_filter())
        self._find.textChanged.connect(lambda _text: self._on_filter())
        self._copy.clicked.connect(self.list.copy)
        self.list.opened.connect(self._on_opened)
        self.destroyed.connect(self.viewmodel.shut)

    def _on_opened(self, key: str) -> None:
        if key.startswith(KEY_PREFIX):
            self._panel.navigator.go("transfers", transfer=key.removeprefix(KEY_PREFIX))
        else:
            self._panel.navigator.go("jobs", job=key)

    def _on_appended(self, line: ShownLine) -> None:
        self._stack.setCurrentIndex(1)
        self.list.model_of_lines.append((line,))

    def _on_past_known(self) -> None:
        lines = self.viewmodel.lines
        self.list.model_of_lines.set_lines(lines)
        self._stack.setCurrentIndex(1 if lines else 0)

    def _on_filter(self) -> None:
        self.list.model_of_lines.set_filter(self._find.text(), only_warnings=self._warnings.isChecked())
