"""What there is to see of a job on a cluster: who works on it, or what happened to it. The GUI thread."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from tiepoint.domain.job import Job, JobState
from tiepoint.domain.node import NodeState
from tiepoint.domain.remote_round import Round
from tiepoint.ui.pages.jobs.crew_card import CrewCard
from tiepoint.ui.pages.jobs.journal_card import JournalCard
from tiepoint.ui.pages.jobs.round_card import RoundCard
from tiepoint.ui.pages.jobs.round_commands import RoundCommands
from tiepoint.ui.panel import Panel
from tiepoint.ui.viewmodels.jobs import JobsViewModel
from tiepoint.ui.viewmodels.nodes_state import NodeContext
from tiepoint.ui.viewmodels.recorder import recorder_of
from tiepoint.ui.widgets.cards import ScrollColumn
from tiepoint.ui.widgets.layouts import column


class There(QWidget):
    """Cards below each other; those that have nothing to say are hidden.

    Args:
        panel: The services.
        viewmodel: Knows the open job.
        commands: Do what the round's card says.
    """

    def __init__(self, panel: Panel, viewmodel: JobsViewModel, commands: RoundCommands) -> None:
        super().__init__()
        self.round = RoundCard()
        self.crew = CrewCard(panel.program.panel_state)
        self.journal = JournalCard()
        self._panel, self._viewmodel = panel, viewmodel
        self._recorder = recorder_of(panel)
        self._told = ScrollColumn(self.round, self.journal, None)
        self.setLayout(column(self.crew, self._told, spacing=12))
        self.clear()
        commands.serve(self.round)
        self.crew.all_nodes.clicked.connect(lambda: panel.navigator.go("nodes"))
        self.journal.replay_wanted.connect(self._recorder.show_at)

    def show_job(self, job: Job | None, round_: Round | None) -> None:
        """Show a job, or a round that has no job yet."""
        viewmodel = self._viewmodel
        self.round.setVisible(job is None and round_ is not None)
        if job is None and round_ is not None:
            self.round.show_round(round_, None, is_live=viewmodel.is_live)
        is_running = job is not None and job.state is JobState.RUNNING
        self.crew.setVisible(is_running)
        self._told.setVisible(not is_running)
        if job is not None and is_running:
            context = NodeContext(viewmodel.now, {job.id: job.name}, is_stale=viewmodel.is_stale)
            nodes = viewmodel.snapshot.nodes
            idle = sum(node.state is NodeState.READY and node.job is None for node in nodes)
            self.crew.show_nodes(viewmodel.nodes, context, idle=idle)
        self._show_journal(None if is_running else job)

    def clear(self) -> None:
        """Show nothing, and take no room."""
        for each in (self.round, self.crew, self.journal):
            each.setVisible(False)

    def _show_journal(self, job: Job | None) -> None:
        told = self._panel.program.remote.shown.journal if job is not None and self._viewmodel.is_live else ()
        entries = [entry for entry in told if job is not None and entry.job == job.id]
        self.journal.setVisible(bool(entries))
        if entries:
            can_replay = bool(self._recorder.spans)
            self.journal.show_entries(entries, self._viewmodel.now, can_replay=can_replay)
