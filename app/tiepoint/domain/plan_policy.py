"""What an organisation's policy says about a plan: its region, and how large it may be. Pure; any thread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tiepoint.domain.cluster_plan import PROFILES, ClusterPlan, PlanFinding, Profile, StorageKind
from tiepoint.domain.errors import SetByOrganisation
from tiepoint.domain.policy import Policy

REGION_KEY: Final = "cluster.region"
PROFILE_KEY: Final = "cluster.profile"
_ASK: Final = "Ask who looks after this computer."


def policy_findings(plan: ClusterPlan, policy: Policy) -> tuple[PlanFinding, ...]:
    """Return what of a plan the organisation does not allow; each finding blocks.

    Args:
        plan: Any plan.
        policy: What the organisation sets.
    """
    return (*_region(plan, policy), *_profile(plan, policy))


def refuse_forbidden(plan: ClusterPlan, policy: Policy) -> None:
    """Refuse a plan that the organisation does not let be deployed.

    Raises:
        SetByOrganisation: It does not; the text says why.
    """
    found = policy_findings(plan, policy)
    if found:
        raise SetByOrganisation(found[0].summary, remedy=found[0].remedy)


def profile_refused(profile: Profile, policy: Policy) -> SetByOrganisation:
    """Return the error for beginning with a profile that the organisation does not allow; it says which ones it does.

    Args:
        profile: One that is not among `allowed_profiles`.
        policy: What the organisation sets.
    """
    found = next(_profile(PROFILES[profile], policy))
    return SetByOrganisation(found.summary, remedy=found.remedy)


def counts_as(plan: ClusterPlan) -> Profile:
    """Return the profile whose size a plan has.

    A profile is a promise about what it takes: a plan that began as one and has other machines, more nodes or more
    storage is a custom one by now, whatever it calls itself. Names, networks, access and the guard are free.
    """
    usual = PROFILES[plan.profile]
    is_within = (
        (plan.scheduler.size.lower(), plan.nodes.size.lower(), plan.storage.kind)
        == (usual.scheduler.size.lower(), usual.nodes.size.lower(), usual.storage.kind)
        and plan.nodes.count <= usual.nodes.count
        and (plan.storage.kind is StorageKind.BLOB or plan.storage.capacity_tib <= usual.storage.capacity_tib)
    )
    return plan.profile if is_within else Profile.CUSTOM


def allowed_profiles(policy: Policy) -> tuple[Profile, ...]:
    """Return the profiles that may be deployed, in their usual order."""
    allowed = policy.allowed_profiles
    return tuple(profile for profile in Profile if allowed is None or profile.value in allowed)


def _region(plan: ClusterPlan, policy: Policy) -> Iterator[PlanFinding]:
    if "region" in policy.unusable:
        summary = "Your organisation has set a region that cannot be used, so nothing can be deployed."
        yield PlanFinding(REGION_KEY, summary, _correct(policy, "region"))
    elif policy.region is not None and plan.region != policy.region:
        summary = f"Your organisation deploys in {policy.region} only, not in {plan.region}."
        yield PlanFinding(REGION_KEY, summary, f"Use {policy.region}.", replacement=policy.region)


def _profile(plan: ClusterPlan, policy: Policy) -> Iterator[PlanFinding]:
    allowed, profile = allowed_profiles(policy), counts_as(plan)
    if profile in allowed:
        return
    if not allowed:
        yield PlanFinding(PROFILE_KEY, "Your organisation allows no clusters from this computer.", _ASK)
        return
    names = " and ".join(each.value for each in allowed)
    are = "profiles" if len(allowed) > 1 else "profile"
    if plan.profile in allowed:
        summary = f"The plan is larger or other than its profile {plan.profile.value}, so it counts as custom."
        remedy = f"Your organisation allows the {are} {names} only: take it again, and leave its machines and storage."
        yield PlanFinding(PROFILE_KEY, summary, remedy)
    else:
        summary = f"Your organisation does not allow the profile {plan.profile.value}."
        yield PlanFinding(PROFILE_KEY, summary, f"It allows the {are} {names}; begin with {allowed[-1].value}.")


def _correct(policy: Policy, name: str) -> str:
    place = policy.place_of(name)
    return f"Ask who looks after this computer to correct it{f' in {place}' if place else ''}."
