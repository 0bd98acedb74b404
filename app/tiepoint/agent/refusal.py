"""A request that is answered with an error: the protocol's code together with the sentence for people."""

from __future__ import annotations

from tiepoint.domain.errors import TiepointError, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.protocol.errors import ErrorCode


class Refusal(Exception):  # noqa: N818 - it is an answer, not an error of ours
    """Why a request was not done.

    Args:
        code: The family a client can react to by itself.
        error: What people read.
    """

    def __init__(self, code: ErrorCode, error: TiepointError) -> None:
        super().__init__(error.summary)
        self.code = code
        self.failure = Failure.of(error)


def unknown_job(job: str) -> Refusal:
    """Return the refusal for a job nobody knows."""
    return Refusal(
        ErrorCode.UNKNOWN_JOB, UsageError(f"There is no job {job}.", remedy="See the jobs with: tiepoint jobs")
    )


def unknown_node(node: str) -> Refusal:
    """Return the refusal for a node nobody knows."""
    return Refusal(
        ErrorCode.UNKNOWN_NODE, UsageError(f"There is no node {node}.", remedy="See the nodes with: tiepoint nodes")
    )


def not_capable(method: str) -> Refusal:
    """Return the refusal for what this engine cannot do."""
    return Refusal(ErrorCode.NOT_CAPABLE, UsageError(f"This engine has no {method}."))


def wrong_state(job: str, state: str, action: str) -> Refusal:
    """Return the refusal for something that cannot be done to a job in its present state."""
    return Refusal(ErrorCode.WRONG_STATE, UsageError(f"The job {job} is {state} and cannot be {action}."))
