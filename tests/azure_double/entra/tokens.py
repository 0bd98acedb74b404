"""Tokens: unsigned, readable, and as Azurite and the SDK want them."""

from __future__ import annotations

import base64
import json
import time
import uuid
from typing import Any

from azure_double.people import Person


def part(content: dict[str, Any]) -> str:
    """Base64 of JSON, as in tokens."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def packed(claims: dict[str, Any]) -> str:
    """A token that says this, signed by nobody."""
    return f"{part({'alg': 'RS256', 'typ': 'JWT'})}.{part(claims)}.{part({'signed': 'not at all'})}"


def unpacked(token: str) -> dict[str, Any]:
    """What a token says; {} when it is none."""
    try:
        body = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def access_token(
    person: Person, tenant: str, audience: str, *, lives_s: float, session: str = "", acrs: tuple[str, ...] = ()
) -> str:
    """A token of a person for a service."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "aud": audience,
        "iss": f"https://sts.windows.net/{tenant}/",
        "iat": now,
        "nbf": now - 60,
        "exp": int(now + lives_s),
        "oid": person.oid,
        "tid": tenant,
        "upn": person.username,
        "name": person.name,
        "scp": "user_impersonation",
        "xms_cc": ["CP1"],
        "sid": session,
        "uti": uuid.uuid4().hex,
        "ver": "1.0",
    }
    if acrs:
        claims["acrs"] = list(acrs)
    return packed(claims)


def machine_token(oid: str, tenant: str, audience: str, *, resource_id: str, lives_s: float = 86400) -> str:
    """A token of a machine's identity for a service."""
    now = int(time.time())
    return packed(
        {
            "aud": audience,
            "iss": f"https://sts.windows.net/{tenant}/",
            "iat": now,
            "nbf": now - 60,
            "exp": int(now + lives_s),
            "oid": oid,
            "tid": tenant,
            "idtyp": "app",
            "xms_mirid": resource_id,
            "ver": "1.0",
        }
    )


def id_token(person: Person, tenant: str, *, client: str, issuer: str, nonce: str, skew_s: float = 0.0) -> str:
    """Who signed in; `skew_s` is how far the server's clock is ahead of this computer's."""
    now = int(time.time() + skew_s)
    claims = {
        "aud": client,
        "iss": issuer,
        "iat": now,
        "nbf": now - 60,
        "exp": now + 3600,
        "oid": person.oid,
        "sub": f"sub-{person.oid}",
        "tid": tenant,
        "preferred_username": person.username,
        "name": person.name,
        "ver": "2.0",
    }
    if nonce:
        claims["nonce"] = nonce
    return packed(claims)
