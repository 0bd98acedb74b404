"""Plans: profiles to begin with, files to keep, and what is wrong with one. On the loop's thread."""

from __future__ import annotations

from pathlib import Path

from tiepoint.domain.cluster_plan import ClusterPlan, PlanFinding, Profile
from tiepoint.ports.plan_files import PlanFiles


class PlanService:
    """Makes, reads, checks and writes plans.

    Args:
        files: Where they are kept.
    """

    def __init__(self, files: PlanFiles) -> None:
        self._files = files

    def begin(self, profile: Profile, *, name: str = "", region: str = "") -> ClusterPlan:
        """Return a profile's plan under a name and in a region; empty = the profile's own."""
        raise NotImplementedError

    def findings(self, plan: ClusterPlan) -> tuple[PlanFinding, ...]:
        """Return what is wrong with a plan that can be said without asking Azure, the worst first."""
        raise NotImplementedError

    async def read(self, path: Path) -> tuple[ClusterPlan, tuple[PlanFinding, ...]]:
        """Read `cluster.toml`; retired, unknown and misspelt choices come as findings beside those of `findings`.

        Raises:
            InputError: As `ports.plan_files`.
        """
        raise NotImplementedError

    async def import_template(self, path: Path) -> tuple[ClusterPlan, tuple[PlanFinding, ...]]:
        """Read the parameter file of the 2018 template (JSON) as a plan; retired choices come as findings.

        Raises:
            InputError: It is no such file.
        """
        raise NotImplementedError

    async def write(self, path: Path, plan: ClusterPlan) -> None:
        """Write `cluster.toml`.

        Raises:
            InputError: As `ports.plan_files`.
        """
        raise NotImplementedError

    def text(self, plan: ClusterPlan) -> str:
        """Return the plan as a file's text."""
        raise NotImplementedError
