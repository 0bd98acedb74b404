"""The Nodes page: who does the work, what needs attention first; one node's facts and lines below. The GUI thread."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QStackedWidget

from tiepoint.domain.node import Node
from tiepoint.ui.pages.jobs.scrubber import ReplayBanner
from tiepoint.ui.pages.nodes.inspector import NodeInspector
from tiepoint.ui.pages.nodes.menu import node_menu
from tiepoint.ui.pages.nodes.strip import strip_content
from tiepoint.ui.pages.page import Page, StripContent
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.link_banner import LinkBanner
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.jobs_words import clock_text
from tiepoint.ui.viewmodels.nodes import NodesViewModel
from tiepoint.ui.viewmodels.nodes_cells import node_action
from tiepoint.ui.viewmodels.nodes_commands import NodeCommands
from tiepoint.ui.viewmodels.nodes_rows import node_columns
from tiepoint.ui.widgets.buttons import IconButton
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.empty import EmptyState
from tiepoint.ui.widgets.labels import Glyph
from tiepoint.ui.widgets.layouts import column, holder, row
from tiepoint.ui.widgets.table import Table
from tiepoint.ui.widgets.table_cells import Column
from tiepoint.ui.widgets.table_chips import FilterChips
from tiepoint.ui.widgets.table_columns import ColumnMemory, StateKept
from tiepoint.ui.widgets.table_find import FindBox

_TAGS: Final = ("", "attention", "working", "idle", "away")
_FOLDED: Final = "nodes.is_inspector_closed"


class NodesPage(Page):
    """All nodes of the shown site. Targets: `node` (an id) looks at a node."""

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self._panel = panel
        self.viewmodel = NodesViewModel(panel)
        self.commands = NodeCommands(panel, self.viewmodel)
        self.banner, self.replay = LinkBanner(panel), ReplayBanner(panel)
        columns = node_columns()
        self._memory = _NodeColumns("nodes", columns, panel.program.panel_state)
        self.table = Table(tr("Nodes", "Nodes"), self._memory, columns)
        self._action_column = [each.key for each in columns].index("action")
        self.chips = FilterChips(
            (
                ("", tr("Nodes", "All"), ""),
                ("attention", tr("Nodes", "Attention"), "triangle-alert"),
                ("working", tr("Nodes", "Working"), "circle-play"),
                ("idle", tr("Nodes", "Idle"), "moon"),
                ("away", tr("Nodes", "Away"), "power-off"),
            )
        )
        self.find_box = FindBox(tr("Nodes", "Find a node or job"))
        self._copy = IconButton("copy", tr("Nodes", "Copy as table (Ctrl+C)"), size=16)
        self.facts_button = IconButton("info", tr("Nodes", "Facts of the node (Ctrl+I)"), is_checkable=True, size=16)
        self._card = Card(tr("Nodes", "Nodes"), " ", self.chips, self.find_box, self._copy, self.facts_button)
        self._pulse = Glyph("activity", "ok.text", 14)
        self.inspector = NodeInspector(panel, self.viewmodel, self.commands)
        self._stack = QStackedWidget()
        self._setup_ui()
        self._connect()
        self._show()
        self.viewmodel.set_active(is_active=False)  # until it is looked at for the first time

    def strip(self) -> StripContent:
        """Tell of all nodes."""
        return strip_content(self.viewmodel)

    def show_target(self, **target: Any) -> None:
        """Look at a node by its id."""
        node_id = target.get("node")
        if isinstance(node_id, str):
            self.viewmodel.choose(node_id)

    def focus_first(self) -> None:
        """Begin in the table."""
        self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def shut(self) -> None:
        """Let go of what outlives widgets."""
        self.viewmodel.shut()
        self.inspector.shut()
        self.banner.shut()
        self.replay.shut()

    def _setup_ui(self) -> None:
        if self._card.head is not None:
            line = self._card.head.layout()
            if isinstance(line, QBoxLayout):
                line.insertWidget(1, self._pulse)
        nothing = EmptyState(
            "cpu",
            tr("Nodes", "No nodes yet"),
            tr("Nodes", "The workers appear here as soon as the scheduler answers and one of them has joined."),
        )
        self._stack.addWidget(holder(row(self.table, margins=(6, 0, 6, 8))))
        self._stack.addWidget(nothing)
        self._card.content.addWidget(self._stack, 1)
        layout = column(self.banner, self.replay, self._card, self.inspector, spacing=12)
        layout.setStretch(2, 1)
        self.setLayout(layout)
        is_closed = bool(self._panel.program.panel_state.state.extras.get(_FOLDED, False))
        self.facts_button.setChecked(not is_closed)

    def _connect(self) -> None:
        self.viewmodel.changed.connect(self._show)
        self.chips.chosen.connect(self.table.set_tag)
        self.find_box.textChanged.connect(self.table.set_filter)
        self._copy.clicked.connect(self.table.copy)
        self.table.chosen.connect(self.viewmodel.choose)
        self.table.opened.connect(self._on_opened)
        self.table.menu_wanted.connect(self._on_menu)
        self.table.clicked.connect(self._on_clicked)
        self.facts_button.clicked.connect(self._on_facts)
        self.inspector.close_wanted.connect(lambda: self._open_facts(is_open=False))
        for keys, slot in (
            (QKeySequence(QKeySequence.StandardKey.Find), self.find_box.setFocus),
            (QKeySequence("Ctrl+I"), lambda: self._open_facts(is_open=not self.facts_button.isChecked())),
        ):
            shortcut = QShortcut(keys, self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)

    def _show(self) -> None:
        viewmodel = self.viewmodel
        if self._memory.pointless != viewmodel.pointless:
            self._memory.pointless = viewmodel.pointless
            self.table.fit_columns()
        self.table.set_rows(viewmodel.rows)
        node = viewmodel.node
        if node is not None and node.id != self.table.chosen_key:
            self.table.choose(node.id)
        for tag in _TAGS:
            self.chips.set_count(tag, viewmodel.count(tag), hides_none=tag == "away")
        self._stack.setCurrentIndex(0 if viewmodel.rows else 1)
        self._tell_age()
        self._show_facts(node)
        self.strip_changed.emit()

    def _show_facts(self, node: Node | None) -> None:
        is_open = node is not None and self.facts_button.isChecked()
        self.inspector.setVisible(is_open)
        self.inspector.show_node(node if is_open else None)

    def _tell_age(self) -> None:
        link = self.viewmodel.snapshot.link
        if self._card.head is None:
            return
        remark, now = self._card.head.remark_label, self.viewmodel.context.now
        if not self.viewmodel.recorder.is_live:
            self._pulse.set_glyph("history", "info.text")
            remark.setText(tr("Nodes", "as recorded at {time}", time=clock_text(now, now, with_seconds=True)))
        elif link.is_up:
            self._pulse.set_glyph("activity", "ok.text")
            remark.setText(tr("Nodes", "live"))
        elif link.heard is not None:
            self._pulse.set_glyph("clock", "warn.text")
            heard = clock_text(link.heard, now, with_seconds=True)
            remark.setText(tr("Nodes", "last known {time}", time=heard))
        else:
            self._pulse.set_glyph("loader", "text3")
            remark.setText(tr("Nodes", "not heard of yet"))

    def _on_opened(self, node_id: str) -> None:
        node = self.viewmodel.find(node_id)
        if node is not None and node.job is not None:
            self._panel.navigator.go("jobs", job=node.job)
        elif node is not None:
            self._open_facts(is_open=True)

    def _on_menu(self, node_id: str, place: QPoint) -> None:
        nodes = self._picked(node_id)
        if nodes:
            menu = node_menu(self, self.commands, nodes, lambda: self._on_opened(node_id))
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(place)

    def _picked(self, node_id: str) -> list[Node]:
        """The selected nodes if this one is among them, else this one; the one that was asked for first."""
        model, selection = self.table.rows_model, self.table.selectionModel()
        keys = [model.row_at(index.row()).key for index in selection.selectedRows()]
        keys = [node_id, *(key for key in keys if key != node_id)] if node_id in keys else [node_id]
        return [node for node in map(self.viewmodel.find, keys) if node is not None]

    def _on_clicked(self, index: QModelIndex) -> None:
        row_of = self.table.rows_model.row_of(index)
        node = self.viewmodel.find(row_of.key) if row_of is not None else None
        if node is None or index.column() != self._action_column:
            return
        what = node_action(node, self.viewmodel.context)
        if what == "start":
            self.commands.start_machines([node])
        elif what == "release":
            self.commands.release([node])
        elif what == "look":
            self._open_facts(is_open=True)

    def _on_facts(self) -> None:
        self._open_facts(is_open=self.facts_button.isChecked())

    def _open_facts(self, *, is_open: bool) -> None:
        self.facts_button.setChecked(is_open)
        self._panel.program.panel_state.remember(**{_FOLDED: not is_open})
        self._show_facts(self.viewmodel.node)
        if not is_open:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the height between the table and the facts."""
        super().resizeEvent(event)
        self.inspector.fit(self.height())

    def showEvent(self, event: QShowEvent) -> None:
        """Follow while it is seen."""
        super().showEvent(event)
        self.viewmodel.set_active(is_active=True)
        self.inspector.set_active(is_active=True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Do nothing while nobody looks."""
        super().hideEvent(event)
        self.viewmodel.set_active(is_active=False)
        self.inspector.set_active(is_active=False)


class _NodeColumns(ColumnMemory):
    """Leaves out columns that say nothing of the shown site, unless a person chose the columns."""

    def __init__(self, key: str, columns: tuple[Column, ...], kept: StateKept) -> None:
        super().__init__(key, columns, kept)
        self.pointless: frozenset[str] = frozenset()

    def is_wanted(self, column: Column) -> bool:
        """Whether a column is to be seen."""
        return super().is_wanted(column) and (self.is_chosen or column.key not in self.pointless)
