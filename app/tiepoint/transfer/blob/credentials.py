"""The rights to use containers: held in memory only, read anew for every request, marked when they are refused.

Must not log or show a secret, and must not fetch one: it says which container wants one, somebody else asks for it. Any
thread; the callback is called on the thread that met the want, without a lock, and must return at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.transfer.blob.errors import Refused

SAS: Final = "sas"
BEARER: Final = "bearer"

Wanted = Callable[[BlobPlace, str], None]
"""Told the container a credential is needed for, and why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is held for a container, without the secret.

    Args:
        kind: `sas` or `bearer`; empty when nothing is held.
        expires: When it ends; None when unknown.
        refusal: Why the server refused it; None while it did not.
    """

    kind: str = ""
    expires: datetime | None = None
    refusal: Refused | None = None


class Credentials:
    """Credentials by container."""

    def __init__(self, wanted: Wanted | None = None) -> None:
        raise NotImplementedError

    def give(self, place: BlobPlace, kind: str, secret: str, expires: datetime | None = None) -> None:
        """Hold a credential for everything in a container, instead of the one before.

        The very text that was refused less than a minute ago stays refused, so that a giver without a better one does
        not make a circle; given later, it is tried again.

        Raises:
            UsageError: It is no such credential; the error does not hold it.
        """

    def forget(self, place: BlobPlace) -> None:
        """Hold nothing for a container any more. Idempotent."""

    def standing(self, place: BlobPlace) -> Standing:
        """Return what is held for a container."""
        raise NotImplementedError

    def check(self, place: BlobPlace) -> None:
        """Raise what a request would raise now for want of a good credential, without a request; tells the want.

        Raises:
            Refused: Nothing is held, it has ended, or it was refused.
        """

    def wanted(self) -> tuple[BlobPlace, ...]:
        """Containers a credential was asked for in vain, or one is needed for soon."""
        raise NotImplementedError
