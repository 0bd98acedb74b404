"""What moves photos and products: a daemon of the user that outlives the program and alone touches the bytes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import Limits, Transfer, TransferFile, TransferId, Verdict
from tiepoint.ports.token_source import Credential
from tiepoint.protocol.methods import Diagnostics
from tiepoint.protocol.transfers import BeginParams, DownloadParams, FilesResult, UploadFile


@dataclass(frozen=True, slots=True)
class WorkerSnapshot:
    """All transfers at one moment, and what changed since the one before.

    Args:
        transfers: Newest first.
        limits: What holds for all of them.
        wanted: Containers a credential is needed for.
        files: Rows of the watched transfer that changed since the last snapshot.
        watched: The transfer they belong to.
        is_connected: False while the worker is away; the rest is then the last that was known.
        is_fresh: Whether this is the first one after a connection: rows known before may be old.
        problem: Why it is away.
    """

    transfers: tuple[Transfer, ...] = ()
    limits: Limits = Limits()
    wanted: tuple[BlobPlace, ...] = ()
    files: tuple[TransferFile, ...] = ()
    watched: TransferId | None = None
    is_connected: bool = True
    is_fresh: bool = False
    problem: Failure | None = None


class TransferWorker(Protocol):
    """The worker, started on demand by whatever asks first. All calls are cancel safe.

    Every method raises AgentUnavailable when the worker cannot be started, ConnectionLost when it went away before it
    answered (asking again starts it again), and UsageError for a transfer that does not exist or a state in which the
    call makes no sense.
    """

    async def transfers(self) -> tuple[Transfer, ...]:
        """All transfers, newest first. Idempotent."""

    def latest(self) -> tuple[Transfer, ...] | None:
        """All transfers, newest first, as `follow` would tell them now; None while nobody follows. Asks nobody.

        What an answer to a call said is in it, and so is what was told after that answer.
        """

    async def upload(self, begin: BeginParams, files: Sequence[UploadFile]) -> Transfer:
        """Tell it a capture and let it go. The same capture at the same place is the same transfer: idempotent.

        Returns at once; progress comes through `follow`.

        Raises:
            InputError: Names that Blob or another computer would not take; the two or more names are said.
        """

    async def download(self, params: DownloadParams) -> Transfer:
        """Let something come down. The same place into the same folder is the same transfer: idempotent.

        Raises:
            InputError: The folder cannot be written.
        """

    async def pause(self, transfer: TransferId) -> Transfer:
        """Stop for now, within two seconds; what is acknowledged stays. Idempotent."""

    async def resume(self, transfer: TransferId) -> Transfer:
        """Go on. Idempotent."""

    async def cancel(self, transfer: TransferId) -> Transfer:
        """Stop for good, within two seconds; what is there stays there. Idempotent."""

    async def remove(self, transfer: TransferId) -> None:
        """Forget one that is over; its receipts stay. Idempotent."""

    async def retry(
        self, transfer: TransferId, indices: Sequence[int] | None = None, *, replaces: bool = False
    ) -> Transfer:
        """Begin failed files again, all or those; with `replaces` conflicts are settled by replacing."""

    async def set_priority(self, transfer: TransferId, priority: int) -> Transfer:
        """Let it go before (higher) or after others. Idempotent."""

    async def files(
        self, transfer: TransferId, offset: int = 0, limit: int = 1000, states: Sequence[str] = ()
    ) -> FilesResult:
        """A page of its files by index, of some states or all. Idempotent."""

    async def watch(self, transfer: TransferId | None) -> None:
        """Say whose files `follow` is to tell; kept over a lost connection. Idempotent."""

    async def authorize(self, place: BlobPlace, credential: Credential) -> None:
        """Give the right to use a container; kept in memory only, there and here. Idempotent."""

    async def forget_sign_in(self) -> None:
        """Let it forget every right that came from the sign-in to Azure; one that does not run has none. Idempotent."""

    async def verify(self, transfer: TransferId | None = None, place: BlobPlace | None = None) -> Verdict:
        """Check a capture in Blob against its newest receipt, or against its manifest. Changes nothing.

        Raises:
            SignInNeeded: The container's credential is missing or refused.
            InputError: There is no such capture.
            ConnectionLost: The server cannot be reached.
        """

    async def set_limits(self, limits: Limits) -> None:
        """Set limits; they hold within two seconds, for running transfers too. Idempotent."""

    async def renew_proxy(self) -> None:
        """Let what it connects from now on go through the proxy that holds now; nothing under way is lost.

        One that does not run is told when it is next connected to. Idempotent.
        """

    async def diagnostics(self) -> Diagnostics | None:
        """Facts about the worker; None when it does not run, for asking does not start it."""

    def follow(self) -> AsyncGenerator[WorkerSnapshot, None]:
        """Follow everything, over lost connections too; at most ten snapshots a second. Close it when done.

        Raises:
            AgentUnavailable: The very first connection could not be made.
        """

    async def stop(self) -> bool:
        """End the worker, and say whether one ran; unfinished transfers go on when it is started again."""

    async def close(self) -> None:
        """Let go of the connection; the worker lives on."""
