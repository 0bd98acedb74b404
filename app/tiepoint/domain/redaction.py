"""What leaves this computer for support, with people, places and secrets taken out: the same name, the same stand-in.

Must not read anything itself. Pure; one thread at a time.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from typing import Final

_SEP: Final = r"(?:\\{1,4}|/)"
_PART: Final = r"[^/\\\s\"'<>:|?*]+"
_LONG_PART: Final = r"[^/\\\r\n\"'<>:|?*]{1,60}(?=[/\\])"
_HOME: Final = re.compile(
    rf"(?i)\b[a-z]:{_SEP}users{_SEP}(?:{_LONG_PART}|{_PART})|(?:\\{{1,4}}[\w.-]{{1,63}})?{_SEP}(?:home|users){_SEP}{_PART}"
)
"""On Windows the name of a home may have blanks."""
_MAIL: Final = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}")
_GUID: Final = re.compile(r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b")
_ADDRESS: Final = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
_ADDRESS_6: Final = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]*[0-9A-Fa-f](?!\w)")
_HARDWARE: Final = re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}(?![\w:])")
_HOST: Final = re.compile(
    r"(?i)(?<![\w.-])[\w-]{1,63}(?:\.[\w-]{1,63}){0,6}"
    r"\.(?:azure\.(?:com|net|cn|us)|windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)\b"
)
_OF_EVERYBODY: Final = frozenset(
    {"management.azure.com", "storage.azure.com", "vault.azure.net", "prices.azure.com", "core.windows.net"}
)
"""Hosts of Azure itself, and what endings of hosts are called."""
_USER_FIELD: Final = re.compile(
    r"(\\{0,4}\"user(?:name|_name|_principal_name)?\\{0,4}\"\s*:\s*\\{0,4}\")([^\"\\]+)(\\{0,4}\")"
)
_LOCAL: Final = ("127.0.0.1", "0.0.0.0", "168.63.129.16", "169.254.169.254", "::1", "::")
_COMMON: Final = frozenset(
    {"root", "user", "admin", "hpcuser", "hpcadmin", "tiepoint", "system", "ubuntu", "azureuser"}
)
_COMMON_HOSTS: Final = frozenset({"localhost", "scheduler", "jumpbox", "jump", "gate", "node", "computer", "agent"})
_SHORTEST_NAME: Final = 3


class Redactor:
    """Takes names of people, homes, addresses, ids and secrets out of texts.

    Args:
        names: Names of people and accounts that are known; words of everyday use are left alone.
        masked: Masks signatures, keys and tokens, as logs do.
        homes: Home folders, wherever they are.
    """

    def __init__(self, names: Iterable[str], masked: Callable[[str], str], homes: Iterable[str] = ()) -> None:
        self._masked = masked
        self._homes = [_spelt(home) for home in homes if len(home) > 1]
        self._stand_ins: dict[str, dict[str, str]] = {}
        self._names: set[str] = set()
        self._words: re.Pattern[str] | None = None
        self._hosts: re.Pattern[str] | None = None
        self.learn(names)

    def learn(self, names: Iterable[str]) -> None:
        """Take more names of people."""
        new = {name for name in names if len(name) >= _SHORTEST_NAME and name.casefold() not in _COMMON} - self._names
        if new:
            self._names |= new
            self._words = _any_of(self._names)

    def learn_hosts(self, hosts: Iterable[str]) -> None:
        """Take the names of machines that say whose they are; addresses are known by their form."""
        named = {host for host in hosts if len(host) >= _SHORTEST_NAME and host.casefold() not in _COMMON_HOSTS}
        if named:
            self._hosts = _any_of(named)

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
        text = _HOST.sub(self._host, text)
        if self._hosts is not None:
            text = self._hosts.sub(self._host, text)
        text = _HARDWARE.sub(lambda found: self._instead("hardware", found[0].casefold()), text)
        return _ADDRESS_6.sub(self._address, _ADDRESS.sub(self._address, text))

    def _host(self, found: re.Match[str]) -> str:
        name = found[0].casefold()
        return found[0] if name in _OF_EVERYBODY else self._instead("host", name)

    def _address(self, found: re.Match[str]) -> str:
        told = found[0]
        return told if told in _LOCAL or not _is_address(told) else self._instead("address", told.casefold())

    def _user(self, name: str) -> str:
        if name.casefold() in _COMMON or name.startswith("person-"):
            return name
        self.learn([name])
        return self._instead("person", name.casefold())

    def _instead(self, kind: str, what: str) -> str:
        known = self._stand_ins.setdefault(kind, {})
        return known.setdefault(what, f"{kind}-{len(known) + 1}")


def _spelt(home: str) -> re.Pattern[str]:
    """Match a folder however its separators are written, doubled in JSON for instance."""
    return re.compile(_SEP.join(map(re.escape, re.split(r"[/\\]+", home))), re.IGNORECASE)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)


def _is_address(text: str) -> bool:
    """Whether it is one, and no time of the day."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
