"""The dock's Log: the log of the job that is looked at, wherever in the panel one is. The GUI thread."""

from __future__ import annotations

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QStackedWidget, QWidget

from tiepoint.ui.panel import Panel
from tiepoint.ui.text import grouped, plain, tr
from tiepoint.ui.viewmodels.job_choice import choice_of
from tiepoint.ui.viewmodels.log import LogViewModel
from tiepoint.ui.viewmodels.log_lines import ShownLine
from tiepoint.ui.widgets.buttons import Chip, IconButton
from tiepoint.ui.widgets.labels import ElidedLabel, Label
from tiepoint.ui.widgets.layouts import column, row
from tiepoint.ui.widgets.log_list import LogList
from tiepoint.ui.widgets.table_find import FindBox


class LogTab(QWidget):
    """Shows the log; `tools` belongs into the dock's head."""

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        state = panel.program.panel_state.state
        self._choice = choice_of(panel.program.remote.shown, state.job or "")
        self.viewmodel = LogViewModel(panel.program.remote.shown, self._choice)
        self.list = LogList(tr("Log", "Log of the job"))
        self._nothing = Label(tr("Log", "Nothing here yet. The log begins with the first job."), "sub")
        self._stack = QStackedWidget()
        self._whose = ElidedLabel("", "sub")
        self._all = Chip(tr("Log", "All"), is_on=True)
        self._warnings = Chip(tr("Log", "Warnings {count}", count=0), "triangle-alert")
        self._find = FindBox(tr("Log", "Find in the log"), width=170)
        self._copy = IconButton("copy", tr("Log", "Copy lines (Ctrl+C)"), size=16)
        self._follow = IconButton("arrow-down-to-line", tr("Log", "Follow the end"), is_checkable=True, size=16)
        self.tools = QWidget()
        self._setup_ui()
        self._connect()

    def _setup_ui(self) -> None:
        self._whose.setMaximumWidth(220)
        self._group = QButtonGroup(self)
        for chip in (self._all, self._warnings):
            self._group.addButton(chip)
        self._follow.setChecked(True)
        parts = (self._whose, self._all, self._warnings, self._find, self._copy, self._follow)
        self.tools.setLayout(row(None, *parts, spacing=6))
        nothing = QWidget()
        nothing.setLayout(column(None, row(None, self._nothing, None), None))
        self._stack.addWidget(nothing)
        self._stack.addWidget(self.list)
        self.setLayout(column(self._stack, margins=(2, 0, 2, 6)))

    def _connect(self) -> None:
        self.viewmodel.began.connect(self._on_began)
        self.viewmodel.appended.connect(self._on_appended)
        self._group.buttonClicked.connect(lambda _chip: self._on_filter())
        self._find.textChanged.connect(lambda _text: self._on_filter())
        self._copy.clicked.connect(self.list.copy)
        self._follow.toggled.connect(lambda is_on: self.list.set_following(is_following=is_on))
        self.list.following_changed.connect(self._follow.setChecked)
        self.destroyed.connect(self.viewmodel.shut)

    def _on_began(self) -> None:
        self.list.model_of_lines.set_lines(self.viewmodel.lines)
        self.list.set_following(is_following=True)
        job = self.viewmodel.job
        self._whose.setText("" if job is None else plain(job.name))
        self._tell()

    def _on_appended(self, lines: tuple[ShownLine, ...]) -> None:
        self.list.model_of_lines.append(lines)
        self._tell()

    def _on_filter(self) -> None:
        self.list.model_of_lines.set_filter(self._find.text(), only_warnings=self._warnings.isChecked())

    def _tell(self) -> None:
        model = self.list.model_of_lines
        self._stack.setCurrentIndex(1 if model.lines else 0)
        self._nothing.setText(
            tr("Log", "Nothing here yet. The log begins with the first job.")
            if self.viewmodel.job is None
            else tr("Log", "This job has written nothing yet.")
        )
        self._warnings.setText(tr("Log", "Warnings {count}", count=grouped(model.warnings)))

    def showEvent(self, event: QShowEvent) -> None:
        """Follow while it is seen."""
        self.viewmodel.set_active(is_active=True)
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of the log when nobody looks."""
        self.viewmodel.set_active(is_active=False)
        super().hideEvent(event)
