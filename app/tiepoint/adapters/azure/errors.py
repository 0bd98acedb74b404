"""Azure's errors, translated once: what happened in words, what to do, and whether trying again can help.

Sources: Resource Manager's error codes, see the list in infra/README.md. Any thread.
"""

from __future__ import annotations

from tiepoint.domain.errors import CloudError, TiepointError


def translated(error: Exception) -> TiepointError:
    """Return our error for one of azure-core's, azure-identity's or the transport's; never holds a token."""
    if isinstance(error, TiepointError):
        return error
    return CloudError("Azure refused.", detail=f"{type(error).__name__}: {error}")
