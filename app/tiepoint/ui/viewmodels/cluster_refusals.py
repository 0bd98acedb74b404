"""Whether a failed operation on a cluster has been told already, so that nobody reads the same twice. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from tiepoint.domain.failure import Failure
from tiepoint.domain.operation import OperationState
from tiepoint.services.clusters import ClusterService


def untold(clusters: ClusterService, name: str, tell: Callable[[Failure], object]) -> Callable[[Failure], None]:
    """Return what hears of a failure and tells it unless the cluster's operation, and a notice, do.

    Args:
        clusters: Whose operations tell of themselves.
        name: Name or id of the cluster.
        tell: Tells the rest: what was refused before there was an operation.
    """

    def hear(failure: Failure) -> None:
        found = clusters.snapshot.find(name)
        operation = found.operation if found is not None else None
        if operation is None or operation.state is not OperationState.FAILED or operation.failure != failure:
            tell(failure)

    return hear
