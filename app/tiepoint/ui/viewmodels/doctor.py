"""The doctor's findings as the Cluster page shows them: what needs somebody first. No widgets. GUI thread only."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import QObject, Signal

from tiepoint.services.doctor import Finding, Health
from tiepoint.services.program import Program
from tiepoint.ui.background import Background
from tiepoint.ui.text import plain, tr, tr_count

_NAMES: Final = {
    "program": "Tiepoint",
    "python": "Python",
    "system": "System",
    "processor": "Processor",
    "memory": "Memory",
    "settings": "Settings",
    "engine": "Engine",
    "compiled code": "Compiled code",
    "window": "Window",
    "graphics": "Graphics",
    "ports": "Ports of this computer",
    "network": "Network",
    "proxy": "Proxy",
    "certificates": "Certificates",
    "clock": "Clock",
    "keyring": "Store for passwords",
    "policy": "Your organisation",
    "agent": "Agent",
    "transfer worker": "Transfer worker",
    "folder for captures": "Folder for captures",
    "folder for cache": "Folder for cached files",
    "folder for sockets": "Folder for the agent's link",
    "folder for logs": "Folder for logs",
}


class DoctorModel(QObject):
    """Lets the doctor look, and keeps what came out.

    Signals:
        started(): It looks; earlier findings are gone.
        found(finding): One more `Finding`.
        finished(): That was all.

    Args:
        program: Holds the doctor.
        background: Lets it look.
    """

    started = Signal()
    found = Signal(object)
    finished = Signal()

    def __init__(self, program: Program, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._program, self._background = program, background
        self._task: asyncio.Task[None] | None = None
        self.findings: tuple[Finding, ...] = ()
        self.looked: datetime | None = None
        """When the last look ended, local time; None = never."""

    @property
    def is_looking(self) -> bool:
        """Whether the doctor is at it."""
        return self._task is not None

    def look(self) -> None:
        """Look at everything; does nothing while it looks already."""
        if self._task is None:
            self.findings = ()
            self._task = self._background.start(self._examine())
            # A task that is cancelled before its first step runs nothing of its body.
            self._task.add_done_callback(self._on_ended)
            self.started.emit()

    def stop_looking(self) -> None:
        """Look no further: the last check would start an agent that is being stopped."""
        if self._task is not None:
            self._task.cancel()

    async def _examine(self) -> None:
        async with contextlib.aclosing(self._program.doctor.examine()) as findings:
            async for finding in findings:
                self.findings = (*self.findings, finding)
                self.found.emit(finding)

    def _on_ended(self, _task: asyncio.Task[None]) -> None:
        self.looked = datetime.now()
        self._task = None
        self.finished.emit()

    def summary(self) -> str:
        """Say how many findings of each kind there are."""
        return summary_of(self.findings)

    def report(self) -> str:
        """Return the findings as text to send to somebody."""
        return report_of(self.findings, self._program.version)


def title_of(finding: Finding) -> str:
    """Return what was looked at, for people."""
    known = _NAMES.get(finding.name)
    return tr("Doctor", known) if known else plain(finding.name[:1].upper() + finding.name[1:])


def summary_of(findings: Sequence[Finding]) -> str:
    """Say how many findings of each kind there are, the bad ones first."""
    counts = {health: sum(finding.health is health for finding in findings) for health in Health}
    parts = (
        tr_count("Doctor", "1 problem", "{count} problems", counts[Health.FAILED]) if counts[Health.FAILED] else "",
        tr_count("Doctor", "1 warning", "{count} warnings", counts[Health.WARNING]) if counts[Health.WARNING] else "",
        tr("Doctor", "{count} fine", count=counts[Health.OK]) if counts[Health.OK] else "",
    )
    return "  ·  ".join(part for part in parts if part)


def report_of(findings: Sequence[Finding], version: str) -> str:
    """Return findings as text: one line each, what to do below."""
    lines = [f"Tiepoint {version}"]
    for finding in findings:
        lines.append(f"{finding.health.value:<8} {finding.name}: {plain(finding.text)}")
        if finding.remedy:
            lines.append(f"{'':<8} -> {plain(finding.remedy)}")
    return "\n".join(lines)
