"""Plans: profiles to begin with, files to keep, and what is wrong with one. On the loop's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from tiepoint.domain.cluster_plan import PROFILES, ClusterPlan, PlanFinding, Profile
from tiepoint.domain.errors import SetByOrganisation, UsageError
from tiepoint.domain.plan_checks import plan_findings
from tiepoint.domain.plan_keys import KEYS
from tiepoint.domain.plan_policy import (
    PROFILE_KEY,
    REGION_KEY,
    allowed_profiles,
    policy_findings,
    profile_refused,
    refuse_forbidden,
)
from tiepoint.domain.plan_reading import nearest, repaired, taken, value_from_text
from tiepoint.domain.policy import NO_POLICY, Policy
from tiepoint.domain.template_2018 import read_template_parameters
from tiepoint.ports.plan_files import PlanFiles


class PlanService:
    """Makes, reads, checks and writes plans.

    Args:
        files: Where they are kept.
        policy: In which region and how large an organisation lets clusters be.
    """

    def __init__(self, files: PlanFiles, policy: Policy = NO_POLICY) -> None:
        self._files = files
        self.policy = policy

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """The profiles that may be deployed."""
        return allowed_profiles(self.policy)

    @property
    def usual_profile(self) -> Profile:
        """Where a plan begins when nobody says; one that may not be deployed only where none may be."""
        return Profile.REFERENCE if Profile.REFERENCE in self.profiles else (*self.profiles, Profile.REFERENCE)[0]

    def begin(self, profile: Profile | None = None, *, name: str = "", region: str = "") -> ClusterPlan:
        """Return a profile's plan.

        Args:
            profile: Which; None = the usual one.
            name: Of the cluster; empty = the profile's own.
            region: Empty = the profile's own; the organisation's wins over both.

        Raises:
            SetByOrganisation: The profile may not be deployed.
        """
        if profile is not None and profile not in self.profiles:
            raise profile_refused(profile, self.policy)
        return self.preview(profile or self.usual_profile, name=name, region=region)

    def preview(self, profile: Profile, *, name: str = "", region: str = "") -> ClusterPlan:
        """Return a profile's plan to look at, whether it may be deployed or not."""
        plan = PROFILES[profile]
        return replace(plan, name=name or plan.name, region=self.policy.region or region or plan.region)

    def findings(self, plan: ClusterPlan, *, has_spot: bool = True) -> tuple[PlanFinding, ...]:
        """Return what is wrong with a plan, or not allowed, that can be said without asking Azure, the worst first.

        Args:
            plan: Any plan.
            has_spot: Whether the cloud it is meant for has Spot machines.
        """
        return _worst_first((*policy_findings(plan, self.policy), *plan_findings(plan, has_spot=has_spot)))

    def changed(self, plan: ClusterPlan, changes: Sequence[str]) -> ClusterPlan:
        """Return a plan with changes that somebody typed.

        Args:
            plan: Which.
            changes: Each `nodes.count=8`; a list has commas.

        Raises:
            UsageError: One is no change, names no key, or its value cannot be used.
            SetByOrganisation: The organisation has set another region, or does not allow the profile.
        """
        keys = {key.path: key for key in KEYS}
        for change in changes:
            path, equals, text = change.partition("=")
            key = keys.get(path.strip())
            if not equals or key is None:
                near = nearest(path, keys)
                remedy = f"You may have meant {near}=…" if near else f"The keys are {', '.join(keys)}."
                raise UsageError(f"{change!r} changes nothing in a plan.", remedy=remedy)
            plan, found = taken(plan, key, value_from_text(key, text))
            if found:
                raise UsageError(found[0].summary, remedy=found[0].remedy)
            self._refuse_set(plan, key.path)
        return plan

    def refuse_forbidden(self, plan: ClusterPlan) -> None:
        """Refuse a plan that the organisation does not let be deployed.

        Raises:
            SetByOrganisation: It does not.
        """
        refuse_forbidden(plan, self.policy)

    def _refuse_set(self, plan: ClusterPlan, path: str) -> None:
        """Refuse a change to something that the organisation has set."""
        region = self.policy.region
        if path == REGION_KEY and region is not None and plan.region != region:
            raise SetByOrganisation.of(f"the region to {region}", self.policy.place_of("region"))
        if path == PROFILE_KEY and plan.profile not in self.profiles:
            raise profile_refused(plan.profile, self.policy)

    def repaired(self, plan: ClusterPlan, findings: Iterable[PlanFinding]) -> ClusterPlan:
        """Return a plan with the replacements that findings propose, as far as they can be used."""
        return repaired(plan, findings)

    async def read(self, path: Path) -> tuple[ClusterPlan, tuple[PlanFinding, ...]]:
        """Read `cluster.toml`; retired, unknown and misspelt choices come as findings beside those of `findings`.

        Raises:
            InputError: As `ports.plan_files`.
        """
        plan, found = await asyncio.to_thread(self._files.read, path)
        return plan, _worst_first((*found, *self.findings(plan)))

    async def import_template(self, path: Path) -> tuple[ClusterPlan, tuple[PlanFinding, ...]]:
        """Read the parameter file of the 2018 template (JSON) as a plan; retired choices come as findings.

        Raises:
            InputError: It is no such file.
        """
        plan, found = read_template_parameters(await asyncio.to_thread(self._files.read_json, path))
        return plan, _worst_first((*found, *self.findings(plan)))

    async def import_plan(self, path: Path) -> tuple[ClusterPlan, tuple[PlanFinding, ...]]:
        """Read somebody else's plan, a `cluster.toml` or a parameter file of the 2018 template, and put in what takes
        the place of retired and misspelt choices. The findings tell what was changed and what is still wrong.

        Raises:
            InputError: As `read` and `import_template`.
        """
        if path.suffix.lower() == ".json":
            return await self.import_template(path)
        plan, found = await asyncio.to_thread(self._files.read, path)
        mended = repaired(plan, found)
        told = (replace(each, is_blocking=each.is_blocking and not _is_mended(each)) for each in found)
        return mended, _worst_first((*told, *self.findings(mended)))

    async def write(self, path: Path, plan: ClusterPlan) -> None:
        """Write `cluster.toml`.

        Raises:
            InputError: As `ports.plan_files`.
        """
        await asyncio.to_thread(self._files.write, path, plan)

    def text(self, plan: ClusterPlan) -> str:
        """Return the plan as a file's text."""
        return self._files.text(plan)


def _is_mended(finding: PlanFinding) -> bool:
    return bool(finding.replacement) and any(key.path == finding.key for key in KEYS)


def _worst_first(findings: Iterable[PlanFinding]) -> tuple[PlanFinding, ...]:
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: not finding.is_blocking))
