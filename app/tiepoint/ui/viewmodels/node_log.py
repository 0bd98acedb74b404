"""The last lines a node wrote, asked for again every few seconds while somebody looks. The GUI thread, on the loop.

Where the engine keeps no logs of nodes, the lines of the node's job that belong to its stage stand for them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from PySide6.QtCore import QObject, Signal

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.node import Node
from tiepoint.protocol.hello import Capability
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, said_below
from tiepoint.ui.viewmodels.job_choice import JobChoice
from tiepoint.ui.viewmodels.log import LogViewModel
from tiepoint.ui.viewmodels.log_lines import ShownLine, shown_line

_LINES: Final = 80
_AGAIN_S: Final = 3.0


class NodeLog(QObject):
    """The lines of one node.

    Signals:
        changed(): `lines` or `trouble` are others.

    Args:
        panel: The services.
        sleep: Waits between two looks; a test gives its own.
    """

    changed = Signal()

    def __init__(self, panel: Panel, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        super().__init__()
        self._panel, self._sleep = panel, sleep
        self._node: Node | None = None
        self._site = ""
        self._lines: tuple[ShownLine, ...] = ()
        self.trouble = ""
        """Why there are no lines; empty = there is nothing to say."""
        self._is_active = self._is_asked = False
        self._task: asyncio.Task[None] | None = None
        self._choice = JobChoice()
        self._of_job = LogViewModel(panel.program.remote.shown, self._choice)
        self._of_job.began.connect(self.changed)
        self._of_job.appended.connect(lambda _lines: self.changed.emit())

    @property
    def lines(self) -> tuple[ShownLine, ...]:
        """The lines, the newest last."""
        if self._is_own:
            return self._lines
        stage = self._node.stage if self._node is not None else None
        if self._node is None or self._node.job is None:
            return ()
        lines = self._of_job.lines
        own = tuple(line for line in lines if stage and line.source.partition("/")[0] == stage)
        return (own or lines)[-_LINES:]

    def show_node(self, node: Node | None, *, is_active: bool) -> None:
        """Follow a node's lines, or nothing."""
        site = self._panel.program.remote.shown.site.id
        is_other = node is None or self._node is None or (site, node.id) != (self._site, self._node.id)
        is_asked = is_active and self._is_own  # whether logs of nodes are kept may be known later than the node
        is_change = is_other or is_asked != self._is_asked
        self._node, self._site, self._is_active, self._is_asked = node, site, is_active, is_asked
        self._follow_job()
        if not is_change:
            return
        self._stop()
        if is_other:
            self._lines, self.trouble = (), ""
            self.changed.emit()
        if node is not None and is_asked:
            self._task = self._panel.background.start(self._look(node))

    def shut(self) -> None:
        """Follow nothing any more."""
        self._stop()
        self._of_job.shut()

    @property
    def _is_own(self) -> bool:
        return self._panel.program.remote.shown.snapshot.can(Capability.NODE_LOGS)

    def _follow_job(self) -> None:
        job = self._node.job if self._node is not None and self._is_active and not self._is_own else None
        if job is not None:
            self._choice.choose(job)
        self._of_job.set_active(is_active=job is not None)

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _look(self, node: Node) -> None:
        scheduler = self._panel.program.remote.shown.site.scheduler
        while True:
            try:
                told = await scheduler.node_logs(node.id, lines=_LINES)
            except TiepointError as error:
                trouble, lines = said_below(plain(error.summary)), self._lines
            else:
                trouble, lines = "", tuple(shown_line(line) for line in told.lines)
            if (trouble, lines) != (self.trouble, self._lines):
                self.trouble, self._lines = trouble, lines
                self.changed.emit()
            await self._sleep(_AGAIN_S)
