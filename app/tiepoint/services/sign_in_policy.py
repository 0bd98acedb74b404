"""What an organisation's policy says about signing in: which organisation, which application. Pure; any thread."""

from __future__ import annotations

from tiepoint.domain.account import Account
from tiepoint.domain.errors import SetByOrganisation, SignInNeeded
from tiepoint.domain.policy import LABELS, Policy


def refuse_unusable(policy: Policy) -> None:
    """Let nobody sign in where it is not known to which organisation they may, or as which application.

    Raises:
        SetByOrganisation: The policy says something about it that cannot be used.
    """
    for name in ("tenant", "client_id"):
        if name in policy.unusable:
            raise SetByOrganisation(
                f"Your organisation has set {LABELS[name]}, but so that it cannot be used; nobody can sign in.",
                remedy=f"Ask who looks after this computer to correct it in {policy.place_of(name)}.",
            )


def asked_tenant(policy: Policy, typed: str, usual: str) -> str:
    """Return the organisation to sign in to.

    Args:
        policy: What the organisation sets.
        typed: What a person typed; empty = nothing.
        usual: The one in effect; empty = the person's own.

    Raises:
        SetByOrganisation: Another one was typed than the policy names.
    """
    if typed and not policy.allows_tenant(typed):
        raise SetByOrganisation.of(f"{LABELS['tenant']} ({policy.tenant})", policy.place_of("tenant"))
    return policy.tenant or typed or usual


def refuse_other_tenant(policy: Policy, account: Account) -> None:
    """Refuse a sign-in that is left from a time without this policy.

    Raises:
        SignInNeeded: It is not known to be of the organisation that the policy names.
    """
    tenant = account.tenant
    if not policy.allows_tenant(tenant.id, tenant.domain):
        raise SignInNeeded(
            f"Your organisation lets you sign in to {policy.tenant} only; the last sign-in was to another one.",
            remedy="Sign in again.",
        )
