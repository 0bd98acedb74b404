"""Plans as files that people keep: `cluster.toml`."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from tiepoint.domain.cluster_plan import ClusterPlan, PlanFinding


class PlanFiles(Protocol):
    """Reads and writes plans; blocking, small."""

    def read(self, path: Path) -> tuple[ClusterPlan, tuple[PlanFinding, ...]]:
        """Read a plan. What cannot be used is left at its usual value and told as a finding.

        Raises:
            InputError: It cannot be opened, is no TOML (line and column are said), or is from a newer program.
        """

    def write(self, path: Path, plan: ClusterPlan) -> None:
        """Write a plan in one step; comments and order of a file that is there are kept. Idempotent.

        Raises:
            InputError: The folder cannot be written.
        """

    def text(self, plan: ClusterPlan) -> str:
        """Return what `write` would put into a new file."""
