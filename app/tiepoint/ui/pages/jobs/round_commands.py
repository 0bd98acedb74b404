"""What a person can do with a round: go on, cancel, wake its cluster, look at what came. GUI thread, on the loop."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from tiepoint.domain.remote_round import Round
from tiepoint.ui.pages.jobs.round_card import RoundCard
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, tr
from tiepoint.ui.widgets.question import Question, ask


class RoundCommands:
    """Does what the buttons of round cards say; failures go through the funnel.

    Args:
        panel: The services.
        owner: Over which questions are asked.
    """

    def __init__(self, panel: Panel, owner: QWidget) -> None:
        self._panel, self._owner = panel, owner

    def serve(self, card: RoundCard) -> None:
        """Do what this card's buttons say."""
        rounds, start = self._panel.program.remote.rounds, self._panel.background.start
        card.go_on_wanted.connect(lambda round_: start(rounds.retry(round_.id)))
        card.forget_wanted.connect(lambda round_: rounds.remove(round_.id))
        card.cancel_wanted.connect(self._on_cancel)
        card.wake_wanted.connect(lambda round_: start(self._wake(round_)))
        card.sign_in_wanted.connect(lambda: self._panel.navigator.go("cluster"))
        card.open_wanted.connect(self._on_open)

    def _on_cancel(self, round_: Round) -> None:
        rounds = self._panel.program.remote.rounds
        question = Question(
            tr("Round", "Cancel the round"),
            tr("Round", "Cancel “{name}”?", name=plain(round_.name)),
            tr("Round", "Transfer and job are stopped. What is in Blob and on the cluster stays there."),
            tr("Round", "Cancel it"),
            tr("Round", "Let it go on"),
        )
        ask(self._owner, question, lambda: self._panel.background.start(rounds.cancel(round_.id)))

    async def _wake(self, round_: Round) -> None:
        remote = self._panel.program.remote
        site = remote.sites.get(round_.site)
        await self._panel.program.azure.clusters.resume(round_.site if site is None else site.name)
        await remote.rounds.retry(round_.id)

    def _on_open(self, round_: Round) -> None:
        self._panel.navigator.go("results", path=Path(round_.folder) / "products")
