"""All resources of a cluster as rows, and its activity as lines. Pure; any thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tiepoint.domain.cluster import ActivityEntry, CloudResource
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.viewmodels.cluster_words import region_name
from tiepoint.ui.viewmodels.jobs_words import clock_text
from tiepoint.ui.widgets.table_cells import Cell, Column, Row

_KINDS: Final = {
    "microsoft.compute/virtualmachines": "Virtual machine",
    "microsoft.compute/virtualmachines/extensions": "Machine extension",
    "microsoft.compute/disks": "Disk",
    "microsoft.network/networkinterfaces": "Network card",
    "microsoft.network/virtualnetworks": "Network",
    "microsoft.network/networksecuritygroups": "Rules of the network",
    "microsoft.network/natgateways": "NAT gateway",
    "microsoft.network/publicipaddresses": "Public address",
    "microsoft.network/bastionhosts": "Bastion",
    "microsoft.network/privatednszones": "Private names",
    "microsoft.network/privateendpoints": "Private endpoint",
    "microsoft.storage/storageaccounts": "Storage account",
    "microsoft.storagecache/amlfilesystems": "Managed Lustre",
    "microsoft.netapp/netappaccounts": "NetApp account",
    "microsoft.netapp/netappaccounts/capacitypools": "NetApp pool",
    "microsoft.netapp/netappaccounts/capacitypools/volumes": "NetApp volume",
    "microsoft.keyvault/vaults": "Key Vault",
    "microsoft.managedidentity/userassignedidentities": "Identity",
    "microsoft.insights/datacollectionrules": "Collecting of logs",
    "microsoft.operationalinsights/workspaces": "Logs",
}
_STATES: Final = {
    "succeeded": ("completed", "Created"),
    "creating": ("working", "Creating"),
    "updating": ("working", "Changing"),
    "deleting": ("deleting", "Deleting"),
    "failed": ("failed", "Failed"),
    "canceled": ("canceled", "Stopped"),
}
_TONE_STATES: Final = {"ok": "ok", "info": "info", "warning": "warning", "error": "error"}


def resource_columns() -> tuple[Column, ...]:
    """Return the columns of the list of resources."""
    return (
        Column("name", tr("Resources", "Resource"), 170, takes_rest=True),
        Column("kind", tr("Resources", "Kind"), 150, drop=1),
        Column("state", tr("Resources", "State"), 110),
        Column("region", tr("Resources", "Region"), 100, drop=2, is_extra=True),
    )


def resource_rows(resources: Iterable[CloudResource], *, is_stale: bool) -> tuple[Row, ...]:
    """Return a row for each resource, failed ones first, then by kind and name."""
    return tuple(_resource_row(each, is_stale=is_stale) for each in resources)


def kind_name(resource_type: str) -> str:
    """Name a resource type; an unknown one by the last word Azure has for it."""
    known = _KINDS.get(resource_type.casefold())
    return tr("ResourceKind", known) if known else plain(resource_type.rpartition("/")[2])


def resource_state(state: str) -> str:
    """Say a resource's provisioning state; empty where Azure says none."""
    word = _STATES.get(state.casefold(), ("", ""))[1]
    return tr("ResourceState", word) if word else plain(state)


def _resource_row(resource: CloudResource, *, is_stale: bool) -> Row:
    state, word = _STATES.get(resource.state.casefold(), ("", ""))
    cell = Cell(tr("ResourceState", word), icon=_icon(state), tone=_tone(state)) if word else Cell("—", tone="quiet")
    cells = (
        Cell(plain(resource.name), is_strong=True),
        Cell(kind_name(resource.type), tone="quiet"),
        cell,
        Cell(region_name(resource.location), tone="quiet"),
    )
    rank = 0.0 if state == "failed" else 1.0 if state in ("working", "deleting") else 2.0
    order = list(_KINDS).index(resource.type.casefold()) if resource.type.casefold() in _KINDS else len(_KINDS)
    return Row(resource.id, cells, (rank, float(order)), is_stale=is_stale)


def _icon(state: str) -> str:
    return {"completed": "circle-check", "failed": "circle-x", "canceled": "ban"}.get(state, "loader")


def _tone(state: str) -> str:
    return {"completed": "ok", "failed": "err", "working": "info", "deleting": "warn"}.get(state, "quiet")


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """One line of the activity.

    Args:
        time: In this computer's zone.
        state: A name in `theme.states.STATES`.
        text: What happened.
        who: Who did it; may be empty.
    """

    time: str
    state: str
    text: str
    who: str = ""


def activity_lines(entries: Iterable[ActivityEntry], now: datetime, *, most: int = 60) -> tuple[ActivityLine, ...]:
    """Return the activity, newest first."""
    told = sorted(entries, key=lambda entry: entry.time, reverse=True)[:most]
    return tuple(
        ActivityLine(
            clock_text(entry.time, now, with_seconds=True),
            _TONE_STATES.get(entry.tone, "info"),
            said_below(plain(entry.text, limit=300)),
            plain(entry.who, limit=80),
        )
        for entry in told
    )
