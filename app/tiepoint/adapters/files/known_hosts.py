"""The pinned keys of machines: one small JSON file, replaced atomically. Blocks; any thread."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from tiepoint.adapters.files.errors import writing_failed
from tiepoint.adapters.files.json_file import read_object, replace_json, set_aside
from tiepoint.domain.errors import SetupError
from tiepoint.domain.route import HostKey, read_host_keys

_SCHEMA_VERSION: Final = 1
_log = logging.getLogger(__name__)


class FileKnownHosts:
    """See `ports.known_hosts.KnownHosts`. Each key is the line that a `.pub` file has.

    Args:
        path: The file.
        now: The clock; names what is set aside.
    """

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._path, self._now = path, now
        self._lock = threading.Lock()

    def keys(self, site: str) -> Mapping[str, tuple[HostKey, ...]]:
        """Keys of a site's machines; see the port."""
        return {machine: read_host_keys("\n".join(lines)) for machine, lines in self._sites().get(site, {}).items()}

    def pin(self, site: str, machine: str, keys: tuple[HostKey, ...]) -> None:
        """Replace a machine's keys; see the port."""
        with self._lock:
            sites = self._sites()
            sites.setdefault(site, {})[machine] = [key.line for key in keys]
            self._write(sites)

    def forget(self, site: str) -> None:
        """Forget a site; see the port."""
        with self._lock:
            sites = self._sites()
            if sites.pop(site, None) is not None:
                self._write(sites)

    def _sites(self) -> dict[str, dict[str, list[str]]]:
        try:
            found: Any = read_object(self._path)["sites"]
            return {
                str(site): {str(machine): [str(line) for line in lines] for machine, lines in machines.items()}
                for site, machines in found.items()
            }
        except OSError:
            return {}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            with contextlib.suppress(OSError):
                _log.info("the pinned keys were broken and are kept as %s", set_aside(self._path, self._now()))
            return {}

    def _write(self, sites: Mapping[str, Any]) -> None:
        try:
            replace_json(self._path, {"schema_version": _SCHEMA_VERSION, "sites": sites})
        except OSError as error:
            raise writing_failed(self._path.parent, error, kind=SetupError) from error
