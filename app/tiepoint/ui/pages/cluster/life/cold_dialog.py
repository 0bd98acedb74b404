"""*Go cold…*: what is archived, what is removed, what it saves. The GUI thread; opened, never run modally."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from tiepoint.domain.cluster import Cluster
from tiepoint.domain.cluster_plan import AccessKind, StorageKind
from tiepoint.ui.pages.cluster.life.dialog import FactWell, LifeDialog, Points
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.cluster_bills import currency_of
from tiepoint.ui.viewmodels.cluster_words import storage_name
from tiepoint.ui.viewmodels.money import rate_text


class ColdDialog(LifeDialog):
    """Asks whether a cluster shall become cold."""

    def __init__(self, cluster: Cluster, parent: QWidget) -> None:
        super().__init__(
            parent,
            "snowflake",
            "info.text",
            tr("Cold", "Make {name} cold?", name=plain(cluster.name, limit=60)),
            tr("Cold", "For days or weeks without work: what bills even while paused is archived and removed."),
            tr("Cold", "Go cold"),
        )
        self.fill(Points(cold_points(cluster)), _costs(cluster))


def cold_points(cluster: Cluster) -> list[tuple[str, str, str]]:
    """Say what becomes of the parts of a cluster."""
    points = [
        ("pause", "text2", tr("Cold", "Its machines are drained and switched off. They keep disks and licences."))
    ]
    plan = cluster.plan
    if plan is not None and plan.storage.kind is StorageKind.NETAPP:
        storage = storage_name(plan.storage)
        points.append(("triangle-alert", "warn.text", tr("Cold", "{storage}: stays, and bills on.", storage=storage)))
    elif plan is None or plan.storage.kind is StorageKind.LUSTRE:
        storage = storage_name(plan.storage) if plan is not None else tr("Cold", "The working storage")
        points.append(
            ("database", "text2", tr("Cold", "{storage} is archived to Blob, then removed.", storage=storage))
        )
    access = tr("Cold", "Bastion") if plan is None or plan.access.kind is AccessKind.BASTION else ""
    removed = ", ".join(part for part in (access, tr("Cold", "NAT gateway"), tr("Cold", "public addresses")) if part)
    points += [
        ("network", "text2", tr("Cold", "Removed, too: {parts}.", parts=removed)),
        ("clock", "text2", tr("Cold", "It takes as long as archiving does, and the next resume about 15 min longer.")),
        ("shield-check", "ok.text", tr("Cold", "Photos and products in Blob stay where they are.")),
    ]
    return points


def _costs(cluster: Cluster) -> FactWell:
    price, currency = cluster.price, currency_of(cluster)
    if price is None:
        return FactWell()
    return FactWell(
        [
            (tr("Cold", "While paused"), rate_text(price.paused, currency)),
            (tr("Cold", "While cold"), rate_text(price.cold, currency)),
        ]
    )
