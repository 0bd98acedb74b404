"""What went wrong without anybody's doing: files that broke, parked nodes that do not wake. The GUI thread only."""

from __future__ import annotations

from tiepoint.domain.failure import Failure
from tiepoint.domain.photo_set import PhotoSetsSnapshot
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, tr


class Troubles:
    """Tells of broken files that were set aside, of what cannot be kept, and of nodes that were started in vain.

    Args:
        panel: Knows the services and says things.
    """

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._told: set[Failure] = set()
        program = panel.program
        for problem in (program.panel_state.problem, program.preferences.problem):
            if problem is not None:
                self._tell(problem)
        self._offs = [
            program.photo_sets.changed.subscribe(self._on_sets),
            program.monitor.changed.subscribe(self._on_monitor),
            program.remote.parking.failed.subscribe(panel.messages.failure),
            program.file_troubles.listen(self._tell),
        ]
        self._on_sets(program.photo_sets.snapshot)
        self._on_monitor(program.monitor.snapshot)

    def shut(self) -> None:
        """Listen no more."""
        for off in self._offs:
            off()

    def _on_sets(self, snapshot: PhotoSetsSnapshot) -> None:
        for trouble in snapshot.troubles:
            self._tell(trouble)

    def _on_monitor(self, snapshot: MonitorSnapshot) -> None:
        if snapshot.agent is not None and snapshot.agent.set_aside:
            kept = plain(snapshot.agent.set_aside)
            summary = tr(
                "Troubles", "The list of jobs was broken and begins anew; the old one is kept as {kept}.", kept=kept
            )
            remedy = tr("Troubles", "Finished models are where they were: open their folders on the Results page.")
            self._tell(Failure("jobs", summary, remedy))

    def _tell(self, failure: Failure) -> None:
        if failure not in self._told:
            self._told.add(failure)
            self._panel.messages.failure(failure)
