"""What went wrong with the files that the program keeps, told once each, whatever page is open. The GUI thread only."""

from __future__ import annotations

from tiepoint.domain.failure import Failure
from tiepoint.domain.photo_set import PhotoSetsSnapshot
from tiepoint.ui.panel import Panel


class Troubles:
    """Tells of broken files that were set aside, and of what cannot be kept.

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
        self._off = program.photo_sets.changed.subscribe(self._on_sets)
        self._on_sets(program.photo_sets.snapshot)

    def shut(self) -> None:
        """Listen no more."""
        self._off()

    def _on_sets(self, snapshot: PhotoSetsSnapshot) -> None:
        for trouble in snapshot.troubles:
            self._tell(trouble)

    def _tell(self, failure: Failure) -> None:
        if failure not in self._told:
            self._told.add(failure)
            self._panel.messages.failure(failure)
