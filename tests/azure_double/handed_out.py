"""What the doubles of this run gave away that nobody may write down: looked for when all tests have run."""

from __future__ import annotations

import secrets

MARK = "handed-out-by-the-double"
"""In every code and refresh token."""
KEPT_IN_VAULTS: set[str] = set()
"""Values of secrets that were put into vaults."""


def planted(kind: str) -> str:
    """Return a new secret that can be found again."""
    return f"{kind}.{MARK}.{secrets.token_urlsafe(24)}"
