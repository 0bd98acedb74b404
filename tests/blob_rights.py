"""Rights to use a container of the tests' Blob server: signatures of every kind, bearer tokens of any length of life.

The account and its key are the ones that the server's makers publish for everybody; they open nothing else.
"""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime, timedelta

from azure.storage.blob import ContainerSasPermissions, generate_container_sas

ACCOUNT = "devstoreaccount1"
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

FULL = "racwdl"
READ_ONLY = "rl"
WITHOUT_LIST = "racwd"
WRITE_ONLY = "cwl"


def sas(container: str, rights: str = FULL, *, lives_s: float = 3600, begins_s: float = -900) -> str:
    """Return a signature's query for a container, without question mark.

    Args:
        container: Its name.
        rights: Letters as Azure has them: read, add, create, write, delete, list.
        lives_s: From now on; negative = it has ended already.
        begins_s: From now on.
    """
    now = datetime.now(UTC)
    return generate_container_sas(
        ACCOUNT,
        container,
        account_key=ACCOUNT_KEY,
        permission=ContainerSasPermissions.from_string(rights),
        start=now + timedelta(seconds=min(begins_s, lives_s - 1)),
        expiry=now + timedelta(seconds=lives_s),
    )


def bearer(*, lives_s: float = 3600, audience: str = "https://storage.azure.com") -> str:
    """Return an access token that the server takes: it reads what a token says and does not check who signed it."""
    now = time.time()
    claims = {
        "aud": audience,
        "iss": "https://sts.windows.net/ab1f708d-50f6-404c-a006-d71b2ac7a606/",
        "iat": int(now) - 60,
        "nbf": int(now) - 60,
        "exp": int(now + lives_s),
        "oid": "23657296-5cd5-45b0-a809-d972a7f4dfe1",
        "ver": "1.0",
    }
    return f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}.{_part({'signed': 'not at all'})}"


def _part(content: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
