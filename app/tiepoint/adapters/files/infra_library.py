"""The infrastructure's files, read once each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any


class PackedInfraLibrary:
    """See `ports.infra_library.InfraLibrary`.

    Args:
        read_text: Returns a file's text by its path below infra/, or raises SetupError.
    """

    def __init__(self, read_text: Callable[[str], str]) -> None:
        self._read_text = read_text
        self._modules: dict[str, Mapping[str, Any]] = {}

    def module(self, name: str) -> Mapping[str, Any]:
        """Return a module; see the port."""
        if name not in self._modules:
            self._modules[name] = json.loads(self._read_text(f"modules/{name}.json"))
        return self._modules[name]

    def script(self, name: str) -> str:
        """Return a script; see the port."""
        return self._read_text(f"scripts/{name}")
