"""A studio's own clusters: a TOML file that a person may edit, replaced atomically. Blocks; any thread.

[clusters.studio]
user = "render"
host = "10.20.0.5"
keys = ["ssh-ed25519 AAAA…"]
[[clusters.studio.jumps]]
host = "gate.studio.example"
user = "mila"
keys = ["ssh-ed25519 AAAA…"]
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from tiepoint.adapters.files.errors import writing_failed
from tiepoint.adapters.files.json_file import set_aside
from tiepoint.domain.errors import SetupError
from tiepoint.domain.own_cluster import OwnCluster
from tiepoint.domain.route import Hop, read_host_keys

_MOST_BYTES: Final = 1_000_000
_USER: Final = "azureuser"
"""Account where none is named."""
_log = logging.getLogger(__name__)


class TomlOwnClusters:
    """See `ports.own_clusters.OwnClusters`.

    Args:
        path: The file.
        now: The clock; names what is set aside.
    """

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._path, self._now = path, now
        self._lock = threading.Lock()

    def all(self) -> tuple[OwnCluster, ...]:
        """All, by name; see the port."""
        try:
            return self._read()
        except OSError:
            return ()

    def _read(self) -> tuple[OwnCluster, ...]:
        """Read all; none where there is no file, or it was broken and is set aside.

        Raises:
            OSError: There is one, and it cannot be read: nothing may be written in its place.
        """
        try:
            with self._path.open("rb") as file:
                text = file.read(_MOST_BYTES).decode("utf-8")
            tables = tomllib.loads(text.removeprefix("\ufeff")).get("clusters", {})
            found = [_cluster(str(name), table) for name, table in tables.items()]
        except FileNotFoundError:
            return ()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            with contextlib.suppress(OSError):
                aside = set_aside(self._path, self._now())
                _log.warning("The list of own clusters was broken and is kept as %s: %s", aside, error)
            return ()
        return tuple(sorted(found, key=lambda each: each.name))

    def put(self, cluster: OwnCluster) -> None:
        """Add or replace one; see the port."""
        with self._lock:
            self._write([each for each in self._known() if each.name != cluster.name] + [cluster])

    def remove(self, name: str) -> None:
        """Forget one; see the port."""
        with self._lock:
            known = self._known()
            left = [each for each in known if each.name != name]
            if len(left) != len(known):
                self._write(left)

    def _known(self) -> tuple[OwnCluster, ...]:
        """Return what the file holds, before it is written anew.

        Raises:
            SetupError: It cannot be read.
        """
        try:
            return self._read()
        except OSError as error:
            raise writing_failed(self._path.parent, error, kind=SetupError) from error

    def _write(self, clusters: Sequence[OwnCluster]) -> None:
        import tomlkit

        document = tomlkit.document()
        document.add(tomlkit.comment("Own clusters, reached by plain SSH. No secret stands here: key files are named."))
        document.add("clusters", tomlkit.item({each.name: _table(each) for each in clusters}))
        part = self._path.with_name(f".{self._path.name}.{os.getpid()}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(tomlkit.dumps(document), encoding="utf-8")
            part.replace(self._path)
        except OSError as error:
            raise writing_failed(self._path.parent, error, kind=SetupError) from error
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def _cluster(name: str, table: Mapping[str, Any]) -> OwnCluster:
    return OwnCluster(
        name=name,
        scheduler=_hop("scheduler", table),
        jumps=tuple(_hop("jump box", each) for each in table.get("jumps", [])),
        captures=str(table.get("captures", "")),
        products=str(table.get("products", "")),
        key_files=tuple(Path(str(each)) for each in table.get("key_files", [])),
        command=str(table.get("command", "")),
        is_windows=table.get("windows") is True,
    )


def _hop(title: str, table: Mapping[str, Any]) -> Hop:
    keys = read_host_keys("\n".join(str(line) for line in table.get("keys", [])))
    port = table.get("port", 22)
    if not isinstance(port, int) or not 0 < port < 65536:
        raise ValueError(f"{port!r} is no port")
    return Hop(title, str(table["host"]), port, str(table.get("user", _USER)), keys)


def _table(cluster: OwnCluster) -> dict[str, Any]:
    told: dict[str, Any] = {
        **_hop_table(cluster.scheduler),
        "captures": cluster.captures,
        "products": cluster.products,
        "key_files": [str(path) for path in cluster.key_files],
        "command": cluster.command,
        "windows": cluster.is_windows,
        "jumps": [_hop_table(hop) for hop in cluster.jumps],
    }
    return {name: value for name, value in told.items() if value not in ("", [], False)}


def _hop_table(hop: Hop) -> dict[str, Any]:
    return {"host": hop.host, "port": hop.port, "user": hop.user, "keys": [key.line for key in hop.keys]}
