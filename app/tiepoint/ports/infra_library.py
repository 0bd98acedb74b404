"""The infrastructure's files: ARM modules and set-up scripts, as they lie in infra/."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class InfraLibrary(Protocol):
    """Reads infra/; blocking, small, cached."""

    def module(self, name: str) -> Mapping[str, Any]:
        """Return an ARM module, such as `network`, as JSON; not to be changed.

        Raises:
            SetupError: The installation lacks it.
        """

    def roles(self) -> Mapping[str, Any]:
        """Return the template of the custom roles as JSON; not to be changed.

        Raises:
            SetupError: The installation lacks it.
        """

    def script(self, name: str) -> str:
        """Return a set-up script, such as `linux/guard.py`, as text.

        Raises:
            SetupError: The installation lacks it.
        """
