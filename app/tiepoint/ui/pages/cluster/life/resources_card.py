"""All resources of a cluster, with the way to each in the portal. The GUI thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from tiepoint.domain.cluster import CloudResource
from tiepoint.services.panel_state import PanelStateService
from tiepoint.ui.text import tr, tr_count
from tiepoint.ui.theme import icons
from tiepoint.ui.viewmodels.cluster_life_resources import resource_columns, resource_rows
from tiepoint.ui.widgets.buttons import IconButton
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import column
from tiepoint.ui.widgets.table import HEAD_PX, Table
from tiepoint.ui.widgets.table_columns import ColumnMemory
from tiepoint.ui.widgets.table_find import FindBox

_ROW_PX: Final = 30


class ResourcesCard(Card):
    """Shows resources; a double click or Enter opens one in the portal.

    Signals:
        portal_wanted(resource): A resource's page in the portal, by its id.
    """

    portal_wanted = Signal(str)

    def __init__(self, kept: PanelStateService) -> None:
        self.search = FindBox(tr("Resources", "Find a resource"), width=170)
        self.copy_button = IconButton("copy", tr("Resources", "Copy as a table"), size=15)
        super().__init__(tr("Resources", "Resources"), " ", self.search, self.copy_button)
        columns = resource_columns()
        self._known: Mapping[str, CloudResource] = {}
        self.table = Table(
            tr("Resources", "Resources of the cluster"),
            ColumnMemory("cluster-resources", columns, kept),
            columns,
            row_height=_ROW_PX,
            has_chooser=False,
        )
        self.table.setMinimumHeight(HEAD_PX + 3 * _ROW_PX)
        self._nothing = Label(tr("Resources", "They are being read."), "sub")
        self._nothing.setContentsMargins(16, 0, 16, 0)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.content.addWidget(self._nothing)
        self.content.addLayout(column(self.table, margins=(6, 0, 6, 6)), 1)
        self.search.textChanged.connect(self.table.set_filter)
        self.copy_button.clicked.connect(self.table.copy)
        self.table.opened.connect(self.portal_wanted)
        self.table.menu_wanted.connect(self.open_menu)

    def show_resources(self, resources: Sequence[CloudResource], *, is_stale: bool) -> None:
        """Show these resources."""
        self._known = {each.id: each for each in resources}
        if self.head is not None:
            words = tr_count("Resources", "{count}", "{count}", len(resources)) if resources else ""
            self.head.remark_label.setText(words)
        self._nothing.setVisible(not resources)
        self.table.setVisible(bool(resources))
        self.table.set_rows(resource_rows(resources, is_stale=is_stale))

    def menu(self, key: str) -> QMenu:
        """Return a resource's menu."""
        menu = QMenu(self)
        resource = self._known.get(key)
        if resource is not None and resource.portal_url:
            portal = menu.addAction(icons.icon("external-link"), tr("Resources", "Open in portal"))
            portal.triggered.connect(lambda _=False: self.portal_wanted.emit(key))
        copy = menu.addAction(icons.icon("copy"), tr("Resources", "Copy resource id"))
        copy.triggered.connect(lambda _=False: QGuiApplication.clipboard().setText(key))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def open_menu(self, key: str, place: QPoint) -> None:
        """Open a resource's menu."""
        self.menu(key).popup(place)
