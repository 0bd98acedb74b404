"""The dock below the page: tabs such as Log and Activity, folded away to one line when not needed."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QStackedWidget, QWidget

from tiepoint.ui.text import tr
from tiepoint.ui.widgets.buttons import IconButton, Tab
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.layouts import row

_HEAD_PX: Final = 40
_OPEN_PX: Final = 216


class Dock(Card):
    """Holds tabs; a click on the open tab folds it.

    Signals:
        folded(is_folded): It was opened or folded away.
    """

    folded = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Dock", "Log and activity"))
        self._tabs = QButtonGroup(self)
        self._pages = QStackedWidget()
        self._tools = QStackedWidget()
        self._tab_line = row(spacing=18)
        self._fold = IconButton("chevron-down", tr("Dock", "Fold away (Ctrl+J)"))
        self._fold.clicked.connect(lambda: self.set_folded(not self.is_folded))
        head = QWidget()
        head.setFixedHeight(_HEAD_PX)
        head.setLayout(row(self._tab_line, None, self._tools, self._fold, spacing=8, margins=(16, 2, 8, 0)))
        self._tools.setFixedHeight(_HEAD_PX - 4)
        self.content.addWidget(head)
        self.content.addWidget(self._pages, 1)
        self._is_folded = False
        self.set_folded(True)

    def add_tab(self, title: str, page: QWidget, tools: QWidget | None = None) -> None:
        """Add a tab with what stands in it, and controls for its head."""
        place = self._pages.count()
        tab = Tab(title, is_on=place == 0)
        self._tabs.addButton(tab, place)
        self._tab_line.addWidget(tab)
        # The keyboard goes through them in the order in which they come into the window.
        self._tools.addWidget(tools or QWidget())
        self._pages.addWidget(page)
        self.setTabOrder(tab, self._fold)
        tab.clicked.connect(lambda: self._on_tab(place))

    @property
    def is_folded(self) -> bool:
        """Whether only its head shows."""
        return self._is_folded

    def set_folded(self, is_folded: bool) -> None:
        """Open it or fold it away."""
        is_change = is_folded != self._is_folded
        self._is_folded = is_folded
        self._pages.setVisible(not is_folded)
        self._tools.setVisible(not is_folded)
        self.setFixedHeight(_HEAD_PX + 2 if is_folded else _OPEN_PX)
        self._fold.set_icon("chevron-down" if not is_folded else "chevron-up")
        self._fold.set_name(tr("Dock", "Open (Ctrl+J)") if is_folded else tr("Dock", "Fold away (Ctrl+J)"))
        if is_change:
            self.folded.emit(is_folded)

    def _on_tab(self, place: int) -> None:
        is_same = place == self._pages.currentIndex()
        self._pages.setCurrentIndex(place)
        self._tools.setCurrentIndex(place)
        self.set_folded(is_same and not self._is_folded)
        self._tabs.button(place).setFocus(Qt.FocusReason.OtherFocusReason)
