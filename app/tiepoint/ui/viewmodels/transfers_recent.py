"""Containers that were used lately, remembered with the panel's state: addresses only, never a signature.

GUI thread.
"""

from __future__ import annotations

from typing import Final, Protocol

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.panel_state import PanelState

_KEY: Final = "transfers.recent"
_MOST: Final = 8


class StateRemembered(Protocol):
    """Where the panel's state is kept, as `services.panel_state` keeps it."""

    @property
    def state(self) -> PanelState:
        """The state as it is now."""

    def remember(self, **extras: str | int | float | bool) -> None:
        """Change some extras by key."""


def recent_addresses(kept: StateRemembered) -> tuple[str, ...]:
    """Return the addresses, the latest first."""
    text = kept.state.extras.get(_KEY, "")
    return tuple(line for line in str(text).split("\n") if line)[:_MOST]


def remember_address(kept: StateRemembered, place: BlobPlace) -> None:
    """Put an address before all others."""
    url = place.url
    others = [each for each in recent_addresses(kept) if each != url]
    kept.remember(**{_KEY: "\n".join([url, *others][:_MOST])})
