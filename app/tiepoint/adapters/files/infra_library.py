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
        return self._template(f"modules/{name}.json")

    def roles(self) -> Mapping[str, Any]:
        """Return the custom roles; see the port."""
        return self._template("roles.json")

    def script(self, name: str) -> str:
        """Return a script; see the port."""
        return self._read_text(f"scripts/{name}")

    def _template(self, path: str) -> Mapping[str, Any]:
        if path not in self._modules:
            self._modules[path] = json.loads(self._read_text(path))
        return self._modules[path]
