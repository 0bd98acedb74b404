"""A stand for the Jobs page that shows a cluster: fakes of its scheduler, its machines, its rounds and its tape."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton

from fakes.cluster_jobs import a_site, cluster_nodes
from fakes.job_scenes import a_job
from fakes.model_view import FakeModelView
from fakes.program import FakeProgram
from fakes.scheduler import T0, FakeScheduler
from page_stand import Stand, standing, until
from tiepoint.domain.job import Job
from tiepoint.services.sites import Site
from tiepoint.ui.pages.jobs.page import JobsPage
from tiepoint.ui.viewmodels.recorder import recorder_of


class ThereStand:
    """The page, showing a cluster."""

    def __init__(self, stand: Stand[JobsPage], site: Site) -> None:
        self.page, self.parts, self.fake, self.site = stand.page, stand.parts, stand.fake, site

    @property
    def scheduler(self) -> FakeScheduler:
        assert isinstance(self.site.scheduler, FakeScheduler)
        return self.site.scheduler

    async def press(self, text: str) -> None:
        """Wait for the button with these words and click it."""

        def seen() -> list[QPushButton]:
            buttons = self.page.findChildren(QPushButton)
            return [each for each in buttons if each.text() == text and each.isVisible() and each.isEnabled()]

        await until(seen)
        found = seen()
        QTest.mouseClick(found[0], Qt.MouseButton.LeftButton)

    def row(self, job: Job) -> dict[str, str]:
        """The words of a job's row by column."""
        model = self.page.list_card.table.rows_model
        found = next(row for row in model.rows if row.key == job.id)
        return {column.key: cell.text for column, cell in zip(model.columns, found.cells, strict=True)}

    async def open(self, key: str) -> None:
        """Open a job or a round."""
        self.page.viewmodel.choose(key)
        await until(lambda: self.page.list_card.table.chosen_key == key)

    def questions(self) -> list[QMessageBox]:
        return [each for each in self.page.window().findChildren(QMessageBox) if each.isVisible()]


@contextlib.asynccontextmanager
async def there(
    *jobs: Job, idle: int = 56, busy: int = 4, before: Callable[[FakeProgram, Site], object] | None = None
) -> AsyncIterator[ThereStand]:
    """The page showing a cluster with these jobs, at the scenes' time."""
    fake = FakeProgram()
    fake.scheduler.all_jobs = {a_job("local").id: a_job("local")}
    site = a_site(fake, jobs, cluster_nodes(jobs[0], busy=busy, idle=idle) if jobs else ())
    if before is not None:
        before(fake, site)
    async with standing(lambda panel: JobsPage(panel, FakeModelView), fake) as stand:  # type: ignore[arg-type]
        recorder_of(stand.parts.panel)._now = lambda: T0
        sites = fake.program.remote.sites
        sites.start()
        sites.show(site.id)
        rounds = [each for each in fake.program.remote.rounds.all if each.job is None]
        page = stand.page
        try:
            await until(lambda: len(page.viewmodel.rows) == len(jobs) + len(rounds) and not page.viewmodel.is_stale)
            yield ThereStand(stand, site)
        finally:
            await fake.program.remote.parking.stop()
            await sites.stop()
