"""One node below the table: what can be done, its facts, and the last lines it wrote. The GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget

from tiepoint.domain.node import Node
from tiepoint.ui.pages.nodes.menu import ask_to_end, node_menu
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.node_log import NodeLog
from tiepoint.ui.viewmodels.nodes import NodesViewModel
from tiepoint.ui.viewmodels.nodes_commands import NodeCommand, NodeCommands
from tiepoint.ui.viewmodels.nodes_facts import node_facts, warning_text
from tiepoint.ui.viewmodels.nodes_state import needs_attention, node_state
from tiepoint.ui.widgets.buttons import Button, IconButton
from tiepoint.ui.widgets.cards import Card, hairline
from tiepoint.ui.widgets.labels import FactList, Label
from tiepoint.ui.widgets.layouts import column, holder, row
from tiepoint.ui.widgets.log_list import LogList
from tiepoint.ui.widgets.pill import Pill

_HIGHEST: Final = 248
_LOWEST: Final = 150
_SHARE: Final = 0.33
_FACTS_PX: Final = 252


class NodeInspector(Card):
    """Shows one node.

    Signals:
        close_wanted(): It shall give its room to the table.

    Args:
        panel: The services and the way to the job.
        viewmodel: Knows the nodes.
        commands: What can be done with them.
    """

    close_wanted = Signal()

    def __init__(self, panel: Panel, viewmodel: NodesViewModel, commands: NodeCommands) -> None:
        self._pill = Pill("ready")
        self.buttons: dict[NodeCommand, Button] = {}
        self._to_job = Button(tr("Node", "Show the job"), "list", "link", size="small")
        self.more = IconButton("ellipsis", tr("Node", "More that can be done"), size=16)
        self.close_button = IconButton("x", tr("Node", "Close the facts of the node"), size=16)
        super().__init__(tr("Node", "Node"), " ")
        self._panel, self._viewmodel, self._commands = panel, viewmodel, commands
        self._node: Node | None = None
        self._is_active = False
        self._facts = (FactList(), FactList())
        self._warning = Label("", "sub", tone="warn", wrap=True)
        self.lines = LogList(tr("Node", "Last lines of the node"), time_px=92, level_px=48, source_px=0)
        self._nothing = Label("", "sub", wrap=True)
        self._stack = QStackedWidget()
        self.log = NodeLog(panel)
        self._setup_ui()
        self._connect()

    def show_node(self, node: Node | None) -> None:
        """Show a node; None = there is none."""
        self._node = node
        is_live = self._viewmodel.recorder.is_live  # what a node says now has no place beside what was
        self.log.show_node(node if is_live else None, is_active=self._is_active)
        if node is None or self.head is None:
            return
        context = self._viewmodel.context
        state = node_state(node, context)
        self.head.title_label.setText(plain(node.id, limit=80))
        self.head.remark_label.setText(plain(node.host, limit=80) if node.host != node.id else "")
        words = tr("Node", "{state}, last known", state=look_of(state).text) if context.is_stale else ""
        self._pill.set_state("lost" if context.is_stale else state, words)
        facts = node_facts(node, context)
        half = (len(facts) + 1) // 2
        self._facts[0].set_facts(facts[:half])
        self._facts[1].set_facts(facts[half:])
        is_odd = needs_attention(node, context)
        self._warning.setVisible(is_odd)
        self._warning.setText(warning_text(node, context) if is_odd else "")
        self._to_job.setVisible(node.job is not None)
        self._show_buttons(node)
        self._show_lines()

    def set_active(self, *, is_active: bool) -> None:
        """Follow its lines while somebody looks."""
        self._is_active = is_active
        self.log.show_node(self._node if self._viewmodel.recorder.is_live else None, is_active=is_active)

    def fit(self, page_px: int) -> None:
        """Take its share of a page's height; the table has the rest."""
        self.setFixedHeight(min(_HIGHEST, max(_LOWEST, int(page_px * _SHARE))))

    def shut(self) -> None:
        """Listen no more."""
        self.log.shut()

    def _show_buttons(self, node: Node) -> None:
        for command, button in self.buttons.items():
            why = self._commands.refusal(command, node)
            is_wanted = self._commands.is_known(command)
            if command in (NodeCommand.RELEASE, NodeCommand.START):
                is_wanted = is_wanted and not why  # stands in the menu with its reason
            if command is NodeCommand.PAUSE:
                is_wanted = is_wanted and bool(self._commands.refusal(NodeCommand.RELEASE, node))
            button.setVisible(is_wanted)
            button.setEnabled(not why)
            button.setToolTip(why)
        known = (NodeCommand.SET, NodeCommand.PAUSE, NodeCommand.START, NodeCommand.END)
        self.more.setVisible(any(self._commands.is_known(each) for each in known))

    def _setup_ui(self) -> None:
        self.setFixedHeight(_HIGHEST)
        words = {
            NodeCommand.START: (tr("Node", "Start again"), "play"),
            NodeCommand.RELEASE: (tr("Node", "Release"), "circle-play"),
            NodeCommand.PAUSE: (tr("Node", "Pause"), "circle-pause"),
            NodeCommand.END: (tr("Node", "End…"), "power-off"),
        }
        self.buttons = {command: Button(text, icon, size="small") for command, (text, icon) in words.items()}
        if self.head is not None:
            line = self.head.layout()
            if isinstance(line, QHBoxLayout):
                line.insertWidget(1, self._pill)
            for each in (self._to_job, *self.buttons.values(), self.more, self.close_button):
                self.head.controls.addWidget(each)
        both = row(*(column(each, None) for each in self._facts), spacing=28)
        facts = column(self._warning, both, None, spacing=8, margins=(16, 0, 12, 10))
        left = QScrollArea()
        left.setWidget(holder(facts))
        left.setWidgetResizable(True)
        left.setFrameShape(QScrollArea.Shape.NoFrame)
        left.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        left.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for facts_list in self._facts:
            facts_list.setMinimumWidth(_FACTS_PX // 2)
        self._stack.addWidget(self.lines)
        self._stack.addWidget(holder(column(self._nothing, None, margins=(8, 2, 8, 8))))
        right = column(Label(tr("Node", "Last lines"), "sub"), self._stack, spacing=4, margins=(10, 0, 8, 8))
        body = row(left, hairline(is_vertical=True), right, spacing=4)
        body.setStretch(0, 5)
        body.setStretch(2, 6)
        self.content.addLayout(body, 1)

    def _connect(self) -> None:
        self._to_job.clicked.connect(self._on_to_job)
        self.more.clicked.connect(self._on_more)
        self.close_button.clicked.connect(self.close_wanted)
        doing: dict[NodeCommand, Callable[[list[Node]], object]] = {
            NodeCommand.START: self._commands.start_machines,
            NodeCommand.RELEASE: self._commands.release,
            NodeCommand.PAUSE: self._commands.pause,
            NodeCommand.END: lambda nodes: ask_to_end(self, self._commands, nodes),
        }
        for command, button in self.buttons.items():
            button.clicked.connect(lambda _=False, do=doing[command]: self._node is not None and do([self._node]))
        self.log.changed.connect(self._show_lines)

    def _show_lines(self) -> None:
        lines = self.log.lines
        known = self.lines.model_of_lines.lines
        if lines != known:
            if known and len(lines) > len(known) and lines[: len(known)] == known:
                self.lines.model_of_lines.append(lines[len(known) :])
            else:
                self.lines.model_of_lines.set_lines(lines)
        self._stack.setCurrentIndex(0 if lines else 1)
        nothing = tr("Node", "It has not said anything yet.")
        if self._node is not None and self._node.job is None:
            nothing = tr("Node", "It works on nothing, and there is no log of it here.")
        if not self._viewmodel.recorder.is_live:
            nothing = tr("Node", "Lines of logs are not recorded.")
        self._nothing.setText(self.log.trouble or nothing)

    def _on_more(self) -> None:
        if self._node is None:
            return
        menu = node_menu(self, self._commands, [self._node], self._on_to_job)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _on_to_job(self) -> None:
        if self._node is not None and self._node.job is not None:
            self._panel.navigator.go("jobs", job=self._node.job)
