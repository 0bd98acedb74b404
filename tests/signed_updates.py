"""Signed lists of updates for tests, made by the scripts that whoever releases uses."""

from __future__ import annotations

import importlib.util
import sys
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from fakes.updates import a_release
from tiepoint.domain.release import Manifest

TOOLS = Path(__file__).resolve().parents[1] / "packaging" / "updates"
KEY_ENDS = b"-----END PRIVATE KEY-----"


@lru_cache
def tool(name: str) -> ModuleType:
    """Return a script of packaging/updates as a module."""
    whole = "signing" if name == "signing" else f"updates_{name}"
    if name != "signing":
        tool("signing")
    spec = importlib.util.spec_from_file_location(whole, TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[whole] = module  # the scripts import the one beside them by its bare name
    before = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


class Signer:
    """Whoever releases."""

    def __init__(self) -> None:
        self.signing = tool("signing")
        self.key: Any = self.signing.new_key()

    @property
    def public(self) -> str:
        return str(self.signing.public_text(self.key))

    def envelope(self, manifest: Manifest, *others: Signer) -> bytes:
        return bytes(self.signing.envelope(manifest, [self.key, *(each.key for each in others)]))

    def enveloped(self, payload: bytes) -> bytes:
        return bytes(self.signing.enveloped(payload, [self.key]))


def manifest_now(sequence: int = 7, *, days: int = 30, age: timedelta = timedelta(hours=1), **release: Any) -> Manifest:
    """Return a manifest that was signed an hour ago."""
    issued = datetime.now(UTC).replace(microsecond=0) - age
    return Manifest(sequence, issued, issued + timedelta(days=days), (a_release(**release),))
