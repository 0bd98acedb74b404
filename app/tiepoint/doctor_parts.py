"""Puts together what the doctor looks at besides this computer itself; nothing is looked at. Main thread."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from tiepoint.adapters.files.own_clusters import TomlOwnClusters
from tiepoint.adapters.on_demand import OnDemand
from tiepoint.azure_sign_in import was_signed_in
from tiepoint.computer_parts import built_in
from tiepoint.domain.errors import TiepointError
from tiepoint.ports.kept_files import Keeping
from tiepoint.runtime import folders
from tiepoint.services.doctor_checks.graphics import GraphicsCheck
from tiepoint.services.doctor_checks.network import NetworkCheck, Place
from tiepoint.services.doctor_checks.policy import PolicyCheck
from tiepoint.services.doctor_checks.secrets import SecretsCheck
from tiepoint.services.finding import Check
from tiepoint.services.graphics import GraphicsService
from tiepoint.services.preferences import Preferences
from tiepoint.services.sign_in.state import cloud_of
from tiepoint.services.updates import address_of

if TYPE_CHECKING:
    from tiepoint.ports.surroundings import SecretStore, Surroundings


def further_checks(preferences: Preferences, graphics: GraphicsService, keeping: Keeping) -> tuple[Check, ...]:
    """Return the checks.

    Args:
        preferences: What is set up.
        graphics: Tries how to draw.
        keeping: How files are kept; its clock, UTC.
    """
    surroundings = cast("Surroundings", OnDemand(_surroundings))
    secrets = SecretsCheck(
        surroundings,
        lambda: preferences.settings.are_tokens_in_plain_text,
        lambda: _uses_cloud(preferences),
    )
    network = NetworkCheck(surroundings, lambda: _places(preferences, keeping), keeping.now)
    return GraphicsCheck(graphics), network, secrets, PolicyCheck(preferences.policy)


def _places(preferences: Preferences, keeping: Keeping) -> Sequence[Place]:
    """Return what is set up outside this computer."""
    return (*_of_cloud(preferences), *_of_updates(preferences), *_of_own_clusters(keeping))


def _uses_cloud(preferences: Preferences) -> bool:
    settings = preferences.settings
    return was_signed_in() or bool(settings.subscription or settings.tenant)


def _of_cloud(preferences: Preferences) -> list[Place]:
    if not _uses_cloud(preferences):
        return []
    with contextlib.suppress(TiepointError):  # a cloud that is described wrongly is told where it is used
        cloud = cloud_of(preferences.settings)
        named = (("the sign-in of Azure", cloud.authority), ("Azure", cloud.management))
        return [_web(title, address, cloud.ca_file) for title, address in named if address]
    return []


def _of_updates(preferences: Preferences) -> list[Place]:
    address = address_of(preferences, built_in()[0])
    return [_web("updates", address)] if preferences.settings.updates and address else []


def _of_own_clusters(keeping: Keeping) -> list[Place]:
    with contextlib.suppress(TiepointError, OSError):
        found = TomlOwnClusters(folders.settings_folder() / "clusters.toml", keeping).all()
        first = [(each.name, each.jumps[0] if each.jumps else each.scheduler) for each in found]
        return [Place(f"the cluster {name}", hop.host, hop.port, is_web=False) for name, hop in first]
    return []


def _web(title: str, address: str, ca_file: str = "") -> Place:
    parts = urlsplit(address)
    return Place(title, parts.hostname or "", parts.port or 443, ca_file=ca_file)


def _surroundings() -> Surroundings:
    # The library for http takes long enough to be felt in every command.
    from tiepoint.adapters.computer.surroundings import LocalSurroundings

    return LocalSurroundings(_secret_store)


def _secret_store() -> SecretStore:
    from tiepoint.adapters.azure.store_check import secret_store

    return secret_store()
