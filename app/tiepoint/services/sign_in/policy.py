"""What an organisation's policy says about signing in: which organisation, which application. On the loop's thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tiepoint.domain.account import Account
from tiepoint.domain.cloud import Cloud
from tiepoint.domain.errors import SetByOrganisation, SignInNeeded
from tiepoint.domain.policy import LABELS, Policy
from tiepoint.ports.identity import Identity


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


async def restored(
    identity: Identity, cloud: Cloud, policy: Policy, *, client_id: str, forget: Callable[[], Awaitable[None]]
) -> Account | None:
    """Take up the last sign-in if it is allowed; None = there is none.

    Args:
        identity: Signs in.
        cloud: Where.
        policy: What the organisation sets.
        client_id: The application.
        forget: Lets others forget what an earlier start gave them by a sign-in that is not allowed any more.

    Raises:
        SetByOrganisation: It is not known which one would be allowed.
        SignInNeeded: It is of another organisation; also as `ports.identity`.
        ConnectionLost: As `ports.identity`.
    """
    try:
        refuse_unusable(policy)
    except SetByOrganisation:
        await forget()
        raise
    account = await identity.restore(cloud, client_id=client_id)
    if account is None:
        return None
    try:
        refuse_other_tenant(policy, account)
    except SignInNeeded:
        await identity.close()
        await forget()
        raise
    return account
