"""What rounds wait for and fail of, as sentences. Pure."""

from __future__ import annotations

from typing import Final

from tiepoint.domain.cluster import Cluster, ClusterState
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import Job
from tiepoint.domain.plain_text import plain
from tiepoint.domain.remote_round import ASLEEP, PAUSED
from tiepoint.domain.transfer import Direction, FileState, Transfer, TransferState

_RETRY: Final = "Try again: it goes on from here, and nothing is sent twice."
_ASLEEP: Final = frozenset({ClusterState.PAUSED, ClusterState.COLD, ClusterState.PAUSING, ClusterState.COOLING})


def cluster_asleep(cluster: Cluster) -> Failure | None:
    """Say that a cluster sleeps or is on its way; None = nothing stands in the way there."""
    if cluster.state in _ASLEEP:
        return Failure(
            ASLEEP,
            f"{cluster.name} is {cluster.state.value}, so the job waits.",
            "Resume the cluster; the round goes on by itself.",
            retryable=True,
        )
    if cluster.state in (ClusterState.DEPLOYING, ClusterState.RESUMING):
        return Failure(ASLEEP, f"{cluster.name} is {cluster.state.value}; the round goes on once it runs.")
    if cluster.state in (ClusterState.DELETING, ClusterState.DATA_KEPT):
        return Failure("setup", f"{cluster.name} was deleted; there is nothing to run the job.", "Deploy it again.")
    return None


def no_cluster(site: str) -> Failure:
    """Say that a cluster is not known, or not yet."""
    return Failure(
        "connection",
        f"The cluster {site} is not known here (yet).",
        "Sign in to Azure, or add the cluster again; the round goes on by itself.",
        retryable=True,
    )


def no_way_to_blob(site: str, version: str) -> Failure:
    """Say that an agent cannot take photos from Blob."""
    return Failure(
        "setup",
        f"The agent of {site} ({version}) cannot take photos from Blob storage.",
        "Update the agent on the Nodes page, or with its machine's set-up, then try again.",
    )


def no_shared_folder(site: str) -> Failure:
    """Say that an agent names no folder for captures."""
    return Failure(
        "setup",
        f"The agent of {site} names no shared folder for captures.",
        "Set `work` in the agent's settings on the scheduler, start it again, then try again.",
    )


def transfer_gone(step: str) -> Failure:
    """Say that somebody removed the transfer."""
    return Failure("failed", f"The {step} was removed from the transfers.", _RETRY, retryable=True)


def job_gone(site: str) -> Failure:
    """Say that the scheduler forgot the job."""
    return Failure("failed", f"{site} no longer knows the job.", "Try again: it is submitted anew.", retryable=True)


def not_published() -> Failure:
    """Say that a job is complete and its products are not in Blob."""
    return Failure(
        "failed",
        "The job is complete, but its products are not in Blob storage.",
        "They lie in the job's folder on the cluster; look at its log.",
    )


def published_elsewhere(site: str, address: str) -> Failure:
    """Say that a scheduler names another place for products than it was told."""
    return Failure(
        "failed",
        f"{site} says that the products lie at {plain(address)[:300]}, which is not its container for products.",
        "Nothing was fetched from there. Look whether the cluster's containers were changed, then try again.",
        retryable=True,
    )


def no_job_id(site: str) -> Failure:
    """Say that a scheduler's answer to a submission makes no sense."""
    return Failure(
        "protocol",
        f"{site} gave the job a name that is none.",
        "Update the agent there, then try again.",
        retryable=True,
    )


def mistake(detail: str) -> Failure:
    """Say that a round stopped because of us."""
    return Failure(
        "unexpected",
        "The round stopped because of a mistake in the program.",
        "Try again; if it stops again, report it with the log.",
        retryable=True,
        detail=detail,
    )


def products_missing() -> Failure:
    """Say that what came down is not what was published."""
    return Failure("failed", "The job's products in Blob storage are not whole.", _RETRY, retryable=True)


def paused_job() -> Failure:
    """Say that a job was paused."""
    return Failure(PAUSED, "The job is paused.", "Resume it.", retryable=True)


def waits_of(transfer: Transfer) -> Failure | None:
    """Say what a transfer waits for; None = it does not wait for a person."""
    if transfer.state is TransferState.PAUSED:
        return Failure(PAUSED, f"The {_way(transfer)} is paused.", "Resume it.", retryable=True)
    if transfer.state is TransferState.NEEDS_SIGN_IN:
        told = transfer.trouble
        return Failure(
            "sign-in",
            told.summary if told else f"The {_way(transfer)} needs a right to {transfer.place.container_url}.",
            (told.remedy if told else "") or "Sign in to Azure, or give a signature for the container.",
            retryable=True,
        )
    return transfer.trouble if transfer.state is TransferState.WAITING else None


def end_of(transfer: Transfer) -> Failure:
    """Say why a transfer is over and not complete."""
    if transfer.state is TransferState.CANCELED:
        return Failure("failed", f"The {_way(transfer)} was stopped.", _RETRY, retryable=True)
    if transfer.trouble is not None:
        return transfer.trouble
    count = transfer.tally(FileState.FAILED, FileState.CONFLICT).files
    files = "One file" if count == 1 else f"{count:,} files"
    way = "go up" if transfer.direction is Direction.UP else "come down"
    return Failure(
        "failed",
        f"{files} did not {way}.",
        "Look on the Transfers page which ones and why, then try again; the others stay where they are.",
        retryable=True,
    )


def end_of_job(job: Job) -> Failure:
    """Say why a job is over and not complete."""
    return job.error or Failure("failed", "The job failed without saying why.", "Look at its log.", retryable=True)


def _way(transfer: Transfer) -> str:
    return "upload" if transfer.direction is Direction.UP else "download"
