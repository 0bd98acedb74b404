"""What the transfer worker is asked and what it tells: the second table of methods, over the same envelopes.

A client says `hello` first, as to the agent. After `transfers.subscribe` it hears, unasked and at most four times a
second each:

    transfers.changed {transfers: [Transfer], removed: [id]}   whole summaries of those that changed
    files.changed {transfer, files: [TransferFile]}            rows of the one transfer it watches
    limits.changed {limits}
    credential.wanted {place, reason}                          a bearer token has less than five minutes left, or none
    credential.given {place}                                   somebody gave one, so that nobody need be asked any more

An upload is told in steps because one message holds at most 1 MiB: `transfers.begin`, `transfers.add` as often as
needed, `transfers.start`. The same capture at the same place is the same transfer: `begin` of one that is not over
joins it, of one that is over begins a new round of it under the same id. Secrets travel in `transfers.authorize` alone
and are held in the worker's memory alone. Any thread.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.left_out import LeftOut
from tiepoint.domain.photo import PhotoEntry
from tiepoint.domain.transfer import Limits, Transfer, TransferFile, TransferId, Verdict
from tiepoint.protocol.methods import HELLO, Diagnostics, Method, Nothing, StopParams

TRANSFERS_CHANGED: Final = "transfers.changed"
FILES_CHANGED: Final = "files.changed"
LIMITS_CHANGED: Final = "limits.changed"
CREDENTIAL_WANTED: Final = "credential.wanted"
CREDENTIAL_GIVEN: Final = "credential.given"

MOST_FILES_A_MESSAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class TransferRef:
    """Names one transfer."""

    transfer: TransferId


@dataclass(frozen=True, slots=True)
class TransferResult:
    """The transfer as it is after the call."""

    transfer: Transfer


@dataclass(frozen=True, slots=True)
class TransfersResult:
    """Transfers, newest first."""

    transfers: tuple[Transfer, ...]


@dataclass(frozen=True, slots=True)
class BeginParams:
    """A capture is to go up.

    Args:
        name: Name of the capture, or its id.
        place: Container, with a prefix or without, below which the capture's folder goes.
        folder: Where the photos come from, for people.
        capture: Id, when the capture is kept on this computer already; None = one is found or made.
        replaces: Replace other content under the same names.
        left_out: What lay beside the photos and is not sent; the receipt says so.
    """

    name: str
    place: BlobPlace
    folder: str
    capture: CaptureId | None = None
    replaces: bool = False
    left_out: LeftOut = LeftOut()


@dataclass(frozen=True, slots=True)
class UploadFile:
    """One photo to send: where it lies, its path inside the capture, its stat, and what is known about it."""

    source: str
    path: str
    size: int
    mtime_ns: int
    entry: PhotoEntry | None = None


@dataclass(frozen=True, slots=True)
class AddParams:
    """Photos of a draft, at most `MOST_FILES_A_MESSAGE`."""

    transfer: TransferId
    files: tuple[UploadFile, ...]


@dataclass(frozen=True, slots=True)
class DownloadParams:
    """Something is to come down.

    Args:
        place: The folder of a capture, a folder further in, or one blob.
        folder: Full path of the folder to put it into; it is made.
        name: What to call it; empty = the last part of the place.
        replaces: Replace other files under the same names.
        is_products_only: Leave the photos and the manifest out.
    """

    place: BlobPlace
    folder: str
    name: str = ""
    replaces: bool = False
    is_products_only: bool = False


@dataclass(frozen=True, slots=True)
class RetryParams:
    """Begin failed files again: those of the indices, or all. `replaces` settles conflicts by replacing."""

    transfer: TransferId
    indices: tuple[int, ...] | None = None
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class TransferPriorityParams:
    """Let a transfer go before or after others."""

    transfer: TransferId
    priority: int


@dataclass(frozen=True, slots=True)
class FilesParams:
    """A page of a transfer's files, in the order of their index.

    Args:
        transfer: Which.
        offset: First row wanted.
        limit: At most so many, `MOST_FILES_A_MESSAGE` at most.
        states: `FileState` values wanted; none = all.
    """

    transfer: TransferId
    offset: int = 0
    limit: int = MOST_FILES_A_MESSAGE
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FilesResult:
    """A page, and how many rows there are in all."""

    files: tuple[TransferFile, ...]
    total: int


@dataclass(frozen=True, slots=True)
class AuthorizeParams:
    """A credential for everything in a container.

    Args:
        place: The container; its prefix does not matter.
        kind: `sas` or `bearer`.
        secret: The signature's query, or the token.
        expires: When it ends; None = read from the secret, or unknown.
        is_by_sign_in: Whether it comes from the sign-in to Azure: the worker may then renew it by itself.
        ca_file: Certificates to believe for this server instead of the system's; empty = the system's.
    """

    place: BlobPlace
    kind: str
    secret: str = field(repr=False)
    expires: datetime | None = None
    is_by_sign_in: bool = False
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class VerifyParams:
    """Check a capture again: by the id of its transfer, or by its place (of which the manifest is taken)."""

    transfer: TransferId | None = None
    place: BlobPlace | None = None


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What was found."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class WatchParams:
    """Which transfer's files this client wants to hear of; None = none."""

    transfer: TransferId | None


