"""What there is to see of a job on a cluster: its round, who works on it, what happened to it. The GUI thread."""

from __future__ import annotations

from pathlib import Path

from tiepoint.domain.job import Job, JobState
from tiepoint.domain.remote_round import Round
from tiepoint.ui.pages.jobs.journal_card import JournalCard
from tiepoint.ui.pages.jobs.round_card import RoundCard
from tiepoint.ui.pages.jobs.workers_card import WorkersCard
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.jobs import JobsViewModel
from tiepoint.ui.viewmodels.nodes_state import NodeContext
from tiepoint.ui.viewmodels.recorder import recorder_of
from tiepoint.ui.widgets.cards import ScrollColumn
from tiepoint.ui.widgets.question import Question, ask


class There(ScrollColumn):
    """A column of cards; those that have nothing to say are hidden.

    Args:
        panel: The services.
        viewmodel: Knows the open job.
    """

    def __init__(self, panel: Panel, viewmodel: JobsViewModel) -> None:
        self.round = RoundCard()
        self.crew = WorkersCard(panel.program.panel_state, is_wide=True)
        self.journal = JournalCard()
        super().__init__(self.round, self.crew, self.journal, None)
        self._panel, self._viewmodel = panel, viewmodel
        self._recorder = recorder_of(panel)
        self._connect()

    def show_job(self, job: Job | None, round_: Round | None) -> None:
        """Show a job, its round, or a round that has no job yet."""
        viewmodel = self._viewmodel
        self.round.setVisible(round_ is not None)
        if round_ is not None:
            self.round.show_round(round_, job, is_live=viewmodel.is_live)
        self.crew.setVisible(job is not None and job.state is JobState.RUNNING)
        if job is not None and job.state is JobState.RUNNING:
            context = NodeContext(viewmodel.now, {job.id: job.name}, is_stale=viewmodel.is_stale)
            self.crew.show_nodes(viewmodel.nodes, context)
        self._show_journal(job)

    def _show_journal(self, job: Job | None) -> None:
        told = self._panel.program.remote.shown.journal if job is not None and self._viewmodel.is_live else ()
        entries = [entry for entry in told if job is not None and entry.job == job.id]
        self.journal.setVisible(bool(entries))
        if entries:
            can_replay = bool(self._recorder.spans)
            self.journal.show_entries(entries, self._viewmodel.now, can_replay=can_replay)

    def _connect(self) -> None:
        card, rounds = self.round, self._panel.program.remote.rounds
        start = self._panel.background.start
        card.go_on_wanted.connect(lambda round_: start(rounds.retry(round_.id)))
        card.forget_wanted.connect(lambda round_: rounds.remove(round_.id))
        card.cancel_wanted.connect(self._on_cancel)
        card.wake_wanted.connect(self._on_wake)
        card.sign_in_wanted.connect(lambda: self._panel.navigator.go("cluster"))
        card.open_wanted.connect(lambda round_: self._panel.navigator.go("results", path=_products(round_)))
        self.journal.replay_wanted.connect(self._recorder.show_at)

    def _on_cancel(self, round_: Round) -> None:
        rounds = self._panel.program.remote.rounds
        question = Question(
            tr("Round", "Cancel the round"),
            tr("Round", "Cancel “{name}”?", name=plain(round_.name)),
            tr("Round", "Transfer and job are stopped. What is in Blob and on the cluster stays there."),
            tr("Round", "Cancel it"),
            tr("Round", "Let it go on"),
        )
        ask(self, question, lambda: self._panel.background.start(rounds.cancel(round_.id)))

    def _on_wake(self, round_: Round) -> None:
        remote = self._panel.program.remote
        site = remote.sites.get(round_.site)

        async def wake() -> None:
            await self._panel.program.azure.clusters.resume(round_.site if site is None else site.name)
            await remote.rounds.retry(round_.id)

        self._panel.background.start(wake())


def _products(round_: Round) -> Path:
    return Path(round_.folder) / "products"
