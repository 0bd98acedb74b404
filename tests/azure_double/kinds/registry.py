"""All types that are special."""

from __future__ import annotations

import functools

from azure_double.kinds.extension import Extension, RunCommand
from azure_double.kinds.kind import Kind
from azure_double.kinds.lustre import ImportJob, Lustre
from azure_double.kinds.machine import Machine
from azure_double.kinds.network import Bastion, NetworkCard, PublicAddress, Subnet, VirtualNetwork
from azure_double.kinds.role import RoleAssignment, RoleDefinition
from azure_double.kinds.secret import Secret
from azure_double.kinds.storage_account import Container, StorageAccount
from azure_double.kinds.user_identity import UserIdentity
from azure_double.kinds.vault import Vault
from azure_double.kinds.volume import Volume

_SPECIAL = (
    Bastion, Container, Extension, ImportJob, Lustre, Machine, NetworkCard, PublicAddress, RoleAssignment,
    RoleDefinition, RunCommand,
    Secret, StorageAccount, Subnet, UserIdentity, Vault, VirtualNetwork, Volume,
)  # fmt: skip


@functools.cache
def _kinds() -> dict[str, Kind]:
    return {kind.type.lower(): kind() for kind in _SPECIAL}


_PLAIN = Kind()


def kind_of(resource_type: str) -> Kind:
    """Return what is special about a full type."""
    return _kinds().get(resource_type.lower(), _PLAIN)
