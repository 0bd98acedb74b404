"""The policy of this computer, from the places of its system that packaging/policies/README.md names. Any thread."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from tiepoint.adapters.policies.file_places import FilePlace, json_values, plist_values
from tiepoint.adapters.policies.registry_place import MACHINE, USER, RegistryPlace
from tiepoint.adapters.policies.trusted_file import ROOT
from tiepoint.domain.policy import Policy
from tiepoint.domain.policy_reading import Layer, policy_of

TRIAL_VARIABLE: Final = "TIEPOINT_POLICY"
"""Names one more file, asked last: it can add to what the system's places say and never loosen it."""


class PolicyPlace(Protocol):
    """One place in which a policy may stand."""

    def layer(self) -> Layer | None:
        """Return what stands in it; None = nothing is there. Never raises."""


class SystemPolicies:
    """Reads the policy. See `ports.policy_source.PolicySource`.

    Args:
        places: The one that wins first; None = those of this system.
    """

    def __init__(self, places: Sequence[PolicyPlace] | None = None) -> None:
        self._places = places

    def read(self) -> Policy:
        """Return the policy that holds now."""
        places = places_of(sys.platform) if self._places is None else self._places
        return policy_of(layer for place in places if (layer := place.layer()) is not None)


def places_of(system: str, trial: str | None = None) -> tuple[PolicyPlace, ...]:
    """Return the places of a system, the one that wins first.

    Args:
        system: As `sys.platform` says it.
        trial: A file asked last; empty = none, None = as the environment says.
    """
    places: dict[str, tuple[PolicyPlace, ...]] = {
        "win32": (RegistryPlace(MACHINE), RegistryPlace(USER)),
        "darwin": (
            FilePlace(Path("/Library/Managed Preferences/tiepoint.plist"), plist_values),
            FilePlace(Path("/Library/Application Support/Tiepoint/policy.json"), json_values),
        ),
    }
    usual = places.get(system, (FilePlace(Path("/etc/tiepoint/policy.json"), json_values),))
    named = os.environ.get(TRIAL_VARIABLE, "") if trial is None else trial
    return (*usual, FilePlace(Path(named), json_values, _owners())) if named else usual


def _owners() -> frozenset[int]:
    return ROOT | {os.getuid()} if hasattr(os, "getuid") else ROOT
