"""A policy in Windows' registry, where group policies are kept. Blocks for a moment; any thread."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from tiepoint.domain.policy import PolicyProblem
from tiepoint.domain.policy_reading import Layer

KEY: Final = r"Software\Policies\Tiepoint"
MACHINE, USER = "HKLM", "HKCU"
ReadKey: TypeAlias = Callable[[str, str], "Mapping[str, object] | None"]
"""Given a hive and a key: its values by name, numbers as int, texts as str, several texts as list; None = no such key.

Raises OSError where it cannot be read.
"""


class RegistryPlace:
    """One key.

    Args:
        hive: `MACHINE` or `USER`.
        read_key: Reads; the real registry unless a test gives its own.
    """

    def __init__(self, hive: str, read_key: ReadKey | None = None) -> None:
        self._hive, self._read_key = hive, read_key or windows_key
        self.name = f"{hive}\\{KEY}"

    def layer(self) -> Layer | None:
        """Return what stands in it; None = there is no such key."""
        try:
            values = self._read_key(self._hive, KEY)
        except OSError as error:
            remedy = "Let users read the key, as group policies do by themselves."
            problem = PolicyProblem(self.name, "", f"It cannot be read: {error.strerror or error}.", remedy)
            return Layer(self.name, problem=problem)
        # A key's value without a name is nobody's policy.
        return None if values is None else Layer(self.name, {name: value for name, value in values.items() if name})


def windows_key(hive: str, key: str) -> Mapping[str, object] | None:
    """Read a key of the registry, the same one for programs of 32 and of 64 bits.

    Raises:
        OSError: It cannot be read.
    """
    # By its name: the module is there on Windows only, and its checks would be unreachable elsewhere.
    registry: Any = importlib.import_module("winreg")
    root = {MACHINE: registry.HKEY_LOCAL_MACHINE, USER: registry.HKEY_CURRENT_USER}[hive]
    try:
        opened = registry.OpenKey(root, key, 0, registry.KEY_READ | registry.KEY_WOW64_64KEY)
    except FileNotFoundError:
        return None
    with opened:
        count = registry.QueryInfoKey(opened)[1]
        found = [registry.EnumValue(opened, place) for place in range(count)]
    return {name: value for name, value, _ in found}
