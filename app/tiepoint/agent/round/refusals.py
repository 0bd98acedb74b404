"""What Blob storage says no with, as sentences. Pure."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import CloudError, Conflict, ConnectionLost, NotPermitted, NotThere, TiepointError
from tiepoint.domain.plain_text import plain

_RESUME: Final = "Resume the job; what is there stays there."


def refusal_of(status: int, headers: Mapping[str, str], place: BlobPlace, name: str) -> TiepointError:
    """Return why a request was refused.

    Args:
        status: Of HTTP.
        headers: By lower-case name.
        place: A folder of the account.
        name: Name of the blob; empty = the container.
    """
    code = headers.get("x-ms-error-code", "")
    detail = f"{status} {code}".strip()
    what = f"{place.container}/{plain(name)}" if name else f"the container {place.container}"
    if status in (401, 403):
        return NotPermitted(
            f"The scheduler's machine may not use {what} in Blob storage.",
            remedy=f"Give its identity a role on the container {place.container}: Storage Blob Data Reader to read "
            f"captures, Storage Blob Data Contributor to write products. Then resume the job.",
            retryable=True,
            detail=detail,
        )
    if status == 404:
        gone = f"the container {place.container}" if code == "ContainerNotFound" else what
        return NotThere(f"There is no {_bare(gone)} in Blob storage (any more).", remedy=_AGAIN, detail=detail)
    if status == 412:
        return Conflict(f"{what} was changed in Blob storage meanwhile.", remedy=_RESUME, retryable=True, detail=detail)
    if status == 409:
        return Conflict(
            f"Something else goes on with {what} in Blob storage.", remedy=_RESUME, retryable=True, detail=detail
        )
    if status in (429, 500, 502, 503, 504):
        return CloudError(f"Blob storage is too busy ({status}).", remedy=_RESUME, retryable=True, detail=detail)
    return CloudError(f"Blob storage refused {what} ({detail}).", remedy=_RESUME, retryable=True, detail=detail)


def signed_refusal_of(status: int, headers: Mapping[str, str], place: BlobPlace, name: str) -> TiepointError:
    """Return why a request with a signature was refused; see `refusal_of`."""
    if status not in (401, 403):
        return refusal_of(status, headers, place, name)
    return NotPermitted(
        f"The signature for the container {place.container} is not taken by Blob storage (any more).",
        remedy="Put a new one into the scheduler's file of signatures: reading and listing for captures, writing, "
        "creating and listing for products. Then resume the job.",
        retryable=True,
        detail=f"{status} {headers.get('x-ms-error-code', '')}".strip(),
    )


def unreachable(place: BlobPlace, error: Exception) -> TiepointError:
    """Return the sentence for an account that cannot be reached."""
    host = urlsplit(place.endpoint).hostname or place.endpoint
    if isinstance(error, ssl.SSLCertVerificationError):
        return CloudError(
            f"The certificate of {host} is not believed by the scheduler's machine.",
            remedy="Set its clock, and give it the certificates of the network it is in.",
            retryable=True,
            detail=str(error),
        )
    return ConnectionLost(
        f"{host} cannot be reached from the scheduler's machine.",
        remedy=f"Look whether it has a way to the storage account. {_RESUME}",
        retryable=True,
        detail=f"{type(error).__name__}: {error}",
    )


_AGAIN: Final = "Send the photos again, then resume the job."


def _bare(text: str) -> str:
    return text.removeprefix("the ")
