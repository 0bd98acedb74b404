"""Names, access, networks, secrets, and when the cluster stops by itself. The GUI thread only."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Final

from PySide6.QtWidgets import QGridLayout

from tiepoint.domain.cluster_plan import AccessKind, ClusterPlan, DirectoryKind, NetworkKind
from tiepoint.ui.pages.cluster.plan.field import Field, TextField
from tiepoint.ui.pages.cluster.plan.plan_card import PlanCard
from tiepoint.ui.text import tr, tr_count
from tiepoint.ui.viewmodels.money import sign_of
from tiepoint.ui.viewmodels.plan_editor import PlanModel
from tiepoint.ui.widgets.check_box import CheckBox
from tiepoint.ui.widgets.combo import Combo
from tiepoint.ui.widgets.segmented import Segmented

_IDLE: Final = (10, 15, 30, 60, 120)
_NEW, _EXISTING = "new", "existing"


class NetworkCard(PlanCard):
    """How it is reached, what it is called, and what guards it."""

    def __init__(self, model: PlanModel) -> None:
        super().__init__(tr("Plan", "Network, access and secrets"), "", model)
        self._is_existing = False
        self._setup_controls()
        self._setup_fields()
        self._connect()

    def hold(self, plan: ClusterPlan) -> None:
        """Show names, access and guard."""
        is_ad = plan.directory.kind is DirectoryKind.ACTIVE_DIRECTORY
        is_peered = plan.network.kind is NetworkKind.PEERED
        self._is_existing = self._is_existing or bool(plan.secrets.vault)
        self.names.hold(plan.directory.kind.value)
        self.domain.hold(plan.directory.domain)
        self.access.hold(plan.access.kind.value)
        self.linux.setVisible(plan.access.kind is AccessKind.JUMP_BOXES and is_ad)
        self.linux.setChecked(plan.access.linux_jump_box)
        self.sources.hold(", ".join(plan.access.sources))
        self.network.hold(plan.network.kind.value)
        self.space.hold(plan.network.address_space)
        self.storage_space.hold(plan.network.storage_address_space)
        self.fields["network.storage_address_space"].setVisible(is_peered)
        self.vault.hold(_EXISTING if self._is_existing else _NEW)
        self.vault_id.hold(plan.secrets.vault)
        self.vault_id.setVisible(self._is_existing)
        minutes = sorted({*_IDLE, plan.guard.idle_minutes})
        idle = [(str(each), tr("Plan", "{count} min after the last task", count=each)) for each in minutes]
        self.idle.hold(idle, str(plan.guard.idle_minutes))
        self.budget.hold("" if plan.guard.budget is None else f"{plan.guard.budget:g}")
        self._hint(plan, is_ad=is_ad)

    def _setup_controls(self) -> None:
        self.names = Segmented(
            tr("Plan", "Names"),
            (
                (DirectoryKind.DNS.value, tr("Plan", "Private DNS")),
                (DirectoryKind.ACTIVE_DIRECTORY.value, tr("Plan", "Active Directory")),
            ),
        )
        self.domain = TextField(tr("Plan", "Domain"))
        self.access = Segmented(
            tr("Plan", "Access"),
            (
                (AccessKind.BASTION.value, tr("Plan", "Bastion")),
                (AccessKind.JUMP_BOXES.value, tr("Plan", "Jump boxes")),
            ),
        )
        self.linux = CheckBox(tr("Plan", "A Linux one, too"))
        self.sources = TextField(tr("Plan", "Allowed source addresses"), tr("Plan", "such as 203.0.113.7"))
        self.network = Segmented(
            tr("Plan", "Storage network"),
            (
                (NetworkKind.ONE.value, tr("Plan", "Same network")),
                (NetworkKind.PEERED.value, tr("Plan", "Separate, peered")),
            ),
        )
        self.space = TextField(tr("Plan", "Address space"))
        self.storage_space = TextField(tr("Plan", "Address space of the storage"))
        self.vault = Segmented(
            tr("Plan", "Key Vault"), ((_NEW, tr("Plan", "New")), (_EXISTING, tr("Plan", "Existing")))
        )
        self.vault_id = TextField(tr("Plan", "Resource id of the vault"), "/subscriptions/…/vaults/…")
        self.idle = Combo(tr("Plan", "Stops by itself"))
        self.budget = TextField(tr("Plan", "Budget of a run"), tr("Plan", "no limit"))

    def _setup_fields(self) -> None:
        self.fields = {
            "directory.kind": Field(tr("Plan", "Names"), self.names),
            "access.kind": Field(tr("Plan", "Access"), self.access, self.linux),
            "access.sources": Field(tr("Plan", "Allowed source addresses"), self.sources),
            "directory.domain": Field(tr("Plan", "Domain"), self.domain),
            "network.kind": Field(tr("Plan", "Storage network"), self.network),
            "secrets.vault": Field(tr("Plan", "Key Vault"), self.vault, self.vault_id),
            "network.address_space": Field(tr("Plan", "Address space"), self.space),
            "network.storage_address_space": Field(tr("Plan", "Address space of the storage"), self.storage_space),
            "guard.idle_minutes": Field(tr("Plan", "Stops by itself"), self.idle),
            "guard.budget": Field(tr("Plan", "Most that a run may cost"), self.budget),
        }
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        grid.setContentsMargins(16, 0, 16, 14)
        for path, line, left in (
            ("directory.kind", 0, 0),
            ("access.kind", 0, 1),
            ("access.sources", 0, 2),
            ("directory.domain", 1, 0),
            ("network.kind", 1, 1),
            ("secrets.vault", 1, 2),
            ("guard.idle_minutes", 2, 0),
            ("guard.budget", 2, 1),
            ("network.address_space", 2, 2),
            ("network.storage_address_space", 3, 2),
        ):
            grid.addWidget(self.fields[path], line, left)
        for each in range(3):
            grid.setColumnStretch(each, 1)
        self.content.addLayout(grid)

    def _connect(self) -> None:
        self.names.chosen.connect(lambda value: self.put.emit("directory.kind", value))
        self.access.chosen.connect(lambda value: self.put.emit("access.kind", value))
        self.linux.toggled.connect(lambda is_on: self.put.emit("access.linux_jump_box", is_on))
        self.network.chosen.connect(lambda value: self.put.emit("network.kind", value))
        self.vault.chosen.connect(self._on_vault)
        self.idle.chosen.connect(lambda value: self.put.emit("guard.idle_minutes", int(value)))
        self.budget.textEdited.connect(self._on_budget)
        for field, path in (
            (self.domain, "directory.domain"),
            (self.space, "network.address_space"),
            (self.storage_space, "network.storage_address_space"),
            (self.vault_id, "secrets.vault"),
        ):
            field.textEdited.connect(lambda text, path=path: self.put.emit(path, text.strip()))
        self.sources.textEdited.connect(
            lambda text: self.put.emit("access.sources", tuple(text.replace(",", " ").split()))
        )

    def _on_vault(self, value: str) -> None:
        self._is_existing = value == _EXISTING
        if not self._is_existing:
            self.vault_id.clear()
            self.put.emit("secrets.vault", "")
        self.refresh()

    def _on_budget(self, text: str) -> None:
        typed = text.strip().replace(",", ".")
        try:
            self.put.emit("guard.budget", float(typed) if typed else None)
        except ValueError:
            return

    def _hint(self, plan: ClusterPlan, *, is_ad: bool) -> None:
        fields = self.fields
        fields["directory.kind"].hint(
            tr("Plan", "Two domain controllers are made") if is_ad else tr("Plan", "A private zone, no servers")
        )
        is_bastion = plan.access.kind is AccessKind.BASTION
        fields["access.kind"].hint(
            tr("Plan", "From the browser, no public address") if is_bastion else tr("Plan", "With public addresses")
        )
        fields["access.sources"].hint(*_source_words(plan.access.sources))
        is_peered = plan.network.kind is NetworkKind.PEERED
        fields["network.kind"].hint(tr("Plan", "Peered both ways") if is_peered else "")
        fields["secrets.vault"].hint(
            tr("Plan", "Copy its resource id from the portal")
            if self._is_existing
            else tr("Plan", "Holds passwords and the activation code")
        )
        fields["guard.idle_minutes"].hint(tr("Plan", "Even when this computer is off"))
        estimate = self._model.prices.estimate
        sign = sign_of(estimate.currency if estimate else "USD")
        fields["guard.budget"].hint(tr("Plan", "In {sign}, at list price; it stops then", sign=sign))


def _source_words(sources: tuple[str, ...]) -> tuple[str, str]:
    try:
        count = sum(ip_network(each, strict=False).num_addresses for each in sources)
    except ValueError:
        return "", ""
    if not count:
        return tr("Plan", "Who may reach it: your office’s public address"), ""
    if count > 10**6:
        return "", ""
    words = tr_count("Plan", "1 address", "{count} addresses", count)
    return tr("Plan", "{addresses}; everybody else is refused", addresses=words), "ok"
