"""*Scale…*: how many nodes, what that costs, what becomes of those that go. GUI thread; opened, never run modally."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from tiepoint.domain.cluster import Cluster, Machine, MachineRole
from tiepoint.domain.cluster_plan import MOST_NODES, Engine
from tiepoint.domain.node_sizes import size_label
from tiepoint.ui.pages.cluster.life.dialog import FactWell, LifeDialog, Points
from tiepoint.ui.text import plain, tr, tr_count
from tiepoint.ui.viewmodels.cluster_bills import currency_of, node_price
from tiepoint.ui.viewmodels.cluster_words import region_name
from tiepoint.ui.viewmodels.money import rate_text
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import row
from tiepoint.ui.widgets.stepper import Stepper

_VCPU: Final = re.compile(r"_[A-Z]+?(\d+)")
_MOST_NAMED: Final = 4


class ScaleDialog(LifeDialog):
    """Asks for a number of nodes; `count` holds the answer."""

    def __init__(self, cluster: Cluster, parent: QWidget) -> None:
        super().__init__(
            parent,
            "boxes",
            "accent_text",
            tr("Scale", "How many nodes shall {name} have?", name=plain(cluster.name, limit=60)),
            tr("Scale", "New nodes are made like the others. Those that go are drained first."),
            tr("Scale", "Scale"),
        )
        self._cluster = cluster
        self._nodes = tuple(each for each in cluster.machines if each.role is MachineRole.NODE)
        planned = cluster.plan.nodes.count if cluster.plan is not None else 1
        self._before = len(self._nodes) or planned
        self.spin = Stepper(tr("Scale", "Number of nodes"), 1, MOST_NODES)
        self.spin.box.setKeyboardTracking(True)
        self.spin.hold(self._before)
        self._size = Label(_size_words(cluster), "sub")
        self._facts, self._points = FactWell(), Points()
        self.spin.stepped.connect(lambda _count: self._refresh())
        self.fill(row(self.spin, self._size, None, spacing=12), self._facts, self._points)
        self._refresh()

    @property
    def count(self) -> int:
        """How many there shall be."""
        return self.spin.value

    def _refresh(self) -> None:
        change = self.count - self._before
        self.go_button.setEnabled(change != 0)
        self.go_button.setText(_verb(change))
        self._facts.set_facts(_costs(self._cluster, self._before, self.count))
        self._points.set_points(_points(self._cluster, self._nodes, self._before, self.count))
        if self.isVisible():
            self.fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin at the number."""
        super().showEvent(event)
        self.spin.box.setFocus()
        self.spin.box.selectAll()


def _verb(change: int) -> str:
    if change > 0:
        return tr_count("Scale", "Add {count} node", "Add {count} nodes", change)
    if change < 0:
        return tr_count("Scale", "Remove {count} node", "Remove {count} nodes", -change)
    return tr("Scale", "Scale")


def _size_words(cluster: Cluster) -> str:
    plan = cluster.plan
    if plan is None:
        return ""
    spot = tr("Scale", ", Spot") if plan.nodes.spot else ""
    return f"{size_label(plan.nodes.size)}{spot} · {region_name(cluster.region)}"


def _costs(cluster: Cluster, before: int, count: int) -> list[tuple[str, str]]:
    price, currency = cluster.price, currency_of(cluster)
    each = node_price(price)
    if price is None or each is None:
        return [(tr("Scale", "Price"), tr("Scale", "not known"))]
    after = price.running + (count - before) * each
    change = (count - before) * each
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    return [
        (tr("Scale", "Nodes"), f"{before} → {count}" if count != before else str(before)),
        (tr("Scale", "While it runs, now"), rate_text(price.running, currency)),
        (tr("Scale", "While it runs, then"), rate_text(after, currency)),
        (tr("Scale", "Change"), f"{sign}{rate_text(abs(change), currency)}"),
    ]


def _points(cluster: Cluster, nodes: tuple[Machine, ...], before: int, count: int) -> list[tuple[str, str, str]]:
    if count > before:
        return _added(cluster, before, count)
    if count < before:
        return _removed(cluster, nodes, count)
    return [("info", "text2", tr("Scale", "That is how many there are."))]


def _added(cluster: Cluster, before: int, count: int) -> list[tuple[str, str, str]]:
    plan, new = cluster.plan, count - before
    points = []
    found = _VCPU.search(plan.nodes.size) if plan is not None else None
    if found is not None and plan is not None:
        vcpu = int(found.group(1)) * new
        words = tr("Scale", "Needs {count} more vCPU of quota in {region}. Azure says at once if that is too many.",
                   count=vcpu, region=region_name(cluster.region))  # fmt: skip
        points.append(("gauge", "text2", words))
    seats = plan.metashape_seats if plan is not None and plan.engine is Engine.METASHAPE else None
    if seats is not None and count > seats:
        idle = tr_count("Scale", "{count} node would idle and bill", "{count} nodes would idle and bill", count - seats)
        words = tr("Scale", "Metashape has {seats} seats: {idle}.", seats=seats, idle=idle)
        points.append(("triangle-alert", "warn.text", words))
    points.append(("clock", "text2", tr("Scale", "Nodes that work go on working meanwhile.")))
    return points


def _removed(cluster: Cluster, nodes: tuple[Machine, ...], count: int) -> list[tuple[str, str, str]]:
    going = [plain(each.name) for each in nodes[count:]]
    names = ", ".join(going[:_MOST_NAMED])
    if len(going) > _MOST_NAMED:
        names = f"{going[0]} … {going[-1]}"
    points = [
        ("hourglass", "text2", tr("Scale", "{names}: running tasks end first, then they are deleted.", names=names))
    ]
    if cluster.plan is not None and cluster.plan.engine is Engine.METASHAPE:
        points.append(("key-round", "text2", tr("Scale", "Their Metashape licences are given back before.")))
    points.append(("trash-2", "text2", tr("Scale", "Their disks go with them; photos and products do not lie there.")))
    return points
