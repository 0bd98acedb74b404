"""One round on a cluster: photos up, seen there, processed, products back, looked at. Pure; any thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NewType

from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import CaptureId, JobId
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.transfer import TransferId

RoundId = NewType("RoundId", str)


class RoundStep(StrEnum):
    """The steps, in order. From `SUBMIT` on the cluster goes on by itself, whether or not a panel is there."""

    UPLOAD = "upload"
    SUBMIT = "submit"
    FETCH = "fetch"
    """The photos appear on the cluster's file system: from Blob, by the agent or by Lustre's import."""
    PROCESS = "process"
    PUBLISH = "publish"
    """The cluster puts the products into Blob."""
    DOWNLOAD = "download"
    DONE = "done"


class RoundState(StrEnum):
    """How a round is."""

    RUNNING = "running"
    WAITING = "waiting"
    """For a sign-in, a paused transfer or job, or a cluster that is asleep: `Round.failure` says which."""
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens by itself."""
        return self not in (RoundState.RUNNING, RoundState.WAITING)


@dataclass(frozen=True, slots=True)
class Round:
    """A round at one moment.

    Args:
        id: Of the round.
        name: What people call it.
        site: Id of the site it runs on (`services.sites`).
        capture: The capture, the same on this computer, in Blob and there; empty until the upload knows it.
        step: Where it is.
        state: See `RoundState`.
        begun: UTC.
        preset: What is asked.
        changes: Parameters that differ from the preset.
        products: Products wanted; empty = all.
        key: Of the submission: the same key is the same job.
        upload: The transfer up, once begun.
        job: The job there, once submitted.
        download: The transfer down, once begun.
        source: Address of the capture's folder in Blob.
        published: Address of the job's folder in Blob.
        folder: Where products come down to, a job's folder on this computer.
        output: Folder that gets the products besides; empty = none.
        priority: -2 (runs last) to 2 (runs first).
        finished: When it was over.
        failure: Why it failed, or what it waits for.
        progress: Of the present step; not kept.
    """

    id: RoundId
    name: str
    site: str
    capture: CaptureId
    step: RoundStep
    state: RoundState
    begun: datetime
    preset: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    products: tuple[str, ...] = ()
    key: str = ""
    upload: TransferId | None = None
    job: JobId | None = None
    download: TransferId | None = None
    source: str = ""
    published: str = ""
    folder: str = ""
    output: str = ""
    priority: int = 0
    finished: datetime | None = None
    failure: Failure | None = None
    progress: OperationProgress | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.state.is_over


ASLEEP: Final = "asleep"
"""Kind of `Round.failure`: the cluster is paused or cold, and can be resumed."""
PAUSED: Final = "paused"
"""Kind of `Round.failure`: a transfer or the job was paused; `Rounds.retry` lets it go on."""
