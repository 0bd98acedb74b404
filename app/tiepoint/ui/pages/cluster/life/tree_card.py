"""The card with the tree of an operation: only problems, and all of it as text. The GUI thread."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from tiepoint.domain.cluster import Cluster
from tiepoint.domain.cluster_operation import ClusterOperation, LineState
from tiepoint.ui.pages.cluster.life.tree_view import ResourceTree
from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme import icons
from tiepoint.ui.viewmodels.cluster_life_tree import ALL, OPEN, PROBLEMS, problems_in, tree_of, tree_text
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import column
from tiepoint.ui.widgets.table_chips import FilterChips

_COPIED_MS: Final = 2000


class TreeCard(Card):
    """Shows what an operation does with each resource.

    Signals:
        portal_wanted(resource): The page of a resource in the portal is asked for, by its id.
    """

    portal_wanted = Signal(str)

    def __init__(self) -> None:
        self.chips = FilterChips(
            (
                (ALL, tr("ClusterTree", "All"), ""),
                (OPEN, tr("ClusterTree", "Not done"), "loader"),
                (PROBLEMS, tr("ClusterTree", "Only problems"), "triangle-alert"),
            )
        )
        self._only = ALL
        self.copy_button = Button(tr("ClusterTree", "Copy as text"), "copy", "link")
        super().__init__(tr("ClusterTree", "Resources"), " ", self.chips, self.copy_button)
        self._operation: ClusterOperation | None = None
        self._now: datetime | None = None
        self._began: datetime | None = None
        self.tree = ResourceTree()
        self._nothing = Label("", "sub")
        self._nothing.hide()
        self._nothing.setContentsMargins(16, 0, 16, 8)
        self.content.addWidget(self._nothing)
        self.content.addLayout(column(self.tree, margins=(8, 0, 8, 8)), 1)
        self.chips.chosen.connect(self.show_only)
        self.copy_button.clicked.connect(self._on_copy)
        self.tree.opened.connect(self._on_opened)
        self.tree.menu_wanted.connect(self.open_menu)

    def show_operation(self, cluster: Cluster, operation: ClusterOperation, now: datetime) -> None:
        """Show an operation as it is now."""
        if operation.began != self._began:
            self._began = operation.began
            self.tree.forget_choices()
        self._operation, self._now = operation, now
        if self.head is not None:
            self.head.remark_label.setText(plain(cluster.resource_group))
        self._show()

    def show_only(self, only: str) -> None:
        """Show all, what is not done, or what has a problem."""
        self._only = only
        self._show()

    def open_menu(self, key: str, place: QPoint) -> None:
        """Open a line's menu."""
        self.menu(key).popup(place)

    def menu(self, key: str) -> QMenu:
        """Return a line's menu."""
        menu = QMenu(self)
        copy = menu.addAction(icons.icon("copy"), tr("ClusterTree", "Copy this line"))
        copy.triggered.connect(self.tree.copy)
        line = self.tree.tree_model.line_of(self.tree.tree_model.find(key))
        if line is not None and line.portal_id:
            portal = menu.addAction(icons.icon("external-link"), tr("ClusterTree", "Open in portal"))
            portal.triggered.connect(lambda _=False, which=line.portal_id: self.portal_wanted.emit(which))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _show(self) -> None:
        operation, now = self._operation, self._now
        if operation is None or now is None:
            return
        total, done = len(operation.lines), operation.count(LineState.DONE, LineState.SKIPPED)
        self.chips.set_count(ALL, total)
        self.chips.set_count(OPEN, total - done, hides_none=True)
        self.chips.set_count(PROBLEMS, problems_in(operation), hides_none=True)
        parts = tree_of(operation, now, only=self._only)
        self.tree.set_tree(parts, is_all_open=self._only != ALL)
        said = ""
        if not operation.lines:
            said = tr("ClusterTree", "Asking Azure what is to be done")
        elif not parts:
            is_about_problems = self._only == PROBLEMS
            said = (
                tr("ClusterTree", "No resource has a problem.")
                if is_about_problems
                else tr("ClusterTree", "All is done.")
            )
        self._nothing.setText(said)
        self._nothing.setVisible(bool(said))

    def _on_opened(self, key: str) -> None:
        line = self.tree.tree_model.line_of(self.tree.tree_model.find(key))
        if line is not None and line.portal_id:
            self.portal_wanted.emit(line.portal_id)

    def _on_copy(self) -> None:
        if self._operation is None or self._now is None:
            return
        QGuiApplication.clipboard().setText(tree_text(self._operation, self._now))
        self.copy_button.setText(tr("ClusterTree", "Copied"))
        words = tr("ClusterTree", "Copy as text")
        QTimer.singleShot(_COPIED_MS, self.copy_button, lambda: self.copy_button.setText(words))
