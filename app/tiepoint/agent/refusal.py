"""What the agent refuses, as answers: jobs and nodes nobody knows, and states in which a thing cannot be done."""

from __future__ import annotations

from tiepoint.daemon.refusal import Refusal
from tiepoint.domain.errors import UsageError
from tiepoint.protocol.errors import ErrorCode


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


def not_capable(what: str) -> Refusal:
    """Return the refusal for something this engine has no way to do."""
    return Refusal(ErrorCode.NOT_CAPABLE, UsageError(f"This engine cannot {what}."))


def wrong_state(job: str, state: str, action: str) -> Refusal:
    """Return the refusal for something that cannot be done to a job in its present state."""
    return Refusal(ErrorCode.WRONG_STATE, UsageError(f"The job {job} is {state} and cannot be {action}."))
