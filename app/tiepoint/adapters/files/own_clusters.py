"""A studio's own clusters: a TOML file that a person may edit; what stands there besides stays. Blocks; any thread.

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

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from tiepoint.adapters.files.kept_file import Form, KeptFile
from tiepoint.domain.errors import UsageError
from tiepoint.domain.own_cluster import OwnCluster
from tiepoint.domain.route import Hop, read_host_keys
from tiepoint.ports.kept_files import Keeping

_Clusters: TypeAlias = tuple[OwnCluster, ...]
_NONE: Final[_Clusters] = ()
_USER: Final = "azureuser"
"""Account where none is named."""
_NOTE: Final = "Own clusters, reached by plain SSH. No secret stands here: key files are named."


class TomlOwnClusters:
    """See `ports.own_clusters.OwnClusters`.

    Args:
        path: The file.
        keeping: How it is kept.
    """

    def __init__(self, path: Path, keeping: Keeping) -> None:
        form = Form(
            "The list of own clusters",
            _NONE,
            _parsed,
            _rendered,
            "Mend it there and put it back, or add the clusters again.",
        )
        self._file = KeptFile(path, form, keeping)

    def all(self) -> tuple[OwnCluster, ...]:
        """All, by name; see the port."""
        return self._file.seen()

    def add(self, cluster: OwnCluster) -> None:
        """Add one; see the port."""

        def added(known: _Clusters) -> _Clusters:
            if any(each.name == cluster.name for each in known):
                raise UsageError(f"There is a cluster “{cluster.name}” already.", remedy="Choose another name.")
            return _by_name((*known, cluster))

        self._file.change(added)

    def put(self, cluster: OwnCluster) -> None:
        """Add or replace one; see the port."""
        self._file.change(lambda known: _by_name((*(each for each in known if each.name != cluster.name), cluster)))

    def remove(self, name: str) -> None:
        """Forget one; see the port."""
        self._file.change(lambda known: tuple(each for each in known if each.name != name))


def _by_name(clusters: _Clusters) -> _Clusters:
    return tuple(sorted(clusters, key=lambda each: each.name))


def _parsed(raw: bytes) -> _Clusters:
    tables = tomllib.loads(raw.decode("utf-8").removeprefix("\ufeff")).get("clusters", {})
    return _by_name(tuple(_cluster(str(name), table) for name, table in tables.items()))


def _rendered(clusters: _Clusters, before: bytes | None) -> str:
    """Change the tables of clusters that changed; comments and whatever else a person wrote stay."""
    import tomlkit

    if before is None:
        document, known = tomlkit.document(), _NONE
        document.add(tomlkit.comment(_NOTE))
    else:
        document, known = tomlkit.parse(before.decode("utf-8").removeprefix("\ufeff")), _parsed(before)
    tables: Any = document.setdefault("clusters", tomlkit.table(is_super_table=True))
    for gone in {each.name for each in known} - {each.name for each in clusters}:
        del tables[gone]
    for each in clusters:
        if each not in known:
            tables[each.name] = tomlkit.item(_table(each))
    return tomlkit.dumps(document)


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
