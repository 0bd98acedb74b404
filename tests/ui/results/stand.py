"""The Results page on fakes: a view without 3D, a desktop that remembers, results laid out in memory."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from fakes.model_view import FakeModelView
from fakes.program import FakeProgram
from fakes.results import a_model
from fakes.scheduler import T0
from page_stand import FakePanel, standing, until
from tiepoint.domain.model_facts import ModelFacts
from tiepoint.ports.result_store import RecentResult
from tiepoint.ui.pages.results.page import ResultsPage
from tiepoint.ui.panel import Panel
from tiepoint.ui.viewer import ModelView
from tiepoint.ui.viewmodels.results import Showing


class FakeDesktop:
    """Opens nothing; `works` says whether the system could."""

    def __init__(self) -> None:
        self.opened: list[Path] = []
        self.works = True

    def open(self, path: Path) -> bool:
        self.opened.append(path)
        return self.works


@dataclass
class ResultsStand:
    page: ResultsPage
    view: FakeModelView
    parts: FakePanel
    desktop: FakeDesktop

    @property
    def fake(self) -> FakeProgram:
        return self.parts.fake

    async def opened(self) -> ModelFacts:
        """Wait until a result is open and its model loaded."""
        await until(lambda: self.page.results.view.showing is Showing.OPEN and self.view.is_loading)
        self.view.finish_loading()
        facts = self.page.results.view.facts
        assert facts is not None
        await until(lambda: self.fake.program.measurements.snapshot.key == facts.key)
        await until(lambda: self.page.facts_card.facts is facts)
        return facts


def a_program(*results: ModelFacts, opened_by_hand: bool = True) -> FakeProgram:
    """A program that knows some results, the first one opened last."""
    fake = FakeProgram()
    for facts in results:
        fake.result_reader.results[facts.folder] = facts
    if opened_by_hand:
        fake.result_store.recents = [RecentResult(facts.folder, T0) for facts in results]
    return fake


@contextlib.asynccontextmanager
async def results_page(
    fake: FakeProgram | None = None, before: Callable[[ResultsPage], None] | None = None
) -> AsyncIterator[ResultsStand]:
    """Show the page; without a program, one with one result.

    Args:
        fake: The program.
        before: Done with the page before it is shown.
    """
    view, desktop = FakeModelView(), FakeDesktop()

    def make(panel: Panel) -> ResultsPage:
        page = ResultsPage(panel, lambda: cast("ModelView", view), desktop)
        if before is not None:
            before(page)
        return page

    async with standing(make, fake or a_program(a_model())) as stand:
        yield ResultsStand(stand.page, view, stand.parts, desktop)
