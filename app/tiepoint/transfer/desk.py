"""All transfers of this user: what clients ask of them, and the threads that carry them.

Every method may be called from any thread and returns at once, unless it says otherwise. Must not know how clients
are reached; never runs on an event loop's time for longer than memory needs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tiepoint.domain.transfer import Limits, Transfer, TransferFile, TransferId, Verdict
from tiepoint.protocol.transfers import (
    AddParams,
    AuthorizeParams,
    BeginParams,
    CredentialWanted,
    DownloadParams,
    FilesParams,
    FilesResult,
    RetryParams,
    TransferPriorityParams,
    VerifyParams,
    WorkerState,
)


@dataclass(frozen=True, slots=True)
class News:
    """What changed since the last news of the same subscription; at most four times a second.

    Args:
        transfers: Whole summaries of those that changed.
        removed: Those that are no more.
        watched: The transfer whose rows follow.
        files: Its rows that changed; at most 1,000, the rest comes with the next news.
        limits: The limits, when they changed; None otherwise.
        wanted: Containers a credential is wanted for, each told once until it was given.
    """

    transfers: tuple[Transfer, ...] = ()
    removed: tuple[TransferId, ...] = ()
    watched: TransferId | None = None
    files: tuple[TransferFile, ...] = ()
    limits: Limits | None = None
    wanted: tuple[CredentialWanted, ...] = ()


class Subscription:
    """One client's ear. `watch` and `close` may be called from any thread."""

    def watch(self, transfer: TransferId | None) -> None:
        """Hear of the rows of this transfer; None = of none.

        Raises:
            UsageError: There is no such transfer.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Hear no more. Idempotent."""
        raise NotImplementedError


class Desk:
    """All transfers. Make it, `open` it, use it, `close` it.

    Args:
        folder: Where the journal and the receipts lie; made when missing.

    Every method that takes a transfer's id raises UsageError when there is none of that id.
    """

    def __init__(self, folder: Path) -> None:
        raise NotImplementedError

    def open(self) -> None:
        """Read the journal and start. Blocking: up to a second with tens of thousands of files.

        Raises:
            SetupError: The journal cannot be used.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Stop everything, write the journal, end the threads. Blocking, at most some three seconds."""
        raise NotImplementedError

    @property
    def is_busy(self) -> bool:
        """Whether something moves or will move by itself: the worker must not end for want of clients."""
        raise NotImplementedError

    # What clients ask; one to one the methods of protocol/transfers.py.

    def transfers(self) -> tuple[Transfer, ...]:
        """All transfers, newest first."""
        raise NotImplementedError

    def state(self) -> WorkerState:
        """Everything at one moment; subscribe first, so that nothing falls between."""
        raise NotImplementedError

    def begin(self, params: BeginParams, teller: object) -> Transfer:
        """Begin to tell a capture's files, see `transfers.begin`.

        Args:
            params: What it is.
            teller: The client's session; see `forget_teller`.
        """
        raise NotImplementedError

    def add(self, params: AddParams, teller: object) -> None:
        """Tell some of its files.

        Raises:
            UsageError: This teller has not begun it.
        """
        raise NotImplementedError

    def start(self, transfer: TransferId, teller: object) -> Transfer:
        """All files are told: let it go.

        Raises:
            InputError: Names that Blob or another computer would not take; the draft is dropped.
            UsageError: This teller has not begun it, or told no file.
        """
        raise NotImplementedError

    def forget_teller(self, teller: object) -> None:
        """A client has gone: what it began to tell and did not start is dropped."""
        raise NotImplementedError

    def download(self, params: DownloadParams) -> Transfer:
        """Let something come down.

        Raises:
            InputError: The folder cannot be made or written. Looking touches the disk: call it from a thread.
        """
        raise NotImplementedError

    def pause(self, transfer: TransferId) -> Transfer:
        """Stop for now; requests on their way get a second and are then cut."""
        raise NotImplementedError

    def resume(self, transfer: TransferId) -> Transfer:
        """Go on."""
        raise NotImplementedError

    def cancel(self, transfer: TransferId) -> Transfer:
        """Stop for good."""
        raise NotImplementedError

    def remove(self, transfer: TransferId) -> None:
        """Forget one that is over.

        Raises:
            UsageError: It is not over.
        """
        raise NotImplementedError

    def retry(self, params: RetryParams) -> Transfer:
        """Begin failed files again."""
        raise NotImplementedError

    def set_priority(self, params: TransferPriorityParams) -> Transfer:
        """Let it go before or after others."""
        raise NotImplementedError

    def files(self, params: FilesParams) -> FilesResult:
        """A page of rows."""
        raise NotImplementedError

    def authorize(self, params: AuthorizeParams) -> None:
        """Take a credential for a container.

        Raises:
            UsageError: It is no signature or token.
        """
        raise NotImplementedError

    def verify(self, params: VerifyParams) -> Verdict:
        """Check a capture against Blob. Blocking: lists the capture; call it from a thread.

        Raises:
            SignInNeeded: The container's credential is missing or refused.
            InputError: There is no such capture.
            ConnectionLost: The server cannot be reached.
        """
        raise NotImplementedError

    def set_limits(self, limits: Limits) -> None:
        """Set limits; they are kept."""
        raise NotImplementedError

    def subscribe(self, listener: Callable[[News], None]) -> Subscription:
        """Hear of everything that changes from now on.

        Args:
            listener: Called from a thread of the desk; must return at once (`loop.call_soon_threadsafe`).
        """
        raise NotImplementedError
