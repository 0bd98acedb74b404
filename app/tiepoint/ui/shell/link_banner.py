"""The banner about a lost connection: since when, what is grey, and a button to start the agent. GUI thread."""

from __future__ import annotations

from tiepoint.domain.link import Link, LinkState
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.jobs import utc_now
from tiepoint.ui.viewmodels.jobs_words import clock_text
from tiepoint.ui.widgets.banner import ActionBanner
from tiepoint.ui.widgets.buttons import Button


class LinkBanner(ActionBanner):
    """Shown while the scheduler is not heard."""

    def __init__(self, panel: Panel) -> None:
        self._start = Button(tr("Link", "Start the agent"), "play", size="small")
        super().__init__("wifi-off", "warn", self._start)
        self._panel = panel
        self._start.clicked.connect(self._on_start)
        self._end = panel.program.monitor.changed.subscribe(self._on_changed)
        self._on_changed(panel.program.monitor.snapshot)

    def shut(self) -> None:
        """Listen no more."""
        self._end()

    def _on_changed(self, snapshot: MonitorSnapshot) -> None:
        link = snapshot.link
        is_down = link.state in (LinkState.LOST, LinkState.STOPPED)
        if is_down:
            self.tell(*link_words(link))
        self._start.setEnabled(True)
        self.setVisible(is_down)

    def _on_start(self) -> None:
        self._start.setEnabled(False)
        self._panel.background.start(self._panel.program.computer.start_agent())


def link_words(link: Link) -> tuple[str, str]:
    """Return a title and a sentence about a link that is down."""
    now = utc_now()
    grey = ""
    if link.heard is not None:
        time = clock_text(link.heard, now, with_seconds=True)
        grey = tr("Link", "Grey values are as last known at {time}.", time=time)
    if link.state is LinkState.STOPPED:
        return tr("Link", "The agent is stopped"), " ".join(
            (tr("Link", "No job runs until it is started."), grey)
        ).strip()
    since = clock_text(link.since, now)
    if link.heard is None:
        title = tr("Link", "The agent has not answered since {time}", time=since)
    else:
        title = tr("Link", "Connection to the agent lost at {time}", time=since)
    why = plain(link.problem.summary) if link.problem is not None else tr("Link", "It is tried again all the time.")
    return title, f"{grey} {why}".strip()
