"""Whether the system has a store for secrets, and whether it is open; nobody is asked. Blocks; any thread."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tiepoint.domain.errors import SignInNeeded
from tiepoint.ports.surroundings import SecretStore

_NAME = "tiepoint-doctor"


def secret_store() -> SecretStore:
    """Look at it."""
    if sys.platform in ("win32", "darwin"):
        return SecretStore.OPEN  # part of the system; the Keychain asks by itself when it is locked
    from tiepoint.adapters.azure.secret_service import SecretServicePersistence

    signal = Path(tempfile.gettempdir()) / _NAME  # never written: nothing is saved
    try:
        is_open = SecretServicePersistence(_NAME, signal, may_ask=False).ready()
    except SignInNeeded:
        return SecretStore.LOCKED
    return SecretStore.OPEN if is_open else SecretStore.MISSING
