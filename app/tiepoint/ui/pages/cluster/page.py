"""The Cluster page: places on a stack, from all clusters at a glance to one of them. The GUI thread only."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QStackedWidget

from tiepoint.domain.cluster import ClusterId
from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.failure import Failure
from tiepoint.ui.actions import action
from tiepoint.ui.pages.cluster.computer_place import ComputerPlace
from tiepoint.ui.pages.cluster.overview import Overview
from tiepoint.ui.pages.cluster.own_clusters import OwnClustersCard
from tiepoint.ui.pages.cluster.place import Place
from tiepoint.ui.pages.cluster.plan.place import PlanPlace
from tiepoint.ui.pages.cluster.preflight.place import PreflightPlace
from tiepoint.ui.pages.page import Page, StripContent
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.cluster import ClusterModel
from tiepoint.ui.viewmodels.clusters import ClustersModel
from tiepoint.ui.viewmodels.doctor import DoctorModel
from tiepoint.ui.viewmodels.plan_editor import PlanModel
from tiepoint.ui.viewmodels.preflight import PreflightModel
from tiepoint.ui.viewmodels.sign_in import SignInModel
from tiepoint.ui.widgets.layouts import column

OVERVIEW: Final = "overview"
PLACES: Final = (OVERVIEW, "computer", "plan", "preflight", "life")


class ClusterPage(Page):
    """Shows one place at a time; each is made when it is first asked for.

    Targets: `view` (a name of `PLACES`), `cluster` (id of a cluster, opens its life), `plan` (opens it
    in the editor), `file` (a plan's file).
    """

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self._panel = panel
        self.model = ClusterModel(panel.program, panel.background, self)
        self.doctor = DoctorModel(panel.program, panel.background, self)
        self.clusters = ClustersModel(panel.program, panel.background, self)
        self.sign_in = SignInModel(panel.program, panel.background, self)
        self.plan = PlanModel(panel.program, panel.background, self)
        self.preflight = PreflightModel(panel.program, panel.background, self.plan, self._on_refused, self)
        self._places: dict[str, Place] = {}
        self._stack = QStackedWidget()
        self.setLayout(column(self._stack))
        self.back_action = action(self, tr("Clusters", "All clusters"), self.go_back, icon="layout-dashboard")
        self.back_action.setToolTip(tr("Clusters", "All clusters (Alt+Left)"))
        back = QShortcut(QKeySequence("Alt+Left"), self)
        back.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        back.activated.connect(self.go_back)
        self.current = OVERVIEW
        self.show_place(OVERVIEW)

    def strip(self) -> StripContent:
        """Say what the place in front says; those below the overview lead back to it."""
        content = self.place(self.current).strip()
        if self.current == OVERVIEW:
            return content
        return dataclasses.replace(content, actions=(self.back_action, *content.actions))

    def place(self, name: str) -> Place:
        """Return a place, made now if it was never shown."""
        if name not in self._places:
            made = self._made(name)
            made.strip_changed.connect(lambda: self._on_strip(name))
            self._places[name] = made
            self._stack.addWidget(made)
        return self._places[name]

    def show_place(self, name: str) -> Place:
        """Bring a place to the front."""
        shown = self.place(name)
        is_change, self.current = name != self.current, name
        self._stack.setCurrentWidget(shown)
        if is_change and self.isVisible():
            shown.focus_first()
        self.strip_changed.emit()
        return shown

    def go_back(self) -> None:
        """Show all clusters."""
        self.show_place(OVERVIEW)

    def show_target(self, **target: Any) -> None:
        """Show a place, a cluster or a plan, see the class."""
        if isinstance(plan := target.get("plan"), ClusterPlan):
            self.plan.open_plan(plan)
            self.show_place("plan")
        elif file := target.get("file"):
            self.plan.open_file(Path(file))
            self.show_place("plan")
        elif cluster := target.get("cluster"):
            self.open_cluster(ClusterId(str(cluster)))
        elif target.get("view") == "preflight":
            self.run_preflight()
        elif target.get("view") in PLACES:
            self.show_place(str(target["view"]))

    def open_cluster(self, cluster: ClusterId) -> None:
        """Show the life of a cluster."""
        self.place("life").show_cluster(cluster)  # type: ignore[attr-defined]
        self.show_place("life")

    def focus_first(self) -> None:
        """Begin where the place begins."""
        self.place(self.current).focus_first()

    def shut(self) -> None:
        """Follow nothing any more."""
        for each in self._places.values():
            each.shut()
        for model in (self.model, self.clusters, self.sign_in):
            model.shut()

    def _made(self, name: str) -> Place:
        makers: dict[str, Callable[[], Place]] = {
            OVERVIEW: self._made_overview,
            "computer": lambda: ComputerPlace(self._panel, self.model, self.doctor),
            "plan": self._made_plan,
            "preflight": self._made_preflight,
            "life": self._made_life,
        }
        return makers[name]()

    def _made_overview(self) -> Overview:
        made = Overview(self.model, self.doctor, self.clusters, self.sign_in, OwnClustersCard(self._panel))
        made.computer_wanted.connect(lambda: self.show_place("computer"))
        made.cluster_wanted.connect(lambda cluster: self.open_cluster(ClusterId(cluster)))
        made.plan_wanted.connect(self._on_new_plan)
        made.settings_wanted.connect(self._on_settings)
        return made

    def _made_plan(self) -> PlanPlace:
        made = PlanPlace(self._panel, self.plan)
        made.preflight_wanted.connect(self.run_preflight)
        return made

    def run_preflight(self) -> None:
        """Check the plan as it is now."""
        self.show_place("preflight")
        self.preflight.run()

    def _made_preflight(self) -> PreflightPlace:
        made = PreflightPlace(self.preflight, self.plan, self.sign_in)
        made.plan_wanted.connect(lambda: self.show_place("plan"))
        made.deployed.connect(self.open_cluster)
        made.settings_wanted.connect(self._on_settings)
        return made

    def _made_life(self) -> Place:
        module = importlib.import_module("tiepoint.ui.pages.cluster.life.view")
        made: Place = module.LifeView(self._panel)
        return made

    def _on_new_plan(self) -> None:
        self.plan.begin_new()
        self.show_place("plan")

    def _on_refused(self, failure: Failure) -> None:
        """A deployment did not begin: lead back from the cluster that does not come."""
        self._panel.messages.failure(failure)
        if self.current == "life" and self._panel.program.azure.clusters.snapshot.find(self.plan.plan.name) is None:
            self.show_place("preflight")

    def _on_settings(self) -> None:
        self._panel.navigator.go("settings", card="azure")

    def _on_strip(self, name: str) -> None:
        if name == self.current:
            self.strip_changed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """Let the doctor look the first time."""
        super().showEvent(event)
        if self.doctor.looked is None and not self.model.view.is_startable:
            self.doctor.look()
