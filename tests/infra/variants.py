"""Every kind of cluster that a plan can describe, and the template of each."""

import dataclasses
import functools
import itertools
from collections.abc import Iterator

from tiepoint import resources
from tiepoint.adapters.files.infra_library import PackedInfraLibrary
from tiepoint.domain.cluster_plan import (
    AccessKind,
    AccessPlan,
    ClusterPlan,
    DirectoryKind,
    DirectoryPlan,
    Engine,
    NetworkKind,
    NetworkPlan,
    NodesPlan,
    SchedulerOs,
    SchedulerPlan,
    SecretsPlan,
    StorageKind,
    StoragePlan,
)
from tiepoint.services.templates import ComposedTemplate, Templates

SUBSCRIPTION = "0a1b2c3d-0000-4000-8000-000000000001"
SOURCES = ("203.0.113.0/24", "198.51.100.7/32", "192.168.7.0/24")
VAULT = (
    "/subscriptions/0a1b2c3d-0000-4000-8000-000000000002/resourceGroups/studio/providers/Microsoft.KeyVault/vaults/keys"
)


def variants() -> Iterator[tuple[str, ClusterPlan]]:
    """Return all of them by name: storage, directory, access, engine, scheduler's system and network."""
    kinds = (StorageKind, DirectoryKind, AccessKind, Engine, SchedulerOs, NetworkKind)
    for storage, directory, access, engine, system, network in itertools.product(*kinds):
        if storage is StorageKind.NETAPP and directory is not DirectoryKind.ACTIVE_DIRECTORY:
            continue  # its volume for both systems needs Active Directory
        if storage is StorageKind.LUSTRE and system is SchedulerOs.WINDOWS:
            continue  # Windows has no client for Lustre
        name = "-".join((storage, directory, access, engine, system, network)).replace("active-directory", "ad")
        yield (
            name,
            ClusterPlan(
                name="studio",
                engine=engine,
                scheduler=SchedulerPlan(os=system),
                storage=StoragePlan(kind=storage),
                network=NetworkPlan(kind=network),
                access=AccessPlan(kind=access, sources=SOURCES),
                directory=DirectoryPlan(kind=directory, domain="studio.internal"),
            ),
        )
    yield from _others()


def _others() -> Iterator[tuple[str, ClusterPlan]]:
    """Return the choices that change a template a little."""
    plain = ClusterPlan(name="studio", access=AccessPlan(sources=SOURCES))
    yield "spot", dataclasses.replace(plain, nodes=NodesPlan(spot=True, size="Standard_NC24ads_A100_v4"))
    yield "most-nodes", dataclasses.replace(plain, nodes=NodesPlan(count=200))
    yield "no-graphics", dataclasses.replace(plain, nodes=NodesPlan(size="Standard_F32s_v2"))
    yield "large-lustre", dataclasses.replace(plain, storage=StoragePlan(capacity_tib=128))
    yield (
        "existing-vault",
        dataclasses.replace(
            plain,
            engine=Engine.METASHAPE,
            secrets=SecretsPlan(vault=VAULT),
            directory=DirectoryPlan(kind=DirectoryKind.ACTIVE_DIRECTORY, domain="studio.internal"),
        ),
    )
    yield (
        "windows-jump-box-only",
        dataclasses.replace(
            plain,
            access=AccessPlan(kind=AccessKind.JUMP_BOXES, sources=SOURCES, linux_jump_box=False),
            directory=DirectoryPlan(kind=DirectoryKind.ACTIVE_DIRECTORY, domain="studio.internal"),
        ),
    )


@functools.cache
def templates() -> Templates:
    """Return the composer, with the checkout's own files."""
    return Templates(PackedInfraLibrary(resources.read_infra))


@functools.cache
def composed(name: str) -> ComposedTemplate:
    """Return the template of a variant, as it is exported."""
    return templates().compose(dict(variants())[name])


NAMES = tuple(name for name, _ in variants())
