"""What people and policies write for an organisation and an application: whether it can be one. Pure; any thread."""

from __future__ import annotations

import re
from typing import Final

_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DOMAIN: Final = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def is_tenant(text: str) -> bool:
    """Whether it is the domain or the id of an organisation."""
    return bool(_DOMAIN.fullmatch(text) or _GUID.fullmatch(text))


def is_client_id(text: str) -> bool:
    """Whether it is the id of an application."""
    return bool(_GUID.fullmatch(text))
