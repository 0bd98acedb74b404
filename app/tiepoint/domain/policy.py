"""What an organisation has set for this program, and which settings that takes out of a person's hands.

Must not know where it is written (`ports.policy_source`). Pure; any thread.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

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
        unusable: Names of values that are set to something that cannot be used. Nobody signs in where it is the
            tenant or the application, and nothing is deployed where it is the region.
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
    unusable: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the values that are set, usable or not, in the order in which they are documented."""
        return tuple(name for name in VALUES if getattr(self, name) is not None or name in self.unusable)

    @property
    def locked(self) -> frozenset[str]:
        """Names of the settings that the organisation has set."""
        return frozenset(SETTINGS) & frozenset(self.names)

    def applied_to(self, settings: Settings) -> Settings:
        """Return settings as they are in effect under this policy; the usual one where a value cannot be used."""
        usual = Settings()
        return dataclasses.replace(settings, **{name: self._in_effect(name, usual) for name in self.locked})

    def allows_tenant(self, *known_as: str) -> bool:
        """Whether an organisation may be signed in to.

        Args:
            known_as: Its id and its domains, as far as they are known.
        """
        if "tenant" in self.unusable:
            return False
        return self.tenant is None or self.tenant.casefold() in {each.casefold() for each in known_as}

    def place_of(self, name: str) -> str:
        """Where a value came from; empty = it is not set."""
        return self.places.get(name, "")

    def _in_effect(self, name: str, usual: Settings) -> Any:
        value = getattr(self, name)
        return value if value is not None else getattr(usual, name)


VALUES: Final = (
    "updates",
    "update_address",
    "update_keys",
    "tenant",
    "client_id",
    "region",
    "allowed_profiles",
    "proxy",
)
"""All values, as they are called in a file."""
LABELS: Final[Mapping[str, str]] = {
    "updates": "whether to look for updates",
    "update_address": "where to look for updates",
    "update_keys": "whose signatures of updates count",
    "tenant": "the tenant to sign in to",
    "client_id": "the application for sign-in",
    "region": "the region of clusters",
    "allowed_profiles": "the profiles of clusters",
    "proxy": "the proxy",
}
"""What the values are, for the middle of a sentence."""
SETTINGS: Final = ("updates", "update_address", "tenant", "client_id", "proxy")
"""Values that are settings of a person where no organisation sets them."""
NO_POLICY: Final = Policy()
