"""The banner about a transfer worker that is not heard: all that is shown is as last known. The GUI thread."""

from __future__ import annotations

from tiepoint.services.transfers import TransfersSnapshot
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.widgets.banner import ActionBanner


class AwayBanner(ActionBanner):
    """Shown while the worker is followed and not heard."""

    def __init__(self) -> None:
        super().__init__("wifi-off", "warn")
        self.hide()

    def show_snapshot(self, snapshot: TransfersSnapshot) -> None:
        """Say why the worker is not heard."""
        problem = snapshot.problem
        is_away = snapshot.is_following and not snapshot.is_connected and problem is not None
        if is_away and problem is not None:
            why = " ".join(said_below(plain(part)) for part in (problem.summary, problem.remedy) if part)
            grey = tr("Transfers", "Everything is as last known; it is tried again all the time.")
            self.tell(tr("Transfers", "The transfer worker is not heard"), f"{grey} {why}")
        self.setVisible(is_away)
