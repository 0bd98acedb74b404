"""The strip above the page: title and state, facts, job and transfers wherever you are, and what can be done."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget
from shiboken6 import isValid

from tiepoint.ui.pages.page import StripContent
from tiepoint.ui.theme.tokens import STRIP_HEIGHT
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import ElidedLabel, Label
from tiepoint.ui.widgets.layouts import column, row
from tiepoint.ui.widgets.pill import Pill

_LEAST_TITLE_PX: Final = 200
_JOB, _TRANSFERS, _CLUSTER = "job", "transfers", "cluster"
_TOLD: Final = {_JOB: "is_about_job", _TRANSFERS: "is_about_transfers", _CLUSTER: "is_about_cluster"}
"""Which word of the page hides a chip."""


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
        self._fact_count = 0
        self._buttons: dict[QAction, _ActionButton] = {}
        self._facts_line, self._actions_line = QHBoxLayout(), QHBoxLayout()
        self._facts_line.setSpacing(22)
        self._actions_line.setSpacing(8)
        self._chips: dict[str, QWidget] = {}
        self._wanted: set[str] = set()
        self._site_switch: QWidget | None = None
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
        self._show_facts(content.facts)
        if before is None or before.actions != content.actions:
            self._show_actions(content.actions)
        self._show_chips()
        self._fit()

    def set_job_chip(self, chip: QWidget) -> None:
        """Take a widget about the running job; it is shown unless the page tells of the job itself."""
        self._set_chip(_JOB, chip)

    def set_job_chip_wanted(self, is_wanted: bool) -> None:
        """Say whether there is a job to tell of."""
        self._set_wanted(_JOB, is_wanted=is_wanted)

    def set_transfer_chip(self, chip: QWidget) -> None:
        """Take a widget about the transfers; it is shown unless the page tells of them itself."""
        self._set_chip(_TRANSFERS, chip)

    def set_transfer_chip_wanted(self, is_wanted: bool) -> None:
        """Say whether there are transfers to tell of."""
        self._set_wanted(_TRANSFERS, is_wanted=is_wanted)

    def set_meter_chip(self, chip: QWidget) -> None:
        """Take a widget about what clusters cost; it is shown unless the page tells of it itself."""
        self._set_chip(_CLUSTER, chip)

    def set_meter_chip_wanted(self, is_wanted: bool) -> None:
        """Say whether a cluster costs something."""
        self._set_wanted(_CLUSTER, is_wanted=is_wanted)

    def set_site_switch(self, switch: QWidget) -> None:
        """Take a widget that chooses the site; it is shown on pages that follow it."""
        self._site_switch = switch
        switch.hide()
        self._line.insertWidget(self._line.count() - 1, switch)
        self._show_chips()

    def _set_chip(self, about: str, chip: QWidget) -> None:
        self._chips[about] = chip
        chip.hide()
        self._line.insertWidget(2, chip)

    def _set_wanted(self, about: str, *, is_wanted: bool) -> None:
        (self._wanted.add if is_wanted else self._wanted.discard)(about)
        self._show_chips()
        self._fit()

    def _show_chips(self) -> None:
        content = self._content
        for about, chip in self._chips.items():
            is_told = content is not None and bool(getattr(content, _TOLD[about]))
            chip.setVisible(about in self._wanted and not is_told)
        if self._site_switch is not None:
            self._site_switch.setVisible(content is not None and content.follows_site)

    def _setup_ui(self) -> None:
        titles = column(None, row(self._title, self._pill, None, spacing=10), self._subtitle, None, spacing=2)
        self._line = row(titles, self._facts_line, self._actions_line, spacing=22, margins=(20, 0, 16, 0))
        self._line.setStretch(0, 1)
        self.setLayout(self._line)

    def _show_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        while len(self._facts) < len(facts):
            self._facts.append(_Fact())
            self._facts_line.addWidget(self._facts[-1])
        for fact, (name, value) in zip(self._facts, facts, strict=False):
            fact.show_fact(name, value)
        self._fact_count = len(facts)

    def _show_actions(self, actions: tuple[QAction, ...]) -> None:
        """Put the buttons of these actions on the line; buttons are kept, because a new one takes 10 ms to style."""
        for button in self._buttons.values():
            self._actions_line.removeWidget(button)
            button.set_placed(is_placed=False)
        for action in actions:
            if action not in self._buttons:
                self._buttons[action] = _ActionButton(action, self)
                action.destroyed.connect(lambda _=None, gone=action: self._forget(gone))
            self._actions_line.addWidget(self._buttons[action])
            self._buttons[action].set_placed(is_placed=True)

    def _forget(self, action: QAction) -> None:
        button = self._buttons.pop(action, None)
        if button is not None and isValid(button):
            button.deleteLater()

    def _fit(self) -> None:
        """Leave out facts from the end until the title has room."""
        taken = sum(chip.sizeHint().width() + 22 for chip in self._chips.values() if not chip.isHidden())
        if self._site_switch is not None and not self._site_switch.isHidden():
            taken += self._site_switch.sizeHint().width() + 22
        pill = 0 if self._pill.isHidden() else self._pill.sizeHint().width() + 10
        taken += self._actions_line.sizeHint().width() + _LEAST_TITLE_PX + pill + 80
        room = self.width() - taken
        for place, fact in enumerate(self._facts):
            room -= fact.sizeHint().width() + 22
            fact.setVisible(room >= 0 and place < self._fact_count)

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

    def __init__(self) -> None:
        super().__init__()
        self._name, self._value = Label("", "caption"), Label("", "title")
        self.setLayout(column(None, self._name, self._value, None, spacing=1))

    def show_fact(self, name: str, value: str) -> None:
        """Show a value under its name."""
        if (self._name.text(), self._value.text()) != (name, value):
            self._name.setText(name)
            self._value.setText(value)
            self.setAccessibleName(f"{name}: {value}")


class _ActionButton(Button):
    """A button that follows an action, or opens its menu, while it is placed on the strip."""

    def __init__(self, action: QAction, parent: QWidget) -> None:
        super().__init__(action.text(), str(action.property("icon_name") or ""), str(action.data() or "plain"))
        self.setParent(parent)
        self._action, self._is_placed = action, False
        if isinstance(menu := action.menu(), QMenu):
            self.setMenu(menu)
        else:
            self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)

    def set_placed(self, *, is_placed: bool) -> None:
        """Say whether it stands on the strip now."""
        self._is_placed = is_placed
        self._follow()

    def _follow(self) -> None:
        self.setText(self._action.text())
        self.setEnabled(self._action.isEnabled())
        self.setVisible(self._is_placed and self._action.isVisible())
        self.setToolTip(self._action.toolTip())
