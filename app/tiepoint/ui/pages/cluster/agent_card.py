"""The cards of the agent and the engine: versions, process, log, and the folders behind them."""

from __future__ import annotations

from PySide6.QtCore import Signal

from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.cluster import ClusterView
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import FactList, Label
from tiepoint.ui.widgets.layouts import row
from tiepoint.ui.widgets.pill import Pill


class AgentCard(Card):
    """The agent, which runs the jobs.

    Signals:
        logs_wanted(): The log folder is asked for.
    """

    logs_wanted = Signal()

    def __init__(self) -> None:
        self.pill = Pill("starting")
        super().__init__(tr("Cluster", "Agent"), tr("Cluster", "runs the jobs"), self.pill)
        self._facts = FactList()
        self._open_logs = Button(tr("Cluster", "Open log folder"), "folder-open", size="small")
        self._open_logs.clicked.connect(self.logs_wanted)
        self.add(
            self._facts,
            Label(tr("Cluster", "It goes on without this window, and ends by itself when idle."), "sub", wrap=True),
            row(self._open_logs, None),
            spacing=12,
        )

    def show_view(self, view: ClusterView) -> None:
        """Show the agent."""
        self.pill.set_state(*view.pill)
        self._facts.set_facts(view.agent)
        self._open_logs.setEnabled(view.has_log)


class EngineCard(Card):
    """The engine and its libraries."""

    def __init__(self) -> None:
        super().__init__(tr("Cluster", "Engine"), tr("Cluster", "makes the models"))
        self._facts = FactList()
        self._note = Label("", "sub", wrap=True)
        self.add(self._facts, self._note, spacing=12)

    def show_view(self, view: ClusterView) -> None:
        """Show the versions."""
        self._facts.set_facts(view.libraries)
        self._facts.setVisible(bool(view.libraries))
        self._note.setText(view.engine_note)
