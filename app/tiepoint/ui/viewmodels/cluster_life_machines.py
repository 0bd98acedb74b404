"""The machines of a cluster as rows: what they do, Azure's power, when their guard was heard. Pure; any thread.

Azure's power and what the machine itself says are two columns and never merged.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tiepoint.domain.cluster import Cluster, Machine, MachineRole, Power
from tiepoint.domain.node_sizes import size_label
from tiepoint.ui.text import plain, said_below, tr, tr_count
from tiepoint.ui.viewmodels.cluster_bills import currency_of, machine_price
from tiepoint.ui.viewmodels.cluster_life_words import heard_text, power_name, role_name
from tiepoint.ui.viewmodels.money import amount_text
from tiepoint.ui.widgets.table_cells import NOTHING, Cell, Column, Row

_SILENT_AFTER: Final = timedelta(minutes=5)
_ATTENTION: Final = ("failed", "silent", "warning")
_ROLE_ORDER: Final = tuple(MachineRole)
_POWER_LOOKS: Final = {
    Power.RUNNING: ("power", "ok"),
    Power.STARTING: ("loader", "warn"),
    Power.STOPPING: ("loader", "warn"),
    Power.DEALLOCATING: ("loader", "warn"),
    Power.STOPPED: ("triangle-alert", "warn"),
    Power.DEALLOCATED: ("power-off", "quiet"),
    Power.UNKNOWN: ("circle-dashed", "quiet"),
}


def machine_columns() -> tuple[Column, ...]:
    """Return the columns of the table of machines."""
    return (
        Column("state", tr("Machines", "State"), 132, tip=tr("Machines", "What the machine does, by its own guard")),
        Column("name", tr("Machines", "Machine"), 150),
        Column("role", tr("Machines", "Role"), 110, drop=4),
        Column("power", tr("Machines", "Azure power"), 164, tip=tr("Machines", "Azure’s word; it decides what bills")),
        Column("busy", tr("Machines", "Task"), 128, drop=1, tip=tr("Machines", "Whether it has a task of its own")),
        Column("heard", tr("Machines", "Last heard"), 118, drop=2,
               tip=tr("Machines", "When its guard reported last")),
        Column("size", tr("Machines", "Size"), 150, takes_rest=True),
        Column("price", tr("Machines", "Per hour"), 92, is_right=True,
               tip=tr("Machines", "List price while it runs; 0 while it is switched off, its disk apart")),
    )  # fmt: skip


def machine_rows(cluster: Cluster, now: datetime, *, is_stale: bool) -> tuple[Row, ...]:
    """Return a row for each machine, those that need somebody first."""
    return tuple(
        _row(cluster, machine, place, now, is_stale=is_stale) for place, machine in enumerate(cluster.machines)
    )


def machines_line(cluster: Cluster, now: datetime) -> str:
    """Sum the machines up: `4 working · 1 starting · 1 ready`."""
    words: dict[str, int] = {}
    for machine in cluster.machines:
        word = machine_look(machine, now)[1]
        words[word] = words.get(word, 0) + 1
    return " · ".join(f"{count} {word[:1].lower()}{word[1:]}" for word, count in words.items())


def machine_look(machine: Machine, now: datetime) -> tuple[str, str]:
    """Return what a machine does as a name in `theme.states`, and the word."""
    if machine.provisioning == "failed" or (machine.failure is not None and machine.power is not Power.RUNNING):
        return "failed", tr("Machine", "Failed")
    if machine.power is Power.RUNNING:
        return _running_look(machine, now)
    return {
        Power.STARTING: ("starting", tr("Machine", "Starting")),
        Power.STOPPING: ("leaving", tr("Machine", "Stopping")),
        Power.DEALLOCATING: ("leaving", tr("Machine", "Stopping")),
        Power.STOPPED: ("warning", tr("Machine", "Off, billed")),
        Power.DEALLOCATED: ("offline", tr("Machine", "Off")),
        Power.UNKNOWN: ("waiting", tr("Machine", "Not known")),
    }[machine.power]


def attention_count(cluster: Cluster, now: datetime) -> int:
    """How many machines need somebody."""
    return sum(machine_look(machine, now)[0] in _ATTENTION for machine in cluster.machines)


def healthy_words(cluster: Cluster) -> str:
    """Say how many of the running machines were heard: `6 of 6 heard`."""
    told = [
        machine for machine in cluster.machines if machine.power is Power.RUNNING and machine.is_healthy is not None
    ]
    heard = sum(bool(machine.is_healthy) for machine in told)
    return (
        tr_count("Machines", "{heard} of {count} heard", "{heard} of {count} heard", len(told), heard=heard)
        if told
        else ""
    )


def _running_look(machine: Machine, now: datetime) -> tuple[str, str]:
    if machine.is_healthy is None:
        return "ok", tr("Machine", "Running")
    if machine.is_healthy:
        if machine.is_busy:
            return "busy", tr("Machine", "Working")
        return "ready", tr("Machine", "Ready")
    is_silent = machine.last_heard is not None and now - machine.last_heard > _SILENT_AFTER
    return ("silent", tr("Machine", "Silent")) if is_silent else ("starting", tr("Machine", "Starting"))


def _row(cluster: Cluster, machine: Machine, place: int, now: datetime, *, is_stale: bool) -> Row:
    state, word = machine_look(machine, now)
    icon, tone = _POWER_LOOKS[machine.power]
    heard = heard_text(machine.last_heard, now)
    needs = 0.0 if state in _ATTENTION else 1.0
    cells = (
        Cell(word, look="pill", state=state),
        Cell(plain(machine.name), is_strong=True),
        Cell(role_name(machine.role), tone="quiet"),
        Cell(power_name(machine.power), icon=icon, tone=tone),
        _busy_cell(machine),
        Cell(heard, tone="warn" if state == "silent" else "quiet", number=_age(machine, now)) if heard else NOTHING,
        Cell(size_label(machine.size) + (tr("Machine", ", Spot") if machine.is_spot else ""), tone="quiet"),
        _price_cell(cluster, machine),
    )
    return Row(machine.id, cells, (needs, float(_ROLE_ORDER.index(machine.role)), float(place)), is_stale=is_stale)


def _age(machine: Machine, now: datetime) -> float:
    return 0.0 if machine.last_heard is None else (now - machine.last_heard).total_seconds()


def _busy_cell(machine: Machine) -> Cell:
    if machine.failure is not None:
        return Cell(said_below(plain(machine.failure.summary)), tone="err")
    if machine.power is not Power.RUNNING or machine.is_busy is None:
        return NOTHING
    return Cell(
        tr("Machine", "Has a task") if machine.is_busy else tr("Machine", "Idle"),
        tone="" if machine.is_busy else "quiet",
    )


def _price_cell(cluster: Cluster, machine: Machine) -> Cell:
    price = machine_price(cluster, machine.name)
    if price is None:
        return NOTHING
    shown, currency = price if machine.power.is_billed else 0.0, currency_of(cluster)
    return Cell(amount_text(shown, currency), number=shown, tone="" if shown else "quiet")
