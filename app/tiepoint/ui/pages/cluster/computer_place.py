"""This computer as a cluster: it shows `ClusterModel` and `DoctorModel`. The GUI thread only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from tiepoint.domain.space import size_text
from tiepoint.ui.actions import action
from tiepoint.ui.folders import open_folder
from tiepoint.ui.pages.cluster.agent_card import AgentCard, EngineCard
from tiepoint.ui.pages.cluster.checks_card import ChecksCard
from tiepoint.ui.pages.cluster.computer_card import ComputerCard
from tiepoint.ui.pages.cluster.place import Place
from tiepoint.ui.pages.cluster.stop_menu import StopMenu
from tiepoint.ui.pages.page import StripContent
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.cluster import ClusterModel
from tiepoint.ui.viewmodels.doctor import DoctorModel
from tiepoint.ui.widgets.cards import ScrollColumn
from tiepoint.ui.widgets.layouts import row

_SIDE_PX = 328


class ComputerPlace(Place):
    """This computer: what it is, how busy it is, its agent, and whether all is well with it.

    Args:
        panel: The services.
        model: Follows this computer; the page's own.
        doctor: Looks at it; the page's own.
    """

    def __init__(self, panel: Panel, model: ClusterModel, doctor: DoctorModel) -> None:
        super().__init__()
        self._panel, self.model, self.doctor = panel, model, doctor
        self._setup_actions()
        self._setup_ui()
        self._connect()
        self._show_view()

    def strip(self) -> StripContent:
        """Say how the cluster is and offer to start or stop it."""
        view = self.model.view
        free = view.disk_free_bytes
        facts = (
            (tr("Cluster", "Cores"), view.cores),
            (tr("Cluster", "Memory"), size_text(view.memory_bytes) if view.memory_bytes else "—"),
            (tr("Cluster", "Disk free"), "—" if free is None else size_text(free)),
            (tr("Cluster", "Workers"), view.workers),
        )
        shown = [self.start_action] if view.is_startable else [self.stop_action] if view.is_stoppable else []
        return StripContent(
            tr("Cluster", "This computer"), view.pill[0], view.pill[1], view.doing, facts, actions=tuple(shown)
        )

    def focus_first(self) -> None:
        """Begin at the checks."""
        self._checks.look.setFocus()

    def open_stop_menu(self) -> StopMenu:
        """Ask how to stop."""
        menu = StopMenu(self.model.view.unfinished, self)
        menu.chosen.connect(self._on_stop)
        menu.open_at(self.mapToGlobal(QPoint(self.width(), -8)))
        return menu

    def _setup_actions(self) -> None:
        self.start_action = action(self, tr("Cluster", "Start"), self.model.start_agent, icon="play", kind="primary")
        self.stop_action = action(self, tr("Cluster", "Stop"), self.open_stop_menu, icon="power")
        self.stop_action.setToolTip(tr("Cluster", "Stop the agent; asks how"))

    def _setup_ui(self) -> None:
        self._computer, self._checks = ComputerCard(), ChecksCard(self.doctor)
        self._agent, self._engine = AgentCard(), EngineCard()
        main = ScrollColumn(self._computer, self._checks, None)
        side = ScrollColumn(self._agent, self._engine, None, width=_SIDE_PX)
        line = row(main, side, spacing=12)
        line.setStretch(0, 1)
        self.setLayout(line)
        QWidget.setTabOrder(self._checks.copy, self._checks.look)

    def _connect(self) -> None:
        self.model.changed.connect(self._show_view)
        self.model.load_changed.connect(self._show_load)
        self._checks.look_wanted.connect(self.doctor.look)
        self._computer.nodes_wanted.connect(lambda: self._panel.navigator.go("nodes"))
        self._computer.captures_wanted.connect(lambda: self._open(self._captures_folder()))
        self._agent.logs_wanted.connect(lambda: self._open(self._log_folder()))

    def _show_view(self) -> None:
        view = self.model.view
        for card in (self._computer, self._agent, self._engine):
            card.show_view(view)
        reason = tr("Cluster", "Start the agent first: it is one of the checks.") if view.is_startable else ""
        self._checks.set_may_look(not view.is_startable, reason)
        self.strip_changed.emit()

    def _on_stop(self, now: bool) -> None:
        self.doctor.stop_looking()
        self.model.stop_agent(now=now)

    def _show_load(self) -> None:
        self._computer.show_load(self.model.load)

    def _captures_folder(self) -> Path | None:
        return self._panel.program.computer.snapshot.captures_folder

    def _log_folder(self) -> Path | None:
        log = self._panel.program.computer.snapshot.agent.log_path
        return Path(log).parent if log else None

    def _open(self, folder: Path | None) -> None:
        if folder is not None:
            open_folder(folder, self._panel.messages)

    def showEvent(self, event: QShowEvent) -> None:
        """Look at the computer while this is seen."""
        super().showEvent(event)
        self.model.set_seen(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave the computer alone."""
        super().hideEvent(event)
        self.model.set_seen(False)
