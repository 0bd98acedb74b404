"""Name, region, machines, engine and quota. The GUI thread only."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QGridLayout

from tiepoint.domain.cluster_plan import MOST_NODES, ClusterPlan, Engine, SchedulerOs
from tiepoint.domain.node_sizes import node_size
from tiepoint.ui.pages.cluster.plan.field import Field, TextField
from tiepoint.ui.pages.cluster.plan.plan_card import PlanCard
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.viewmodels.cluster_words import region_name
from tiepoint.ui.viewmodels.money import number_text, rate_text
from tiepoint.ui.viewmodels.plan_editor import PlanModel
from tiepoint.ui.viewmodels.plan_facts import quota_words
from tiepoint.ui.widgets.combo import Combo
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import row
from tiepoint.ui.widgets.organisation_mark import OrganisationMark
from tiepoint.ui.widgets.quota_bar import QuotaBar
from tiepoint.ui.widgets.segmented import Segmented
from tiepoint.ui.widgets.stepper import Stepper
from tiepoint.ui.widgets.toggle import Toggle

_MOST_SEATS: Final = 999


class MachinesCard(PlanCard):
    """What does the work."""

    def __init__(self, model: PlanModel) -> None:
        super().__init__(tr("Plan", "Machines"), "", model)
        self._setup_controls()
        self._setup_fields()
        self._connect()
        model.prices.changed.connect(self.refresh)

    def hold(self, plan: ClusterPlan) -> None:
        """Show machines and quota."""
        facts = self._model.facts
        self.name.hold(plan.name)
        self.region.hold(facts.regions(), plan.region)
        self.node_size.hold(facts.node_sizes(plan.region), plan.nodes.size)
        self.scheduler.hold(facts.scheduler_sizes(), plan.scheduler.size)
        self.count.hold(plan.nodes.count)
        self.engine.hold(plan.engine.value)
        self.system.hold(plan.scheduler.os.value)
        self.spot.setChecked(plan.nodes.spot)
        self.seats.hold(plan.metashape_seats or 0)
        self.package.hold(plan.package)
        self.fields["cluster.metashape_seats"].setVisible(plan.engine is Engine.METASHAPE)
        self._hint_offers(plan)
        self._hint_spot(plan)
        self._hint_quota(plan)

    def _setup_controls(self) -> None:
        self.name = TextField(tr("Plan", "Name"), tr("Plan", "such as atelier-east"))
        self.name.setMaxLength(40)
        self.region, self.node_size = Combo(tr("Plan", "Region")), Combo(tr("Plan", "Node size"))
        self.count = Stepper(tr("Plan", "Nodes"), 1, MOST_NODES)
        self.engine = Segmented(
            tr("Plan", "Engine"),
            ((Engine.OPEN.value, tr("Plan", "Open engine")), (Engine.METASHAPE.value, tr("Plan", "Metashape"))),
        )
        self.system = Segmented(
            tr("Plan", "Scheduler system"),
            ((SchedulerOs.LINUX.value, tr("Plan", "Linux")), (SchedulerOs.WINDOWS.value, tr("Plan", "Windows Server"))),
        )
        self.scheduler = Combo(tr("Plan", "Scheduler size"))
        self.spot = Toggle(tr("Plan", "Spot nodes"))
        self._spot_words = Label("", "sub", wrap=True)
        self.seats = Stepper(tr("Plan", "Metashape seats"), 0, _MOST_SEATS)
        self.seats.box.setSpecialValueText(tr("Plan", "not said"))
        self.package = TextField(tr("Plan", "Package of the engine"), tr("Plan", "https://…, empty: not installed"))
        self._quota = QuotaBar()
        self._quota.setAccessibleName(tr("Plan", "Quota after this plan: not known yet"))

    def _setup_fields(self) -> None:
        spot = row(self.spot, self._spot_words, spacing=8)
        spot.setStretch(1, 1)
        self.quota_field = Field(tr("Plan", "Quota after this plan"), 6, self._quota, 4)
        self.fields = {
            "cluster.name": Field(tr("Plan", "Name"), self.name),
            "cluster.region": Field(tr("Plan", "Region"), self.region),
            "cluster.engine": Field(tr("Plan", "Engine"), self.engine),
            "nodes.size": Field(tr("Plan", "Node size"), self.node_size),
            "nodes.count": Field(tr("Plan", "Nodes"), self.count),
            "nodes.spot": Field(tr("Plan", "Spot"), spot),
            "cluster.metashape_seats": Field(tr("Plan", "Metashape seats of the studio"), self.seats),
            "cluster.package": Field(tr("Plan", "Package of the engine"), self.package),
            "scheduler.os": Field(tr("Plan", "Scheduler system"), self.system),
            "scheduler.size": Field(tr("Plan", "Scheduler size"), self.scheduler),
        }
        self.mark = OrganisationMark(tr("Plan", "Region"))
        if "region" in self._model.policy.names:
            self.fields["cluster.region"].lock(self.mark)
            self.mark.show_place(self._model.policy.place_of("region"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        for path, line, left, width in (
            ("cluster.name", 0, 0, 1),
            ("cluster.region", 0, 1, 1),
            ("cluster.engine", 0, 2, 1),
            ("nodes.size", 1, 0, 2),
            ("nodes.count", 1, 2, 1),
            ("nodes.spot", 2, 0, 2),
            ("scheduler.os", 3, 0, 1),
            ("scheduler.size", 3, 1, 1),
            ("cluster.metashape_seats", 3, 2, 1),
            ("cluster.package", 4, 0, 2),
        ):
            grid.addWidget(self.fields[path], line, left, 1, width)
        grid.addWidget(self.quota_field, 2, 2)
        for each in range(3):
            grid.setColumnStretch(each, 1)
        self.content.addLayout(grid)
        grid.setContentsMargins(16, 0, 16, 14)

    def _connect(self) -> None:
        self.name.textEdited.connect(lambda text: self.put.emit("cluster.name", text.strip()))
        self.region.chosen.connect(lambda value: self.put.emit("cluster.region", value))
        self.node_size.chosen.connect(lambda value: self.put.emit("nodes.size", value))
        self.scheduler.chosen.connect(lambda value: self.put.emit("scheduler.size", value))
        self.count.stepped.connect(lambda value: self.put.emit("nodes.count", value))
        self.engine.chosen.connect(lambda value: self.put.emit("cluster.engine", value))
        self.system.chosen.connect(lambda value: self.put.emit("scheduler.os", value))
        self.spot.toggled.connect(lambda is_on: self.put.emit("nodes.spot", is_on))
        self.package.textEdited.connect(lambda text: self.put.emit("cluster.package", text.strip()))
        self.seats.stepped.connect(lambda value: self.put.emit("cluster.metashape_seats", value or None))

    def _hint_offers(self, plan: ClusterPlan) -> None:
        facts, region = self._model.facts, self.fields["cluster.region"]
        offered = [facts.is_offered(plan.region, size) for size in (plan.nodes.size, plan.scheduler.size)]
        if all(offered):
            region.hint(tr("Plan", "All chosen sizes are offered to you here"), "ok")
        elif False in offered:
            region.hint(tr("Plan", "A chosen size is not offered to you here"), "err")
        elif facts.failure is not None:
            region.hint(said_below(plain(facts.failure.summary)), "warn")
        else:
            words = tr("Plan", "Asking what is offered here") if facts.is_signed_in else ""
            region.hint(words or tr("Plan", "Sign in to see what is offered to you"))
        known = node_size(plan.nodes.size)
        if known is not None:
            note = said_below(known.note) or (tr("Plan", "CUDA runs on it.") if known.has_cuda else "")
            self.fields["nodes.size"].hint(note, "ok" if known.has_cuda else "")
        else:
            self.fields["nodes.size"].hint("")
        self.fields["nodes.count"].hint(tr("Plan", "1 to {most}", most=MOST_NODES))
        self.fields["cluster.name"].hint(tr("Plan", "Resource group {name}", name=plan.resource_group))
        self.fields["cluster.package"].hint(
            tr("Plan", "Metashape's archive, where the machines reach it; never a signed address")
            if plan.engine is Engine.METASHAPE
            else tr("Plan", "Tiepoint's package for the machines; never a signed address")
        )
        seats = tr("Plan", "How many floating seats can run at once")
        self.fields["cluster.metashape_seats"].hint(seats)

    def _hint_spot(self, plan: ClusterPlan) -> None:
        prices = self._model.prices
        words = tr("Plan", "Spot nodes cost less")
        if prices.spot is not None and prices.estimate is not None:
            spot, usual = prices.spot
            words = tr(
                "Plan",
                "Spot nodes, {spot} instead of {usual}",
                spot=rate_text(spot, prices.estimate.currency),
                usual=number_text(usual),
            )
        self._spot_words.setText(words)
        self.fields["nodes.spot"].hint(tr("Plan", "May be taken back with 30 s notice; their tasks are tried again"))

    def _hint_quota(self, plan: ClusterPlan) -> None:
        figures, field = self._model.facts.quota(plan), self.quota_field
        self._quota.setVisible(figures is not None)
        if figures is None:
            is_in = self._model.facts.is_signed_in
            field.hint(tr("Plan", "Not known yet") if is_in else tr("Plan", "Sign in to see your limit"))
        else:
            words = quota_words(figures, region_name(plan.region))
            field.hint(words, "err" if figures.missing else "ok")
            self._quota.set_figures(figures, words)
        field.judge(())
