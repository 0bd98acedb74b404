"""Plans as TOML files; comments and order are kept."""

from __future__ import annotations

from pathlib import Path

from tiepoint.domain.cluster_plan import ClusterPlan, PlanFinding


class TomlPlanFiles:
    """See `ports.plan_files.PlanFiles`."""

    def read(self, path: Path) -> tuple[ClusterPlan, tuple[PlanFinding, ...]]:
        """Read a plan; see the port."""
        raise NotImplementedError

    def write(self, path: Path, plan: ClusterPlan) -> None:
        """Write a plan; see the port."""
        raise NotImplementedError

    def text(self, plan: ClusterPlan) -> str:
        """Return a new file's text; see the port."""
        raise NotImplementedError
