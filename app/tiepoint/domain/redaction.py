"""What leaves this computer for support, with people, places and secrets taken out: the same name, the same stand-in.

Must not read anything itself. Pure; one thread at a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

_HOME: Final = re.compile(r"(?i)(?:/home/|/users/|\b[a-z]:(?:\\+|/)users(?:\\+|/))[^/\\\s\"'<>:|?*]+")
_MAIL: Final = re.compile(r"\b[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_GUID: Final = re.compile(r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b")
_ADDRESS: Final = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
_HOST: Final = re.compile(
    r"\b[\w-]+(?:\.[\w-]+)*\.(?:cloudapp\.azure\.com|blob\.core\.windows\.net|bastion\.azure\.com)\b"
)
_USER_FIELD: Final = re.compile(r"(\"user(?:name|_name|_principal_name)?\"\s*:\s*\")([^\"\\]+)(\")")
_LOCAL: Final = ("127.0.0.1", "0.0.0.0", "168.63.129.16", "169.254.169.254")
_COMMON: Final = frozenset(
    {"root", "user", "admin", "hpcuser", "hpcadmin", "tiepoint", "system", "ubuntu", "azureuser"}
)
_SHORTEST_NAME: Final = 3


class Redactor:
    """Takes names of people, homes, addresses, ids and secrets out of texts.

    Args:
        names: Names of people and accounts that are known; words of everyday use are left alone.
        masked: Masks signatures, keys and tokens, as logs do.
        homes: Home folders that are not where homes usually are.
    """

    def __init__(self, names: Iterable[str], masked: Callable[[str], str], homes: Iterable[str] = ()) -> None:
        self._masked = masked
        self._homes = [re.compile(re.escape(home)) for home in homes if len(home) > 1]
        self._stand_ins: dict[str, dict[str, str]] = {}
        self._names: set[str] = set()
        self._words: re.Pattern[str] | None = None
        self.learn(names)

    def learn(self, names: Iterable[str]) -> None:
        """Take more names of people."""
        new = {name for name in names if len(name) >= _SHORTEST_NAME and name.casefold() not in _COMMON} - self._names
        if new:
            self._names |= new
            longest_first = sorted(self._names, key=lambda name: (-len(name), name))
            self._words = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)

    def text(self, text: str) -> str:
        """Return a text fit to be sent."""
        text = self._masked(text)
        for home in self._homes:
            text = home.sub("~", text)
        text = _HOME.sub("~", text)
        text = _MAIL.sub(lambda found: self._instead("mail", found[0].casefold()), text)
        text = _USER_FIELD.sub(lambda found: found[1] + self._user(found[2]) + found[3], text)
        if self._words is not None:
            text = self._words.sub(lambda found: self._instead("person", found[0].casefold()), text)
        text = _GUID.sub(lambda found: self._instead("id", found[0].casefold()), text)
        text = _HOST.sub(lambda found: self._instead("host", found[0].casefold()), text)
        return _ADDRESS.sub(lambda found: found[0] if found[0] in _LOCAL else self._instead("address", found[0]), text)

    def _user(self, name: str) -> str:
        if name.casefold() in _COMMON or name.startswith("person-"):
            return name
        self.learn([name])
        return self._instead("person", name.casefold())

    def _instead(self, kind: str, what: str) -> str:
        known = self._stand_ins.setdefault(kind, {})
        return known.setdefault(what, f"{kind}-{len(known) + 1}")
