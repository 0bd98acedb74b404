"""What Blob storage or the way to it may answer, told apart by what is to be done about it.

    BlobError
    ├── Unreachable        nothing or half an answer came: wait and ask again
    │   └── Untrusted      the certificate is not trusted: a person must act, asking again is harmless
    ├── Busy               the server asks for patience (429, 5xx, 408)
    ├── Refused            the credential is missing, expired or not enough: hold the transfer, ask for another
    ├── ContainerMissing   there is no such container
    ├── BlobMissing        there is no such blob (or no such block)
    ├── ConditionFailed    what is there is not what was expected
    │   ├── Exists         something is there already (409)
    │   └── Changed        it is another version than the one meant (412)
    ├── Corrupted          bytes were damaged on the way: the digest says so
    ├── NameRefused        the server takes no blob of this name
    └── BadRequest         the server did not understand or allow it: a fault of ours or a feature it lacks

No text here holds a secret: addresses are named without their query. Any thread.
"""

from __future__ import annotations

from enum import StrEnum

from tiepoint.domain.errors import (
    ConnectionLost,
    InputError,
    OperationFailed,
    ProtocolError,
    SignInNeeded,
    TiepointError,
)


class BlobError(TiepointError):
    """Something about a request to Blob storage went wrong.

    Args:
        summary: One plain sentence that says what happened.
        remedy: One plain sentence that says what to do.
        retryable: True when the same request may succeed later by itself.
        detail: Status, code and request id as the server gave them.
        status: HTTP status; 0 when there was no reply.
        code: The server's own error code, such as `BlobNotFound`; empty when it gave none.
    """

    def __init__(
        self,
        summary: str,
        *,
        remedy: str = "",
        retryable: bool = False,
        detail: str = "",
        status: int = 0,
        code: str = "",
    ) -> None:
        super().__init__(summary, remedy=remedy, retryable=retryable, detail=detail)
        self.status = status
        self.code = code


class Unreachable(BlobError, ConnectionLost):
    """Nothing or half an answer came.

    `is_offline` is true when not even a connection came about (no network, unknown host, nobody listens) and false when
    one broke or stood still: the first is no reason to count an attempt.
    """

    is_offline: bool = False


class Untrusted(Unreachable):
    """The certificate of the other side is not trusted."""


class Busy(BlobError, OperationFailed):
    """The server asks for patience; `retry_after_s` is what it asked for, None when it did not say."""

    retry_after_s: float | None = None


class RefusedWhy(StrEnum):
    """Why a credential was not enough."""

    MISSING = "missing"
    EXPIRED = "expired"
    NOT_YET = "not-yet"
    SIGNATURE = "signature"
    RIGHT = "right"
    ACCOUNT = "account"
    CLOCK = "clock"
    NETWORK = "network"
    """The account lets nobody in from this network."""
    INSECURE = "insecure"
    """A token would travel unencrypted, so it was not sent."""


class Refused(BlobError, SignInNeeded):
    """The credential is missing, expired or not enough."""

    why: RefusedWhy = RefusedWhy.MISSING


class ContainerMissing(BlobError, InputError):
    """There is no such container."""


class BlobMissing(BlobError, InputError):
    """There is no such blob, or a block that was to be committed is not there."""


class ConditionFailed(BlobError, OperationFailed):
    """What is there is not what was expected."""


class Exists(ConditionFailed):
    """Something of this name is there already. It may be what a lost reply was about: compare."""


class Changed(ConditionFailed):
    """It is another version than the one meant. It may be what a lost reply was about: compare."""


class Corrupted(BlobError, OperationFailed):
    """Bytes were damaged on the way: the digest says so."""


class NameRefused(BlobError, InputError):
    """The server takes no blob of this name."""


class BadRequest(BlobError, ProtocolError):
    """The server did not understand or allow it."""
