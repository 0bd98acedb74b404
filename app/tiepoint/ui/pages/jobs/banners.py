"""What concerns all of the Jobs page: a recorded moment, nodes to park, jobs of other tools. The GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from tiepoint.domain.job import Job
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.ui.pages.jobs.foreign_banner import ForeignBanner
from tiepoint.ui.pages.jobs.parking_banner import ParkingBanner
from tiepoint.ui.pages.jobs.scrubber import ReplayBanner
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.job_commands import JobCommands
from tiepoint.ui.viewmodels.jobs_allowed import JobAction
from tiepoint.ui.viewmodels.recorder import Recorder
from tiepoint.ui.widgets.layouts import column


class Banners(QWidget):
    """Below each other; gone while none has something to say.

    Signals:
        job_wanted(job): It shall be opened.

    Args:
        panel: The services.
        commands: Do what is asked.
        recorder: The moment that is shown.
    """

    job_wanted = Signal(object)

    def __init__(self, panel: Panel, commands: JobCommands, recorder: Recorder) -> None:
        super().__init__()
        self._commands = commands
        self.replay = ReplayBanner(panel)
        self.parking = ParkingBanner(panel, recorder)
        self.foreign = ForeignBanner()
        self.setLayout(column(self.replay, self.parking, self.foreign, spacing=8))
        self.parking.nodes_wanted.connect(lambda: panel.navigator.go("nodes"))
        self.foreign.adopt_wanted.connect(self._on_adopt)
        self.foreign.abort_wanted.connect(lambda job: commands.run(JobAction.STOP_FOREIGN, job))
        self.foreign.show_wanted.connect(self._on_show)
        self._parts = (self.replay, self.parking, self.foreign)

    def show_now(self, snapshot: MonitorSnapshot) -> None:
        """Show what there is now."""
        self.parking.show_now(snapshot)
        self.foreign.show_now(snapshot)
        self.setVisible(any(not each.isHidden() for each in self._parts))

    def shut(self) -> None:
        """Listen no more."""
        self.replay.shut()

    def _on_adopt(self, jobs: tuple[Job, ...]) -> None:
        for job in jobs:
            self._commands.run(JobAction.ADOPT, job)

    def _on_show(self, job: Job) -> None:
        self.job_wanted.emit(job)
