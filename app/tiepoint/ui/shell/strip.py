"""The strip above the page: title and state, facts, the running job wherever you are, and what can be done."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from tiepoint.ui.pages.page import StripContent
from tiepoint.ui.theme.tokens import STRIP_HEIGHT
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import ElidedLabel, Label
from tiepoint.ui.widgets.layouts import column, empty, row
from tiepoint.ui.widgets.pill import Pill

_LEAST_TITLE_PX: Final = 200


class Strip(QWidget):
    """Shows a page's `StripContent`; facts that find no room are left out, the last first."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(STRIP_HEIGHT)
        self._content: StripContent | None = None
        self._title = ElidedLabel("", "h1")
        self._subtitle = ElidedLabel("", "sub")
        self._pill = Pill("ok")
        self._facts: list[_Fact] = []
        self._facts_line, self._actions_line = QHBoxLayout(), QHBoxLayout()
        self._facts_line.setSpacing(22)
        self._actions_line.setSpacing(8)
        self._job_chip: QWidget | None = None
        self._is_job_chip_wanted = False
        self._setup_ui()

    def show_content(self, content: StripContent) -> None:
        """Show this; only what changed is touched."""
        before, self._content = self._content, content
        self._title.setText(content.title)
        self._subtitle.setText(content.subtitle)
        self._subtitle.setVisible(bool(content.subtitle))
        self._pill.setVisible(bool(content.state))
        if content.state:
            self._pill.set_state(content.state, content.state_text)
        if before is None or [name for name, _ in before.facts] != [name for name, _ in content.facts]:
            self._rebuild_facts(content.facts)
        for fact, (_, value) in zip(self._facts, content.facts, strict=True):
            fact.set_value(value)
        if before is None or before.actions != content.actions:
            self._rebuild_actions(content.actions)
        self._show_job_chip()
        self._fit()

    def set_job_chip(self, chip: QWidget) -> None:
        """Take a widget about the running job; it is shown unless the page tells of the job itself."""
        self._job_chip = chip
        chip.hide()
        self._line.insertWidget(2, chip)

    def set_job_chip_wanted(self, is_wanted: bool) -> None:
        """Say whether there is a job to tell of."""
        self._is_job_chip_wanted = is_wanted
        self._show_job_chip()
        self._fit()

    def _show_job_chip(self) -> None:
        if self._job_chip is not None:
            is_told = self._content is not None and self._content.is_about_job
            self._job_chip.setVisible(self._is_job_chip_wanted and not is_told)

    def _setup_ui(self) -> None:
        titles = column(None, row(self._title, self._pill, None, spacing=10), self._subtitle, None, spacing=2)
        self._line = row(titles, self._facts_line, self._actions_line, spacing=22, margins=(20, 0, 16, 0))
        self._line.setStretch(0, 1)
        self.setLayout(self._line)

    def _rebuild_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        empty(self._facts_line)
        self._facts = [_Fact(name) for name, _ in facts]
        for fact in self._facts:
            self._facts_line.addWidget(fact)

    def _rebuild_actions(self, actions: tuple[QAction, ...]) -> None:
        empty(self._actions_line)
        for action in actions:
            self._actions_line.addWidget(_ActionButton(action))

    def _fit(self) -> None:
        """Leave out facts from the end until the title has room."""
        taken = sum(
            widget.sizeHint().width() + 22
            for widget in (self._job_chip,)
            if widget is not None and not widget.isHidden()
        )
        pill = 0 if self._pill.isHidden() else self._pill.sizeHint().width() + 10
        taken += self._actions_line.sizeHint().width() + _LEAST_TITLE_PX + pill + 80
        room = self.width() - taken
        for fact in self._facts:
            room -= fact.sizeHint().width() + 22
            fact.setVisible(room >= 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit what is shown to the width."""
        self._fit()
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        """Fit again when a button came or went."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def minimumSizeHint(self) -> QSize:
        """Give way: facts are left out before the window has to grow."""
        return QSize(400, STRIP_HEIGHT)


class _Fact(QWidget):
    """A name above a value."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name, self._value = name, Label("", "title")
        self.setLayout(column(None, Label(name, "caption"), self._value, None, spacing=1))

    def set_value(self, value: str) -> None:
        """Show a value."""
        if self._value.text() != value:
            self._value.setText(value)
            self.setAccessibleName(f"{self._name}: {value}")


class _ActionButton(Button):
    """A button that follows an action, or opens its menu; the connection ends with the button."""

    def __init__(self, action: QAction) -> None:
        super().__init__(action.text(), str(action.property("icon_name") or ""), str(action.data() or "plain"))
        self._action = action
        if isinstance(menu := action.menu(), QMenu):
            self.setMenu(menu)
        else:
            self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        self.setText(self._action.text())
        self.setEnabled(self._action.isEnabled())
        self.setVisible(self._action.isVisible())
        self.setToolTip(self._action.toolTip())
