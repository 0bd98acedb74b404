"""Rounds that cannot go on: of clusters that are not there (any more), and failed ones, can be got rid of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakes.cluster_jobs import a_round_at
from fakes.model_view import FakeModelView
from fakes.program import FakeProgram
from fakes.remote import fake_site
from page_stand import standing, until
from tiepoint.domain.remote_round import RoundState, RoundStep
from tiepoint.ui.pages.jobs.page import JobsPage
from tiepoint.ui.pages.jobs.round_card import RoundCard

InQt = Callable[[Any], Any]


def test_a_round_of_a_cluster_that_is_gone_is_seen_until_it_is_over(in_qt: InQt) -> None:
    async def scene() -> None:
        fake = FakeProgram()
        rounds: Any = fake.program.remote.rounds
        rounds.put(a_round_at(RoundStep.PROCESS, fake_site("gone"), state=RoundState.WAITING))
        async with standing(lambda panel: JobsPage(panel, FakeModelView), fake) as stand:  # type: ignore[arg-type]
            page = stand.page
            await until(lambda: [row.key for row in page.viewmodel.rows] == ["round:round-1"])
            page.viewmodel.choose("round:round-1")
            await until(page.detail.there.round.cancel.isVisible)
            await rounds.cancel("round-1")
            await until(lambda: page.viewmodel.rows == ())

    in_qt(scene())


def test_a_round_that_failed_can_be_removed_and_has_nothing_to_cancel(in_qt: InQt) -> None:
    async def scene() -> None:
        card = RoundCard()
        failed = a_round_at(RoundStep.UPLOAD, fake_site(), state=RoundState.FAILED)
        card.show_round(failed, None, is_live=True)
        assert card.cancel.isHidden()
        assert not card.forget.isHidden()
        assert not card.go_on.isHidden()
        card.show_round(failed, None, is_live=False)
        assert card.forget.isHidden()
        card.deleteLater()

    in_qt(scene())
