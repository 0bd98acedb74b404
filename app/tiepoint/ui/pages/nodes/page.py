"""The Nodes page: who does the work, what needs attention first; facts of one node at the right. The GUI thread."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QStackedWidget

from tiepoint.domain.link import LinkState
from tiepoint.domain.node import NodeState
from tiepoint.ui.pages.nodes.inspector import NodeInspector
from tiepoint.ui.pages.page import Page, StripContent
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.link_banner import LinkBanner
from tiepoint.ui.text import grouped, plain, tr, tr_count
from tiepoint.ui.viewmodels.jobs_words import clock_text
from tiepoint.ui.viewmodels.nodes import NodesViewModel
from tiepoint.ui.viewmodels.nodes_rows import node_columns
from tiepoint.ui.widgets.buttons import IconButton
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.empty import EmptyState
from tiepoint.ui.widgets.labels import Glyph
from tiepoint.ui.widgets.layouts import column, holder, row
from tiepoint.ui.widgets.table import Table
from tiepoint.ui.widgets.table_chips import FilterChips
from tiepoint.ui.widgets.table_columns import ColumnMemory
from tiepoint.ui.widgets.table_find import FindBox

_TAGS = ("", "attention", "working", "idle")


class NodesPage(Page):
    """All nodes. Targets: `node` (an id) looks at a node."""

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self._panel = panel
        self.viewmodel = NodesViewModel(panel.program)
        self.banner = LinkBanner(panel)
        columns = node_columns()
        memory = ColumnMemory("nodes", columns, panel.program.panel_state)
        self.table = Table(tr("Nodes", "Nodes"), memory, columns)
        self.chips = FilterChips(
            (
                ("", tr("Nodes", "All"), ""),
                ("attention", tr("Nodes", "Attention"), "triangle-alert"),
                ("working", tr("Nodes", "Working"), "circle-play"),
                ("idle", tr("Nodes", "Idle"), "moon"),
            )
        )
        self.find_box = FindBox(tr("Nodes", "Find a node or job"))
        self._copy = IconButton("copy", tr("Nodes", "Copy as table (Ctrl+C)"), size=16)
        self._card = Card(tr("Nodes", "Nodes"), " ", self.chips, self.find_box, self._copy)
        self._pulse = Glyph("activity", "ok.text", 14)
        self.inspector = NodeInspector(panel, self.viewmodel)
        self._stack = QStackedWidget()
        self._setup_ui()
        self._connect()
        self._show()

    def strip(self) -> StripContent:
        """Tell of all nodes."""
        snapshot = self.viewmodel.snapshot
        nodes = snapshot.nodes
        agent = snapshot.agent
        engine = "" if agent is None else f"{plain(agent.engine.name)} {plain(agent.engine.version)}".strip()
        parts = [tr("Nodes", "This computer"), tr_count("Nodes", "{count} node", "{count} nodes", len(nodes)), engine]
        working = sum(node.state is NodeState.BUSY for node in nodes)
        words = tr("Nodes", "{count} of {all}", count=grouped(working), all=grouped(len(nodes)))
        is_stopped = snapshot.link.state is LinkState.STOPPED
        state, said = ("offline", tr("Nodes", "Agent stopped")) if is_stopped else (snapshot.link.state.value, "")
        facts = ((tr("Nodes", "Working"), words),) if nodes and not self.viewmodel.is_stale else ()
        subtitle = " · ".join(part for part in parts if part)
        return StripContent(tr("Nodes", "Nodes"), state, said, subtitle, facts)

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

    def _setup_ui(self) -> None:
        if self._card.head is not None:
            line = self._card.head.layout()
            if isinstance(line, QBoxLayout):
                line.insertWidget(1, self._pulse)
        nothing = EmptyState(
            "cpu",
            tr("Nodes", "No nodes yet"),
            tr("Nodes", "The workers of this computer appear here as soon as its agent answers."),
        )
        self._stack.addWidget(holder(row(self.table, margins=(6, 0, 6, 8))))
        self._stack.addWidget(nothing)
        self._card.content.addWidget(self._stack, 1)
        body = row(self._card, self.inspector, spacing=12)
        body.setStretch(0, 1)
        layout = column(self.banner, body, spacing=12)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def _connect(self) -> None:
        self.viewmodel.changed.connect(self._show)
        self.chips.chosen.connect(self.table.set_tag)
        self.find_box.textChanged.connect(self.table.set_filter)
        self._copy.clicked.connect(self.table.copy)
        self.table.chosen.connect(self.viewmodel.choose)
        self.table.opened.connect(self._on_opened)
        find = QShortcut(QKeySequence.StandardKey.Find, self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.find_box.setFocus)

    def _show(self) -> None:
        viewmodel = self.viewmodel
        self.table.set_rows(viewmodel.rows)
        node = viewmodel.node
        if node is not None and node.id != self.table.chosen_key:
            self.table.choose(node.id)
        for tag in _TAGS:
            self.chips.set_count(tag, viewmodel.count(tag))
        self._stack.setCurrentIndex(0 if viewmodel.rows else 1)
        self._tell_age()
        self.inspector.show_node(node)
        self.strip_changed.emit()

    def _tell_age(self) -> None:
        link = self.viewmodel.snapshot.link
        if self._card.head is None:
            return
        if link.is_up:
            self._pulse.set_glyph("activity", "ok.text")
            self._card.head.remark_label.setText(tr("Nodes", "live"))
        elif link.heard is not None:
            self._pulse.set_glyph("clock", "warn.text")
            heard = clock_text(link.heard, self.viewmodel.context.now, with_seconds=True)
            self._card.head.remark_label.setText(tr("Nodes", "last known {time}", time=heard))
        else:
            self._pulse.set_glyph("loader", "text3")
            self._card.head.remark_label.setText(tr("Nodes", "not heard of yet"))

    def _on_opened(self, node_id: str) -> None:
        node = next((each for each in self.viewmodel.snapshot.nodes if each.id == node_id), None)
        if node is not None and node.job is not None:
            self._panel.navigator.go("jobs", job=node.job)

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
