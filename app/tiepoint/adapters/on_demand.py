"""An adapter that is made when it is used first, so that a program which never uses it need not read its code.

Must not know what it stands for. Any thread, but the first use on one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class OnDemand(Generic[T]):
    """Stands for an adapter: whatever is asked of it is asked of the adapter.

    Args:
        make: Makes the adapter.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self.made: T | None = None
        """The adapter, None before its first use."""

    def __getattr__(self, name: str) -> Any:
        if self.made is None:
            self.made = self._make()
        return getattr(self.made, name)
