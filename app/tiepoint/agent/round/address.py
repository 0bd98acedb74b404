"""Addresses in Blob storage that a job names: which of them may see the machine's token. Pure."""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import quote, urlsplit

from tiepoint.domain.blob_place import BlobPlace, read_place
from tiepoint.domain.errors import UsageError

# Blob's names in all clouds of Azure, and those of accounts in DNS zones.
_STORAGE: Final = (
    ".blob.core.windows.net",
    ".blob.core.chinacloudapi.cn",
    ".blob.core.usgovcloudapi.net",
    ".blob.storage.azure.net",
)


def blob_folder(text: str) -> BlobPlace:
    """Read the address of a folder in Blob.

    Raises:
        UsageError: It is none, carries a secret, or belongs to a server that must not see the machine's token.
    """
    place, query = read_place(text)
    if query:
        raise UsageError(
            "The address in Blob carries a signature.", remedy="Give it without: the machine's own right is used."
        )
    if not place.prefix:
        raise UsageError(f"{place.url} names a container, not a folder in it.")
    parts = urlsplit(place.endpoint)
    if parts.scheme != "https" or not _may_have_token(parts.hostname or ""):
        raise UsageError(
            f"{place.endpoint} is no Blob storage of Azure over https; the machine's right is not given to it.",
            remedy="Name a container of an Azure storage account.",
        )
    return place


def target_of(place: BlobPlace, name: str = "") -> str:
    """Return the path of a container, or of a blob in it, as a request names it."""
    path = urlsplit(place.endpoint).path.rstrip("/")
    return f"{path}/{place.container}" + (f"/{quote(name, safe='/')}" if name else "")


def _may_have_token(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(_STORAGE)
