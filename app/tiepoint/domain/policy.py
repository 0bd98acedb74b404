"""What an organisation has set for this program, and which settings that takes out of a person's hands.

Must not know where it is written (`ports.policy_source`). Pure; any thread.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tiepoint.domain.settings import Settings


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """Something in a policy that cannot be used.

    Args:
        place: The file or registry key it stands in.
        name: The value's name; empty = the place as a whole.
        summary: What is wrong, one sentence.
        remedy: What its administrator can do, one sentence.
    """

    place: str
    name: str
    summary: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Policy:
    """Values that an organisation set; None = it leaves that to the person.

    Args:
        updates: False = this program never looks for updates.
        update_address: Where it looks, an https address of a signed manifest.
        update_keys: Whose signatures count besides those built in, Ed25519 public keys in base64 (32 bytes each).
        tenant: Id or domain of the one organisation that may be signed in to.
        client_id: The application for sign-in.
        region: The one region in which clusters are planned and deployed.
        allowed_profiles: Names of the plans' profiles that may be deployed; empty = none.
        proxy: Address of the proxy for all that goes to the network, `http://HOST:PORT`; empty = straight.
        places: Where each value came from, by its name.
        problems: What could not be used. A value in doubt counts as its strictest: no updates, no profile.
    """

    updates: bool | None = None
    update_address: str | None = None
    update_keys: tuple[str, ...] | None = None
    tenant: str | None = None
    client_id: str | None = None
    region: str | None = None
    allowed_profiles: tuple[str, ...] | None = None
    proxy: str | None = None
    places: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[PolicyProblem, ...] = ()

    @property
    def locked(self) -> frozenset[str]:
        """Names of the settings that the organisation has set."""
        return frozenset(name for name in SETTINGS if getattr(self, name) is not None)

    def applied_to(self, settings: Settings) -> Settings:
        """Return settings as they are in effect under this policy."""
        return dataclasses.replace(settings, **{name: getattr(self, name) for name in self.locked})


SETTINGS: Final = ("updates", "update_address", "tenant", "client_id", "proxy")
"""Values that are settings of a person where no organisation sets them."""
NO_POLICY: Final = Policy()
