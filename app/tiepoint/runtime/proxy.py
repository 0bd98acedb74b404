"""The proxy of this process and of its children: the variables that every library here asks.

Must be told before the first connection and the first child. Standard library only; on the main thread.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, MutableMapping
from typing import Final

_SCHEMES: Final = ("http_proxy", "https_proxy")
_ALL: Final = "all_proxy"
_EXCEPT: Final = "no_proxy"
_OWN: Final = ("localhost", "127.0.0.1", "::1")
"""This computer, where the daemons and the sign-in's page are."""
BEFORE: Final = "TIEPOINT_PROXY_BEFORE"
"""Keeps what the variables were, as a child inherits the others and may have to go the system's own way later."""


class ProxyVariables:
    """Sets the variables, and gives back what was there before, in a child of a process that set them, too.

    Args:
        environ: The environment; a test gives its own.
    """

    def __init__(self, environ: MutableMapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ
        inherited = self._environ.get(BEFORE)
        known: Mapping[str, str] = self._environ if inherited is None else json.loads(inherited)
        self._before = {name: known.get(name) for name in _spellings(*_SCHEMES, _ALL, _EXCEPT)}

    def use(self, chosen: str | None) -> bool:
        """Let everything go through a proxy from now on; connections that are open stay as they are.

        Args:
            chosen: Its address; empty = none, straight to every server; None = as the system says.

        Returns:
            Whether that is another way than before.
        """
        if chosen is None:
            return self.restore()
        self._environ.setdefault(
            BEFORE, json.dumps({name: was for name, was in self._before.items() if was is not None})
        )
        excepted = ",".join(self._excepted()) if chosen else "*"
        wanted = {_ALL: None, _EXCEPT: excepted, **dict.fromkeys(_SCHEMES, chosen or None)}
        return self._put({spelt: value for name, value in wanted.items() for spelt in _spellings(name)})

    def restore(self) -> bool:
        """Put back what was there before, and say whether that is another way."""
        self._environ.pop(BEFORE, None)
        return self._put(self._before)

    def _excepted(self) -> tuple[str, ...]:
        """Return the servers that are reached straight: those the system excepts, and this computer."""
        named = self._before[_EXCEPT] or self._before[_EXCEPT.upper()] or ""
        kept = [each.strip() for each in named.split(",") if each.strip() not in {"", "*"}]
        return tuple(dict.fromkeys((*kept, *_OWN)))

    def _put(self, wanted: Mapping[str, str | None]) -> bool:
        """Change what differs and nothing else: threads that connect meanwhile must not find the way missing."""
        differing = {name: value for name, value in wanted.items() if self._environ.get(name) != value}
        for name, value in differing.items():
            if value is None:
                self._environ.pop(name, None)
            else:
                self._environ[name] = value
        return bool(differing)


def _spellings(*names: str) -> tuple[str, ...]:
    """Return names in both spellings: libraries differ in which one they ask first."""
    return tuple(spelt for name in names for spelt in (name, name.upper()))
