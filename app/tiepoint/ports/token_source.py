"""Where the right to use a container comes from: an Entra token, renewed as needed, or a pasted signature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tiepoint.domain.blob_place import BlobPlace


@dataclass(frozen=True, slots=True, repr=False)
class Credential:
    """The right to use a container for a while. Its text never shows the secret.

    Args:
        kind: `sas` or `bearer`.
        secret: The query of a shared access signature, or an access token for https://storage.azure.com.
        expires: When it ends; None when it does not say.
        is_by_sign_in: Whether it comes from the sign-in to Azure, so that the worker may renew it by itself.
        ca_file: Certificates to believe for the server instead of the system's; empty = the system's.
    """

    kind: str
    secret: str
    expires: datetime | None = None
    is_by_sign_in: bool = False
    ca_file: str = ""

    def __repr__(self) -> str:
        return f"Credential({self.kind!r}, expires={self.expires})"


class TokenSource(Protocol):
    """Gives credentials. May be asked at any time and by several tasks at once."""

    async def credential(self, place: BlobPlace) -> Credential:
        """Return a credential for a container that is good for at least five minutes.

        Idempotent; cancel safe. Asked again before the last one ends, and when the server refused it.

        Raises:
            SignInNeeded: There is none, or the last one has ended and cannot be renewed without the person.
        """
