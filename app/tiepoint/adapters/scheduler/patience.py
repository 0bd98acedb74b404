"""How long a client waits before it tries again, and the words around a connection that broke. Pure; any thread."""

from __future__ import annotations

from typing import Final

from tiepoint.adapters.conversation.conversation import Partner
from tiepoint.domain.errors import (
    AgentTooNew,
    AgentTooOld,
    HostKeyChanged,
    KeyRefused,
    ProtocolError,
    SignInNeeded,
    TiepointError,
)
from tiepoint.domain.failure import Failure

_PAUSES_S: Final = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_PATIENT_S: Final = 60.0
"""Until what only a person can change is tried again."""
_PERSON_NEEDED: Final = (HostKeyChanged, KeyRefused, SignInNeeded, AgentTooOld, AgentTooNew)
STEADY_S: Final = 5.0
"""A connection that broke sooner is not made again at once a second time."""


def pause_after(error: TiepointError | None, failures: int) -> float:
    """Return how long to wait, in seconds.

    Args:
        error: Why it failed; what only a person can change is tried rarely.
        failures: How many attempts failed before.
    """
    if isinstance(error, _PERSON_NEEDED):
        return _PATIENT_S
    return _PAUSES_S[max(0, min(failures, len(_PAUSES_S) - 1))]


def loss_of(why: TiepointError | None, partner: Partner) -> Failure:
    """Say why a connection ended: nonsense as such, anything else as a loss that is being mended."""
    if isinstance(why, ProtocolError):
        return Failure.of(why)
    detail = "" if why is None else why.detail
    summary = f"The connection to the {partner.name} was lost; connecting again."
    return Failure("connection", summary, retryable=True, detail=detail)


def partner_of(name: str) -> Partner:
    """Name whom the client speaks with: this computer's agent, or the scheduler of a cluster."""
    if not name:
        return Partner(
            "agent",
            unaffected="its jobs are not affected",
            look="Look again with: tiepoint jobs",
            restart="Try again; if it stays so, end the agent with: tiepoint-agent stop",
        )
    return Partner(
        f"scheduler of {name}",
        unaffected="its jobs are not affected",
        look=f"Look again with: tiepoint jobs --cluster {name}",
        restart="Update its agent and this program to the same version; if it stays so, look at its log.",
    )
