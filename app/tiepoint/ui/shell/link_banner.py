"""The banner about the link to the shown scheduler: what is the matter, what it means, and what to do. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent

from tiepoint.domain.cluster import Cluster
from tiepoint.domain.failure import Failure
from tiepoint.domain.link import LinkState
from tiepoint.domain.operation import OperationSnapshot, OperationState
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.services.remote_sites import AgentStatus
from tiepoint.services.sites import Site, SiteKind
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.viewmodels.jobs import utc_now
from tiepoint.ui.viewmodels.jobs_words import percent_text
from tiepoint.ui.viewmodels.site_words import (
    ASLEEP,
    COMING,
    Told,
    asleep_words,
    connecting_words,
    link_words,
    site_name,
)
from tiepoint.ui.widgets.banner import ActionBanner
from tiepoint.ui.widgets.buttons import Button

_TICK_MS: Final = 500
_INSTALLS: Final = ("agent", "agent-too-old")


class LinkBanner(ActionBanner):
    """Shown while the shown scheduler is not heard, or its agent needs something.

    Args:
        panel: The sites and what can be done about them.
    """

    def __init__(self, panel: Panel) -> None:
        self.start_button = Button(tr("Link", "Start the agent"), "play", size="small")
        self.try_button = Button(tr("Link", "Try now"), "refresh-cw", size="small")
        self.doctor_button = Button(tr("Link", "Path Doctor"), "activity", "link", size="small")
        self.keys_button = Button(tr("Link", "Compare keys"), "key-round", size="small")
        self.agent_button = Button(tr("Link", "Install the agent"), "download", size="small")
        self.sign_in_button = Button(tr("Link", "Sign in"), "log-in", size="small")
        self.resume_button = Button(tr("Link", "Show the cluster"), "arrow-right", size="small")
        self._buttons = (
            self.start_button,
            self.sign_in_button,
            self.resume_button,
            self.keys_button,
            self.agent_button,
            self.try_button,
            self.doctor_button,
        )
        super().__init__("wifi-off", "warn", *self._buttons)
        self._panel, self._remote = panel, panel.program.remote
        self._installing: OperationSnapshot[AgentStatus] | None = None
        self._installing_at = ""
        self._end_install: Callable[[], None] | None = None
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._show)
        self._connect()
        self._show()

    def shut(self) -> None:
        """Listen no more."""
        self._tick.stop()
        if self._end_install is not None:
            self._end_install()
        for end in self._ends:
            end()

    def _connect(self) -> None:
        self.start_button.clicked.connect(self._on_start)
        self.try_button.clicked.connect(lambda: self._site.monitor.try_now())
        self.doctor_button.clicked.connect(self._on_doctor)
        self.keys_button.clicked.connect(self._on_keys)
        self.agent_button.clicked.connect(self._on_agent)
        self.sign_in_button.clicked.connect(lambda: self._panel.navigator.go("cluster", view="overview"))
        self.resume_button.clicked.connect(lambda: self._panel.navigator.go("cluster", cluster=self._site.id))
        self._ends = (
            self._remote.shown.changed.subscribe(self._on_changed),
            self._panel.program.azure.clusters.changed.subscribe(lambda _: self._show()),
        )

    @property
    def _site(self) -> Site:
        return self._remote.shown.site

    def _cluster(self) -> Cluster | None:
        if self._site.kind is not SiteKind.CLOUD:
            return None
        return self._panel.program.azure.clusters.snapshot.find(self._site.id)

    def _on_changed(self, _snapshot: MonitorSnapshot) -> None:
        self.start_button.setEnabled(True)
        self._show()

    def _show(self) -> None:
        snapshot, now = self._remote.shown.snapshot, utc_now()
        told, buttons = self._said(snapshot, now)
        for button in self._buttons:
            button.setVisible(button in buttons)
        if told is not None:
            self.set_look(told.icon, told.tone)
            self.tell(told.title, told.text)
        self.setVisible(told is not None)
        is_ticking = snapshot.link.next_try is not None and told is not None and self.isVisible()
        if is_ticking != self._tick.isActive():
            (self._tick.start if is_ticking else self._tick.stop)()

    def _said(self, snapshot: MonitorSnapshot, now: datetime) -> tuple[Told | None, tuple[Button, ...]]:
        """Return what is to be said and the buttons that help, the most pressing matter first."""
        link, site, cluster = snapshot.link, self._site, self._cluster()
        if self._installing is not None and self._installing_at == site.id:
            return self._said_of_install(self._installing), ()
        if link.is_up:
            return self._said_while_up(snapshot)
        if cluster is not None and cluster.state in (*ASLEEP, *COMING):
            return asleep_words(cluster), (self.resume_button,)
        if link.state is LinkState.CONNECTING:
            if site.is_computer:
                return None, ()
            return connecting_words(site, self._remote.remote.own(site.id)), ()
        if link.problem is not None and not site.is_computer:
            said = self._said_of(link.problem)
            if said is not None:
                return said
        title, text = link_words(link, site, now, has_power=cluster is not None)
        buttons = (self.start_button,) if site.is_computer else (self.try_button, self.doctor_button)
        return Told("warn", "wifi-off", title, text), buttons

    def _said_while_up(self, snapshot: MonitorSnapshot) -> tuple[Told | None, tuple[Button, ...]]:
        site, agent = self._site, snapshot.agent
        if snapshot.link.problem is not None:
            title = tr("Link", "What the scheduler says makes no sense in part")
            return Told("warn", "triangle-alert", title, said_below(plain(snapshot.link.problem.summary))), ()
        ours = self._panel.program.version
        if site.is_computer or agent is None or not _is_older(agent.agent, ours):
            return None, ()
        title = tr("Link", "The agent of {name} is older than this program", name=site_name(site))
        text = tr("Link", "{theirs} there, {ours} here. Jobs go on while it is updated.", theirs=agent.agent, ours=ours)
        self.agent_button.setText(tr("Link", "Update the agent"))
        return Told("info", "download", title, plain(text)), (self.agent_button,)

    def _said_of(self, problem: Failure) -> tuple[Told, tuple[Button, ...]] | None:
        """Say what is the matter where trying again alone does not help."""
        name, text = site_name(self._site), _both(problem)
        if problem.kind == "host-key":
            title = tr("Link", "A machine of {name} shows another key", name=name)
            return Told("err", "key-round", title, text), (self.keys_button, self.try_button)
        if problem.kind == "ssh-key":
            title = tr("Link", "{name} does not take our key", name=name)
            return Told("err", "lock", title, text), (self.try_button, self.doctor_button)
        if problem.kind in _INSTALLS:
            is_old = problem.kind == "agent-too-old"
            self.agent_button.setText(tr("Link", "Update the agent") if is_old else tr("Link", "Install the agent"))
            title = tr("Link", "The agent of {name} is too old", name=name)
            if not is_old:
                title = tr("Link", "{name} has no agent yet", name=name)
            return Told("warn", "download", title, text), (self.agent_button, self.try_button)
        if problem.kind == "agent-too-new":
            title = tr("Link", "The agent of {name} is newer than this program", name=name)
            return Told("warn", "download", title, text), (self.try_button,)
        if problem.kind in ("sign-in", "confirm"):
            title = tr("Link", "Sign in to reach {name}", name=name)
            return Told("warn", "log-in", title, text), (self.sign_in_button, self.try_button)
        return None

    def _said_of_install(self, snapshot: OperationSnapshot[AgentStatus]) -> Told:
        progress, name = snapshot.progress, site_name(self._site)
        parts = [said_below(plain(progress.message))] if progress.message else []
        if progress.total:
            parts.append(percent_text(progress.done / progress.total))
        title = tr("Link", "Installing the agent of {name}", name=name)
        return Told("info", "loader", title, "  ".join(parts) or tr("Link", "Jobs there are not affected."))

    def _on_start(self) -> None:
        self.start_button.setEnabled(False)
        self._panel.background.start(self._panel.program.computer.start_agent())

    def _on_doctor(self) -> None:
        from tiepoint.ui.shell.path_doctor_dialog import open_path_doctor

        open_path_doctor(self._panel, self)

    def _on_keys(self) -> None:
        problem = self._remote.shown.snapshot.link.problem
        if problem is None:
            return
        from tiepoint.ui.shell.host_key_dialog import HostKeyDialog

        HostKeyDialog(self._panel, self._site, problem, self.window()).open()

    def _on_agent(self) -> None:
        operation = self._remote.remote.install_agent(self._site.id)
        self._installing_at = self._site.id
        if self._end_install is not None:
            self._end_install()
        self._end_install = operation.changed.subscribe(self._on_install)
        self._on_install(operation.snapshot)

    def _on_install(self, snapshot: OperationSnapshot[AgentStatus]) -> None:
        self._installing = None if snapshot.state.is_over else snapshot
        site = self._remote.sites.get(self._installing_at)
        if snapshot.state is OperationState.FAILED and snapshot.failure is not None:
            self._panel.messages.failure(snapshot.failure)
        elif snapshot.state is OperationState.COMPLETED and site is not None:
            title = tr("Link", "The agent of {name} is up to date", name=site_name(site))
            self._panel.messages.done(title, _kept_text(snapshot.result))
            site.monitor.try_now()
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        """Count down while it is seen."""
        super().showEvent(event)
        self._show()

    def hideEvent(self, event: QHideEvent) -> None:
        """Count nothing down while nobody looks."""
        super().hideEvent(event)
        self._tick.stop()


def _kept_text(status: AgentStatus | None) -> str:
    """Name what an update left as it was; empty = nothing."""
    if status is None or not status.kept:
        return ""
    files = ", ".join(plain(file) for file in status.kept)
    return tr("Link", "Changed there and therefore kept: {files}. The new ones lie beside them, as .new.", files=files)


def _both(problem: Failure) -> str:
    return " ".join(said_below(plain(part)) for part in (problem.summary, problem.remedy) if part)


def _is_older(theirs: str, ours: str) -> bool:
    try:
        return tuple(map(int, theirs.split("."))) < tuple(map(int, ours.split(".")))
    except ValueError:
        return False