@dataclass(frozen=True, slots=True)
class LimitsParams:
    """New limits for all transfers; they hold at once and for the next start."""

    limits: Limits


@dataclass(frozen=True, slots=True)
class WorkerState:
    """Everything the worker knows at one moment, files not counted."""

    transfers: tuple[Transfer, ...] = ()
    limits: Limits = Limits()
    wanted: tuple[BlobPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class TransfersChanged:
    """Params of `transfers.changed`."""

    transfers: tuple[Transfer, ...] = ()
    removed: tuple[TransferId, ...] = ()


@dataclass(frozen=True, slots=True)
class FilesChanged:
    """Params of `files.changed`."""

    transfer: TransferId
    files: tuple[TransferFile, ...]


@dataclass(frozen=True, slots=True)
class CredentialWanted:
    """Params of `credential.wanted`: a token for a container is needed; `reason` is a plain sentence."""

    place: BlobPlace
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CredentialGiven:
    """Params of `credential.given`: a client gave one for this container."""

    place: BlobPlace


@dataclass(frozen=True, slots=True)
class ProxyParams:
    """Params of `transfers.set_proxy`.

    Args:
        proxy: Address of the proxy for connections made from now on; empty = none, straight to every server; None = as
            the system says.
    """

    proxy: str | None = None


LIST: Final = Method("transfers.list", Nothing, TransfersResult)
BEGIN: Final = Method("transfers.begin", BeginParams, TransferResult)
ADD: Final = Method("transfers.add", AddParams, Nothing)
START: Final = Method("transfers.start", TransferRef, TransferResult)
DOWNLOAD: Final = Method("transfers.download", DownloadParams, TransferResult)
PAUSE: Final = Method("transfers.pause", TransferRef, TransferResult)
RESUME: Final = Method("transfers.resume", TransferRef, TransferResult)
CANCEL: Final = Method("transfers.cancel", TransferRef, TransferResult)
REMOVE: Final = Method("transfers.remove", TransferRef, Nothing)
RETRY: Final = Method("transfers.retry", RetryParams, TransferResult)
SET_PRIORITY: Final = Method("transfers.set_priority", TransferPriorityParams, TransferResult)
FILES: Final = Method("transfers.files", FilesParams, FilesResult)
AUTHORIZE: Final = Method("transfers.authorize", AuthorizeParams, Nothing)
FORGET_SIGN_IN: Final = Method("transfers.forget_sign_in", Nothing, Nothing)
VERIFY: Final = Method("transfers.verify", VerifyParams, VerifyResult)
WATCH: Final = Method("transfers.watch", WatchParams, Nothing)
SET_LIMITS: Final = Method("transfers.set_limits", LimitsParams, Nothing)
SET_PROXY: Final = Method("transfers.set_proxy", ProxyParams, Nothing)
TRANSFERS_SUBSCRIBE: Final = Method("transfers.subscribe", Nothing, WorkerState)
WORKER_DIAGNOSTICS: Final = Method("worker.diagnostics", Nothing, Diagnostics)
WORKER_STOP: Final = Method("worker.stop", StopParams, Nothing)

TRANSFER_METHODS: Final[dict[str, Method[Any, Any]]] = {
    method.name: method
    for method in (
        HELLO,
        LIST,
        BEGIN,
        ADD,
        START,
        DOWNLOAD,
        PAUSE,
        RESUME,
        CANCEL,
        REMOVE,
        RETRY,
        SET_PRIORITY,
        FILES,
        AUTHORIZE,
        FORGET_SIGN_IN,
        VERIFY,
        WATCH,
        SET_LIMITS,
        SET_PROXY,
        TRANSFERS_SUBSCRIBE,
        WORKER_DIAGNOSTICS,
        WORKER_STOP,
    )
}
