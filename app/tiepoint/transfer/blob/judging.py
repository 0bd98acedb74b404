"""What a reply that is no success means: Azure's codes and what Azurite says instead, as our errors.

Must not decide what is done about it. Pure; any thread. Codes:
https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Final, TypeVar

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.runtime.logs import masked
from tiepoint.transfer.blob.backoff import read_retry_after
from tiepoint.transfer.blob.errors import (
    BadRequest,
    BlobError,
    BlobMissing,
    Busy,
    Changed,
    ContainerMissing,
    Corrupted,
    Exists,
    NameRefused,
    Unreachable,
)

_CODE: Final = re.compile(r"<Code>([A-Za-z0-9]{1,80})</Code>")
_MESSAGE: Final = re.compile(r"<Message>(.*?)</Message>", re.DOTALL)
_REASON: Final = re.compile(r"<AuthenticationErrorDetail>(.*?)</AuthenticationErrorDetail>", re.DOTALL)
_LONGEST_DETAIL: Final = 600

_SAME_NAME: Final = ("BlobAlreadyExists", "UnauthorizedBlobOverwrite", "InvalidBlobType")
_OTHER_VERSION: Final = (
    "ConditionNotMet",
    "TargetConditionNotMet",
    "SourceConditionNotMet",
    "CannotVerifyCopySourceCondition",
    "InvalidRange",
)
_DAMAGED: Final = ("Md5Mismatch", "Crc64Mismatch")
_BAD_NAME: Final = ("InvalidResourceName", "InvalidUri", "OutOfRangeInput", "RequestUrlFailedToParse")
_PATIENCE: Final = (408, 429, 500, 502, 503, 504)
_E = TypeVar("_E", bound=BlobError)
_LATER: Final = ("PendingCopyOperation", "ContainerDisabled", "AccountBeingCreated")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reply that is no success, with what it was an answer to.

    Args:
        status: HTTP status.
        headers: By their names in lower case.
        body: What came with it, or its reason when nothing came.
        place: The container.
        name: The blob; empty = the container itself was asked.
        has_body: Whether the request carried content with its MD5.
    """

    status: int
    headers: dict[str, str]
    body: str
    place: BlobPlace
    name: str = ""
    has_body: bool = False

    @property
    def code(self) -> str:
        """The server's own code; empty when it gave none."""
        said = self.headers.get("x-ms-error-code", "")
        if not said:
            found = _CODE.search(self.body)
            said = found.group(1) if found else ""
        return said

    @property
    def is_foreign(self) -> bool:
        """Whether it does not come from Blob storage at all, which signs every reply with a number."""
        return not self.code and "x-ms-request-id" not in self.headers

    @property
    def message(self) -> str:
        """The server's words in one line, without anything secret."""
        found, reason = _MESSAGE.search(self.body), _REASON.search(self.body)
        words = " ".join(unescape(part.group(1)) for part in (found, reason) if part)
        words = words or ("" if "<" in self.body else self.body)
        return masked(" ".join(words.split()))[:_LONGEST_DETAIL]

    @property
    def detail(self) -> str:
        """Status, code, request and words, for a log."""
        request = self.headers.get("x-ms-request-id", "")
        parts = (str(self.status), self.code, f"request {request}" if request else "", self.message)
        return " ".join(part for part in parts if part)

    @property
    def subject(self) -> str:
        """What it is about, for a sentence."""
        return self.name or f"the container {self.place.container}"


def judge(refusal: Refusal) -> BlobError:
    """Return the error of a reply that is neither a success nor a refused credential."""
    status, code = refusal.status, refusal.code
    if refusal.is_foreign and status not in _PATIENCE:
        return _intercepted(refusal)
    if code in _SAME_NAME:
        return _made(Exists, refusal, f"Something named {refusal.subject} is there already.")
    if code in _OTHER_VERSION or (status in (412, 416) and not code.startswith("Lease")):
        return _made(Changed, refusal, f"{refusal.subject} is not the version that was meant any more.")
    if code in _DAMAGED or (code == "InvalidOperation" and refusal.has_body):
        return _made(
            Corrupted,
            refusal,
            f"{refusal.subject} was damaged on its way to the server.",
            remedy="It is sent again by itself; if this comes back, check memory and network of this computer.",
            retryable=True,
        )
    if status in _PATIENCE or status > 504 or code in _LATER:
        return _busy(refusal)
    if status == 404 or code in ("ContainerBeingDeleted", "InvalidBlockList"):
        return _absent(refusal)
    if code in _BAD_NAME:
        return _misnamed(refusal)
    return _made(
        BadRequest,
        refusal,
        f"The server does not do what was asked about {refusal.subject} ({refusal.code or status}).",
        remedy="Check that the address is one of Blob storage.",
    )


def _busy(refusal: Refusal) -> Busy:
    error = _made(
        Busy,
        refusal,
        "The server asks for patience." if refusal.status in (429, 503) else "The server had a fault of its own.",
        remedy="It is tried again by itself.",
        retryable=True,
    )
    millis = refusal.headers.get("x-ms-retry-after-ms") or refusal.headers.get("retry-after-ms") or ""
    is_said = millis.isascii() and millis.isdigit()
    error.retry_after_s = (
        min(float(millis) / 1000.0, 600.0) if is_said else read_retry_after(refusal.headers.get("retry-after"))
    )
    return error


def _absent(refusal: Refusal) -> BlobError:
    place, code = refusal.place, refusal.code
    if code == "InvalidBlockList":
        return _made(BlobMissing, refusal, f"Blocks of {refusal.subject} are not on the server any more.")
    if code == "ContainerBeingDeleted":
        return _made(
            ContainerMissing,
            refusal,
            f"The container {place.container} is being deleted.",
            remedy="Choose another one, or make it anew in some minutes.",
        )
    if code == "ContainerNotFound" or not refusal.name:
        return _made(
            ContainerMissing,
            refusal,
            f"There is no container {place.container} at {place.endpoint}.",
            remedy="Check the name, or make the container first.",
        )
    return _made(BlobMissing, refusal, f"{refusal.name} is not in the container {place.container}.")


def _misnamed(refusal: Refusal) -> BlobError:
    if refusal.name:
        return _made(
            NameRefused,
            refusal,
            f"The server takes no blob named {refusal.name!a}.",
            remedy="Give the file another name and try again.",
        )
    return _made(
        ContainerMissing,
        refusal,
        f"{refusal.place.container!a} cannot be the name of a container.",
        remedy="Names of containers have 3 to 63 lower-case letters, digits and hyphens.",
    )


def _intercepted(refusal: Refusal) -> Unreachable:
    error = _made(
        Unreachable,
        refusal,
        f"Something else answers in place of the Blob storage at {refusal.place.endpoint}.",
        remedy="Check the address and the proxy; in a hotel or an airport, open a web page to sign in to the network.",
        retryable=True,
    )
    error.is_offline = True
    return error


def _made(kind: type[_E], refusal: Refusal, summary: str, *, remedy: str = "", retryable: bool = False) -> _E:
    return kind(
        summary,
        remedy=remedy,
        retryable=retryable,
        detail=refusal.detail,
        status=refusal.status,
        code=refusal.code,
    )
