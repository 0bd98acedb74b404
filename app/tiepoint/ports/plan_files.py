"""Plans as files that people keep: `cluster.toml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from tiepoint.domain.cluster_plan import ClusterPlan, PlanFinding


class PlanFiles(Protocol):
    """Reads and writes plans; blocking, small."""

    def read(self, path: Path) -> tuple[ClusterPlan, tuple[PlanFinding, ...]]:
        """Read a plan. What cannot be used is left at its usual value and told as a finding.

        Raises:
            InputError: It cannot be opened, is no TOML (line and column are said), or is from a newer program.
        """

    def read_json(self, path: Path) -> Any:
        """Read a JSON file, such as a template's parameters.

        Raises:
            InputError: It cannot be opened or is no JSON (line and column are said).
        """

    def write(self, path: Path, plan: ClusterPlan) -> None:
        """Write a plan in one step; comments and order of a file that is there are kept. Idempotent.

        Raises:
            InputError: The folder cannot be written, or a file that is no plan stands there.
        """

    def text(self, plan: ClusterPlan) -> str:
        """Return what `write` would put into a new file."""
