"""Where something lies in Blob storage: endpoint, container and prefix, read from a URL and free of any secret.

Must not talk to a server. Pure; any thread.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

from tiepoint.domain.errors import UsageError

_EXAMPLE: Final = "https://ACCOUNT.blob.core.windows.net/CONTAINER"
_CONTAINER: Final = re.compile(r"\$?[a-z0-9][a-z0-9-]{0,62}")
"""More than Blob takes (it wants three characters), but nothing that could be part of an address or a secret."""
_SIGNATURE: Final = re.compile(r"(^|[?&/;])sig=", re.I)
_UNFIT: Final = re.compile(r"[\x00-\x1f\x7f\\]")


@dataclass(frozen=True, slots=True)
class BlobPlace:
    """A container, or a folder in it.

    Args:
        endpoint: Address of the account without a slash at its end: `https://account.blob.core.windows.net`, or
            `http://127.0.0.1:10000/devstoreaccount1` where the account stands in the path (Azurite).
        container: Name of the container.
        prefix: Start of the names of the blobs meant, unquoted, without slashes around it; empty = all.
    """

    endpoint: str
    container: str
    prefix: str = ""

    @property
    def container_url(self) -> str:
        """Address of the container."""
        return f"{self.endpoint}/{self.container}"

    @property
    def url(self) -> str:
        """Address for people and logs."""
        return f"{self.container_url}/{quote(self.prefix)}" if self.prefix else self.container_url

    def below(self, *parts: str) -> BlobPlace:
        """Return a folder further in."""
        return BlobPlace(self.endpoint, self.container, "/".join(part for part in (self.prefix, *parts) if part))


def read_place(text: str) -> tuple[BlobPlace, str]:
    """Read the address of a container or of something in it.

    Args:
        text: As typed or pasted; may carry a shared access signature as its query.

    Returns:
        The place, and the signature without its question mark, empty when there is none.

    Raises:
        UsageError: It is no such address. The error never holds the signature.
    """
    parts = _split(text.strip())
    segments = [unquote(part) for part in parts.path.split("/") if part]
    endpoint = f"{parts.scheme.lower()}://{parts.netloc.lower()}"
    if _names_account_in_path(parts.hostname or "", parts.port):
        if not segments:
            raise _no_address("it names no account")
        endpoint = f"{endpoint}/{segments.pop(0)}"
    if not segments:
        raise _no_address("it names no container")
    container, prefix = segments[0], "/".join(segments[1:])
    _check(container, prefix)
    return BlobPlace(endpoint, container, prefix), parts.query


def _check(container: str, prefix: str) -> None:
    if _SIGNATURE.search(f"{container}/{prefix}"):
        raise _no_address("its signature does not come after a question mark")
    if not _CONTAINER.fullmatch(container):
        raise _no_address("containers have names of 3 to 63 lower-case letters, digits and hyphens")
    if _UNFIT.search(prefix) or {".", ".."} & set(prefix.split("/")):
        raise _no_address("no blob has such a name")


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise _no_address("it cannot be read") from None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise _no_address("it does not begin with https://")
    if parts.username or parts.password:
        raise _no_address("it carries a user name")
    return parts


def _names_account_in_path(host: str, port: int | None) -> bool:
    """Whether the account is the first part of the path, as Azurite and other emulators have it."""
    if host == "localhost" or "." not in host:
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return port not in (None, 80, 443)
    return True


def _no_address(why: str) -> UsageError:
    return UsageError(f"This is no address of a container: {why}.", remedy=f"Give one like {_EXAMPLE}")
