"""Facts of one node, and the last lines its job wrote. The GUI thread."""

from __future__ import annotations

from typing import Final

from tiepoint.domain.node import Node
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.job_choice import JobChoice
from tiepoint.ui.viewmodels.jobs_words import bytes_text, percent_text
from tiepoint.ui.viewmodels.log import LogViewModel
from tiepoint.ui.viewmodels.nodes import NodesViewModel
from tiepoint.ui.viewmodels.nodes_rows import capability_text, heard_cell, needs_attention, node_state
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card, ScrollColumn
from tiepoint.ui.widgets.labels import FactList, Label
from tiepoint.ui.widgets.layouts import holder, row
from tiepoint.ui.widgets.log_list import LogList
from tiepoint.ui.widgets.pill import Pill

_WIDTH: Final = 320
_LINES_PX: Final = 200
_LAST_LINES: Final = 60


class NodeInspector(ScrollColumn):
    """Shows one node.

    Args:
        panel: The services and the way to the job.
        viewmodel: Knows the nodes.
    """

    def __init__(self, panel: Panel, viewmodel: NodesViewModel) -> None:
        self._pill = Pill("ready")
        self._card = Card(tr("Node", "Node"), " ", self._pill)
        self._log_card = Card(tr("Node", "Last lines"), " ")
        super().__init__(self._card, self._log_card, None, width=_WIDTH)
        self._panel, self._viewmodel = panel, viewmodel
        self._node: Node | None = None
        self._is_active = False
        self._facts = FactList()
        self._warning = Label("", "sub", tone="warn", wrap=True)
        self._to_job = Button(tr("Node", "Show the job"), "list")
        self._lines = LogList(tr("Node", "Last lines of its job"), time_px=86, level_px=22, source_px=0)
        self._choice = JobChoice()
        self._log = LogViewModel(panel.program.monitor, self._choice)
        self._setup_ui()

    def show_node(self, node: Node | None) -> None:
        """Show a node; None = there is none."""
        self._node = node
        self.setVisible(node is not None)
        self._follow(node)
        if node is None or self._card.head is None:
            return
        context = self._viewmodel.context
        self._card.head.title_label.setText(plain(node.id))
        self._card.head.remark_label.setText(plain(node.host))
        if context.is_stale:
            self._pill.set_state("lost", tr("Node", "Last known"))
        else:
            self._pill.set_state(node_state(node, context))
        self._facts.set_facts(self._facts_of(node))
        self._to_job.setVisible(node.job is not None)
        is_odd = needs_attention(node, context)
        self._warning.setVisible(is_odd)
        if is_odd:
            self._warning.setText(_warning(node, node_state(node, context), context.version))

    def set_active(self, *, is_active: bool) -> None:
        """Follow its job's log while somebody looks."""
        self._is_active = is_active
        self._follow(self._node)

    def shut(self) -> None:
        """Listen no more."""
        self._log.shut()

    def _setup_ui(self) -> None:
        self._card.add(self._warning, self._facts, row(self._to_job, None))
        self._lines.setFixedHeight(_LINES_PX)
        self._log_card.content.addWidget(holder(row(self._lines, margins=(2, 0, 2, 8))))
        self._to_job.clicked.connect(self._on_to_job)
        self._log.began.connect(self._show_lines)
        self._log.appended.connect(lambda _lines: self._show_lines())

    def _follow(self, node: Node | None) -> None:
        job = node.job if node is not None else None
        self._log_card.setVisible(job is not None and bool(self._lines.model_of_lines.shown))
        if job is None or not self._is_active:
            self._log.set_active(is_active=False)
            return
        self._choice.choose(job)
        self._log.set_active(is_active=True)

    def _show_lines(self) -> None:
        stage = self._node.stage if self._node is not None else None
        lines = self._log.lines
        own = [line for line in lines if stage and line.source.partition("/")[0] == stage]
        self._lines.model_of_lines.set_lines((own or list(lines))[-_LAST_LINES:])
        self._log_card.setVisible(bool(lines) and self._node is not None and self._node.job is not None)

    def _facts_of(self, node: Node) -> list[tuple[str, str]]:
        context = self._viewmodel.context
        load = node.load
        facts = [
            (tr("Node", "Computer"), plain(node.host)),
            (tr("Node", "Last heard"), heard_cell(node, context).text),
            (tr("Node", "Capability"), capability_text(node)),
            (tr("Node", "Cores"), str(node.cpu_count)),
            (tr("Node", "CPU"), "—" if load is None else percent_text(min(1.0, load.cpu))),
            (tr("Node", "Memory"), bytes_text(load.memory_bytes) if load is not None and load.memory_bytes else "—"),
            (tr("Node", "Memory limit"), bytes_text(node.memory_bytes) if node.memory_bytes else "—"),
            (tr("Node", "Version"), plain(node.version) or "—"),
            (tr("Node", "Failed tasks"), str(node.errors)),
        ]
        facts += [(tr("Node", "Graphics card"), plain(gpu.name)) for gpu in node.gpus]
        return facts

    def _on_to_job(self) -> None:
        if self._node is not None and self._node.job is not None:
            self._panel.navigator.go("jobs", job=self._node.job)


def _warning(node: Node, state: str, version: str) -> str:
    if state == "silent":
        return tr("Node", "Busy, yet not heard of for a while. Its task starts again elsewhere if it died.")
    if state == "failed":
        return tr("Node", "It did not start twice in a row. The log of the agent says why.")
    if node.version != version:
        return tr("Node", "It runs another version than the scheduler ({version}).", version=plain(version))
    return look_of(state).text
