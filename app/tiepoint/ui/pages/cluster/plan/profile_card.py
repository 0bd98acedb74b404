"""The profiles to begin with, each with its price. The GUI thread only."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup

from tiepoint.domain.cluster_plan import ClusterPlan, Profile
from tiepoint.ui.pages.cluster.plan.plan_card import PlanCard
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.money import rate_text
from tiepoint.ui.viewmodels.plan_editor import PlanModel
from tiepoint.ui.widgets.big_option import BigOption
from tiepoint.ui.widgets.layouts import row
from tiepoint.ui.widgets.organisation_mark import OrganisationMark


class ProfileCard(PlanCard):
    """Small, reference, custom."""

    def __init__(self, model: PlanModel) -> None:
        remark = tr("Plan", "a start; every choice below can be changed")
        if Profile.CUSTOM not in model.profiles:
            remark = tr("Plan", "your organisation allows these machines and this storage, and no more")
        super().__init__(tr("Plan", "Profile"), remark, model)
        self.options = {
            Profile.SMALL: BigOption(
                "cpu",
                tr("Plan", "Small"),
                tr("Plan", "Scheduler and 2 GPU nodes, Blob"),
                tr("Plan", "A few hundred photos, one artist"),
            ),
            Profile.REFERENCE: BigOption(
                "server",
                tr("Plan", "Reference"),
                tr("Plan", "Scheduler and 5 GPU nodes, Lustre"),
                tr("Plan", "Thousands of photos, overnight"),
            ),
            Profile.CUSTOM: BigOption(
                "sliders-horizontal",
                tr("Plan", "Custom"),
                tr("Plan", "Your own sizes, names and networks"),
                tr("Plan", "Active Directory, jump boxes, peering"),
            ),
        }
        group = QButtonGroup(self)
        for profile, option in self.options.items():
            group.addButton(option)
            option.clicked.connect(lambda _=False, chosen=profile: model.begin(chosen))
            if profile not in model.profiles:
                option.set_locked(tr("Plan", "Not offered by your organisation"))
        self.mark = OrganisationMark(tr("Plan", "Profile"))
        if "allowed_profiles" in model.policy.names:
            self.mark.show_place(model.policy.place_of("allowed_profiles"))
        self.add(row(*self.options.values(), spacing=12), row(self.mark, None))
        model.prices.changed.connect(self._show_prices)

    def hold(self, plan: ClusterPlan) -> None:
        """Mark the profile."""
        self.options[plan.profile].setChecked(True)
        self._show_prices()

    def _show_prices(self) -> None:
        for profile, estimate in self._model.prices.profiles.items():
            price = rate_text(estimate.running, estimate.currency)
            self.options[profile].set_price(tr("Plan", "{price} running", price=price))
