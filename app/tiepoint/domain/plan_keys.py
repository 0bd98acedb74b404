"""The tables and keys of `cluster.toml`: what they take, and the words that explain them in a new file.

One list for reading, writing and import. Must not judge whether a plan makes sense: `domain.plan_checks` does.
Pure; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from typing import Any, Final

from tiepoint.domain.cluster_plan import (
    MOST_NODES,
    AccessKind,
    ClusterPlan,
    DirectoryKind,
    Engine,
    NetworkKind,
    Profile,
    SchedulerOs,
    StorageKind,
)

SCHEMA_KEY: Final = "schema_version"
FIRST_TABLE: Final = "cluster"
"""Its keys are fields of the plan itself."""


class ValueKind(Enum):
    """What a key takes."""

    TEXT = "text"
    CHOICE = "one of"
    WHOLE = "a whole number"
    NUMBER = "a number"
    YES_NO = "true or false"
    TEXTS = "a list of texts"


@dataclass(frozen=True, slots=True)
class PlanKey:
    """One key.

    Args:
        table: Where it stands.
        name: As in the file, and the field's name in the plan.
        kind: What it takes.
        note: Explains it in a new file.
        choices: For `CHOICE`.
        least: For numbers.
        most: For numbers.
        is_optional: Left out of the file where the plan has None.
        is_size: Whether it names a machine size.
    """

    table: str
    name: str
    kind: ValueKind
    note: str = ""
    choices: type[StrEnum] | None = None
    least: float = 0
    most: float = float("inf")
    is_optional: bool = False
    is_size: bool = False

    @property
    def path(self) -> str:
        """Where it is, for people and findings: `nodes.count`."""
        return f"{self.table}.{self.name}"

    @property
    def choice_texts(self) -> tuple[str, ...]:
        """What a choice may be."""
        return tuple(choice.value for choice in self.choices or ())


KEYS: Final = (
    PlanKey("cluster", "name", ValueKind.TEXT, "3 to 20 lower-case letters, digits and hyphens; a letter first"),
    PlanKey("cluster", "region", ValueKind.TEXT, "Azure's short name"),
    PlanKey("cluster", "profile", ValueKind.CHOICE, "small, reference or custom: where this plan began", Profile),
    PlanKey("cluster", "engine", ValueKind.CHOICE, "metashape or open", Engine),
    PlanKey(
        "cluster",
        "metashape_seats",
        ValueKind.WHOLE,
        "floating seats the studio has",
        least=1,
        most=10_000,
        is_optional=True,
    ),
    PlanKey(
        "cluster",
        "package",
        ValueKind.TEXT,
        "https address of Metashape's archive or of Tiepoint's package; never a signed one",
    ),
    PlanKey(
        "scheduler",
        "os",
        ValueKind.CHOICE,
        "linux or windows; Windows cannot mount Lustre, it needs netapp",
        SchedulerOs,
    ),
    PlanKey("scheduler", "size", ValueKind.TEXT, "needs no graphics card", is_size=True),
    PlanKey("nodes", "size", ValueKind.TEXT, "", is_size=True),
    PlanKey("nodes", "count", ValueKind.WHOLE, f"1 to {MOST_NODES}", least=1, most=MOST_NODES),
    PlanKey("nodes", "spot", ValueKind.YES_NO, "cheaper, and Azure may take them back with 30 s notice"),
    PlanKey(
        "storage",
        "kind",
        ValueKind.CHOICE,
        "lustre, netapp or blob; captures and products always rest in Blob",
        StorageKind,
    ),
    PlanKey(
        "storage",
        "capacity_tib",
        ValueKind.WHOLE,
        "Lustre: 4 to 128 in steps of 4; NetApp: from 1 on",
        least=1,
        most=768,
    ),
    PlanKey(
        "storage",
        "lustre_principal",
        ValueKind.TEXT,
        "object id of HPC Cache Resource Provider in your tenant; empty: looked up",
    ),
    PlanKey("network", "kind", ValueKind.CHOICE, "one, or peered: the storage has a network of its own", NetworkKind),
    PlanKey("network", "address_space", ValueKind.TEXT, "private, and free in your other networks"),
    PlanKey("network", "storage_address_space", ValueKind.TEXT, "only for peered"),
    PlanKey("access", "kind", ValueKind.CHOICE, "bastion or jump-boxes", AccessKind),
    PlanKey(
        "access", "sources", ValueKind.TEXTS, 'who may reach it and its data, such as ["203.0.113.7"]; never everybody'
    ),
    PlanKey("access", "linux_jump_box", ValueKind.YES_NO, "beside the Windows one that Active Directory brings"),
    PlanKey(
        "directory",
        "kind",
        ValueKind.CHOICE,
        "dns, or active-directory: two domain controllers; netapp needs it",
        DirectoryKind,
    ),
    PlanKey("directory", "domain", ValueKind.TEXT, "of the private zone, or of the domain"),
    PlanKey("secrets", "vault", ValueKind.TEXT, "resource id of a key vault; empty: a new one is made"),
    PlanKey(
        "guard",
        "idle_minutes",
        ValueKind.WHOLE,
        "without a task for so long, a node stops once nobody wants it",
        least=5,
        most=1440,
    ),
    PlanKey(
        "guard",
        "budget",
        ValueKind.NUMBER,
        "most that one run may cost at list price; leave it out for no limit",
        is_optional=True,
    ),
)
TABLES: Final = tuple(dict.fromkeys(key.table for key in KEYS))


def keys_of(table: str) -> dict[str, PlanKey]:
    """Return a table's keys by their names."""
    return {key.name: key for key in KEYS if key.table == table}


def value_of(plan: ClusterPlan, key: PlanKey) -> Any:
    """Return what a plan says for a key, as the file holds it."""
    holder = plan if key.table == FIRST_TABLE else getattr(plan, key.table)
    value = getattr(holder, key.name)
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def with_value(plan: ClusterPlan, key: PlanKey, value: Any) -> ClusterPlan:
    """Return a plan with another value for a key; it must be of the key's kind."""
    if key.choices is not None:
        value = key.choices(value)
    elif isinstance(value, list):
        value = tuple(value)
    if key.table == FIRST_TABLE:
        return replace(plan, **{key.name: value})
    return replace(plan, **{key.table: replace(getattr(plan, key.table), **{key.name: value})})
