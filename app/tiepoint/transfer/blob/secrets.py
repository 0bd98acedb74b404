"""What a credential says about itself: rights, services and times of a signature.

Must not keep or show what it reads. Pure; any thread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import unquote_plus

from tiepoint.domain.errors import UsageError

_NOT_OURS: Final = ("restype", "comp", "prefix", "delimiter", "include", "marker", "maxresults", "timeout", "snapshot")
"""What a copied address may ask for besides carrying a signature."""
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/=-]+")
_QUERY: Final = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class SasFacts:
    """What a shared access signature grants.

    Args:
        rights: Letters of its `sp`.
        resource: `sr` of a service signature (`c` = container); empty for an account's.
        services: `ss` of an account's signature; empty otherwise.
        types: `srt` of an account's signature; empty otherwise.
        begins: `st`; None when it has none.
        ends: `se`; None when it has none (a stored access policy says it).
    """

    rights: str = ""
    resource: str = ""
    services: str = ""
    types: str = ""
    begins: datetime | None = None
    ends: datetime | None = None


def clean_sas(text: str) -> str:
    """Return the query of a signature as it is sent, from whatever was pasted.

    Args:
        text: A query with its question mark or without, or a whole address.

    Raises:
        UsageError: It carries no signature.
    """
    query = text.strip().rpartition("?")[2]
    parts = [part for part in query.split("&") if part and part.partition("=")[0].lower() not in _NOT_OURS]
    has_signature = any(part.startswith("sig=") and len(part) > 4 for part in parts)
    if not has_signature or not _QUERY.fullmatch("".join(parts)):
        raise UsageError(
            "This is no shared access signature.",
            remedy="Copy it whole; it looks like sv=...&sp=...&se=...&sig=..., in one line.",
        )
    return "&".join(parts).replace("#", "%23")


def clean_token(text: str) -> str:
    """Return a token as it is sent.

    Raises:
        UsageError: It is none.
    """
    token = text.strip().removeprefix("Bearer ").strip()
    if not _TOKEN.fullmatch(token):
        raise UsageError("This is no access token.", remedy="Give the token itself, in one line, without quotes.")
    return token


def read_sas(query: str) -> SasFacts:
    """Read what a signature says of itself; unreadable times count as not said."""
    fields = {key: unquote_plus(value) for key, _, value in (part.partition("=") for part in query.split("&"))}
    return SasFacts(
        rights=fields.get("sp", ""),
        resource=fields.get("sr", ""),
        services=fields.get("ss", ""),
        types=fields.get("srt", ""),
        begins=_moment(fields.get("st", "")),
        ends=_moment(fields.get("se", "")),
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
