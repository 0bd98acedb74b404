"""Signatures and tokens that give the right to use a container: what can be read from them without asking anybody.

Must not judge whether they are genuine, and must never repeat one in an error. Pure; any thread.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qs

from tiepoint.domain.errors import UsageError

_AROUND: Final = " \t\r\n\"'\ufeff"
"""What comes along when a signature is copied, or written to a file by an editor."""
_SIG: Final = re.compile(r"(?:^|&)sig=[^&]*")


def read_signature(text: str) -> str:
    """Return the query of a shared access signature, given as it is, with its question mark, or in a URL.

    Raises:
        UsageError: There is no signature in it. The error never repeats the text.
    """
    query = text.strip(_AROUND).partition("#")[0].rpartition("?")[2]
    fields = parse_qs(query)
    if not fields.get("sig") or not (fields.get("se") or fields.get("si")):
        raise UsageError(
            "What was given is no shared access signature: it holds no `sig=` with an end.",
            remedy="Copy the whole SAS token, such as: sv=…&se=…&sr=c&sp=rwl&sig=…",
        )
    # A signature decoded by whatever showed it has real plus signs, which servers read as spaces; it never holds any.
    return _SIG.sub(lambda found: found[0].replace("+", "%2B"), query)


def expiry_of_signature(query: str) -> datetime | None:
    """Return when a signature ends, None when it does not say."""
    return _moment((parse_qs(query).get("se") or [""])[0])


def expiry_of_token(token: str) -> datetime | None:
    """Return when an access token (RFC 7519) ends, None when it does not say or is of another form."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(float(claims["exp"]), UTC)
    except (binascii.Error, ValueError, KeyError, TypeError, OverflowError, OSError):
        return None


def _moment(text: str) -> datetime | None:
    """Read a time as signatures have it: a date, or a time in UTC (ISO 8601)."""
    try:
        read = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)
