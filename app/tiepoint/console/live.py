"""Output for people at a terminal: one row per stage with a bar, drawn over itself while the job runs.

Must not interpret markup: names are shown as they are. Drawing happens on rich's own thread from the last snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from rich.console import Console, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from tiepoint.console.cluster_drawing import drawn_operation
from tiepoint.console.drawing import Drawing
from tiepoint.console.outlet import stdout_line
from tiepoint.console.sentences import sentence
from tiepoint.console.site_drawing import drawn_site
from tiepoint.console.text import plain
from tiepoint.console.transfer_drawing import drawn_transfer
from tiepoint.domain.cluster_operation import ClusterOperation
from tiepoint.domain.failure import Failure
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.transfer import Transfer
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.services.reconstruction import RunSnapshot

_REFRESHES_PER_S = 5


class LiveOutlet:
    """Implements `Outlet`.

    Args:
        now: The clock, aware.
        console: Terminal to draw on.
        answer: Takes the result.
    """

    def __init__(
        self, now: Callable[[], datetime], console: Console, answer: Callable[[str], None] = stdout_line
    ) -> None:
        self._now = now
        self._console = console
        self._answer = answer
        self._snapshot = RunSnapshot()
        self._simple: OperationProgress | None = None
        self._transfer: Transfer | None = None
        self._operation: ClusterOperation | None = None
        self._site: tuple[str, MonitorSnapshot] | None = None
        self._spinner = Spinner("dots", style="cyan")
        self._live: Live | None = None

    def progress(self, snapshot: RunSnapshot) -> None:
        """Draw the run from now on."""
        self._snapshot = snapshot
        self._begin()

    def advance(self, what: str, done: int, total: int | None, unit: str) -> None:
        """Draw one bar from now on."""
        self._simple = OperationProgress(what, done, total, unit)
        self._begin()

    def transfer(self, transfer: Transfer) -> None:
        """Draw the transfer from now on."""
        self._transfer = transfer
        self._begin()

    def cluster(self, operation: ClusterOperation) -> None:
        """Draw the operation from now on."""
        self._operation = operation
        self._begin()

    def site(self, name: str, snapshot: MonitorSnapshot) -> None:
        """Draw a cluster from now on."""
        self._site = name, snapshot
        self._begin()

    def notice(self, kind: str, facts: Mapping[str, Any], text: str) -> None:
        """Print it below the bars, which stay as they were, so that an answer can be typed."""
        self.close()
        self._console.print(Text(text), soft_wrap=True)

    def warning(self, warning: Failure, **facts: Any) -> None:
        """Print a warning above the bars."""
        self._say("Warning: ", "yellow", sentence(warning, facts.get("photos", ())), warning.remedy)

    def error(self, failure: Failure) -> None:
        """Print the error below the bars, which stay as they were."""
        self.close()
        title = "Error: " if failure.kind != "canceled" else ""
        self._say(title, "bold red", sentence(failure), failure.remedy)

    def result(self, facts: Mapping[str, Any], text: str) -> None:
        """Print the answer."""
        self.close()
        if text:
            self._answer(text)

    def close(self) -> None:
        """Stop drawing and leave the last picture standing."""
        live, self._live = self._live, None
        if live is not None:
            live.stop()

    def _begin(self) -> None:
        if self._live is None:
            self._live = Live(
                get_renderable=self._drawn,
                console=self._console,
                refresh_per_second=_REFRESHES_PER_S,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()

    def _say(self, title: str, style: str, said: str, remedy: str) -> None:
        line = Text.assemble((title, style), said)
        if remedy:
            line.append(f" {plain(remedy)}", style="dim")
        self._console.print(line)

    def _drawn(self) -> RenderableType:
        if self._site is not None:
            return drawn_site(*self._site, self._now(), self._console.width, self._console.height)
        if self._operation is not None:
            return drawn_operation(self._operation, self._spinner, self._console.width)
        if self._transfer is not None:
            return drawn_transfer(self._transfer, self._spinner, self._console.width)
        return Drawing(self._now(), self._spinner, self._console.width).of_run(self._snapshot, self._simple)
