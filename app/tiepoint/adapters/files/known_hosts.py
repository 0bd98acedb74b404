"""The pinned keys of machines: one small JSON file. Blocks; any thread."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from tiepoint.adapters.files.kept_file import KeptFile, json_form
from tiepoint.domain.route import HostKey, read_host_keys
from tiepoint.ports.kept_files import Keeping

_Sites: TypeAlias = Mapping[str, Mapping[str, tuple[str, ...]]]
_NONE: Final[_Sites] = {}


def _sites(data: Any) -> _Sites:
    return {
        str(site): {str(machine): tuple(str(line) for line in lines) for machine, lines in machines.items()}
        for site, machines in data["sites"].items()
    }


_FORM: Final = json_form(
    "The list of machines' keys",
    _NONE,
    version=1,
    parse=_sites,
    render=lambda sites: {"sites": sites},
    when_aside="Nothing to do: the keys are read again from Azure.",
)


class FileKnownHosts:
    """See `ports.known_hosts.KnownHosts`. Each key is the line that a `.pub` file has.

    Args:
        path: The file.
        keeping: How it is kept.
    """

    def __init__(self, path: Path, keeping: Keeping) -> None:
        self._file = KeptFile(path, _FORM, keeping)

    def keys(self, site: str) -> Mapping[str, tuple[HostKey, ...]]:
        """Keys of a site's machines; see the port."""
        machines = self._file.read().get(site, {})
        return {machine: read_host_keys("\n".join(lines)) for machine, lines in machines.items()}

    def pin(self, site: str, machine: str, keys: tuple[HostKey, ...]) -> None:
        """Replace a machine's keys; see the port."""
        lines = tuple(key.line for key in keys)
        self._file.change(lambda sites: {**sites, site: {**sites.get(site, {}), machine: lines}})

    def forget(self, site: str) -> None:
        """Forget a site; see the port."""
        if site in self._file.read():
            self._file.change(lambda sites: {name: machines for name, machines in sites.items() if name != site})
