"""The journal of operations on clusters: one small JSON file. Blocks; any thread."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, TypeAlias

from tiepoint.adapters.files.kept_file import KeptFile, json_form
from tiepoint.domain.cluster import ClusterId
from tiepoint.ports.cluster_journal import OperationRecord
from tiepoint.ports.kept_files import Keeping
from tiepoint.protocol.codec import from_json, to_json

_Records: TypeAlias = tuple[OperationRecord, ...]
_NONE: Final[_Records] = ()


def _records(data: Any) -> _Records:
    return tuple(from_json(OperationRecord, each) for each in data["operations"])


_FORM: Final = json_form(
    "The journal of what is done to clusters",
    _NONE,
    version=1,
    parse=_records,
    render=lambda records: {"operations": [to_json(each) for each in records]},
    when_aside="Look at your clusters: what was under way is not gone on with by itself.",
)


class FileClusterJournal:
    """See `ports.cluster_journal.ClusterJournal`.

    Args:
        path: The file.
        keeping: How it is kept.
    """

    def __init__(self, path: Path, keeping: Keeping) -> None:
        self._file = KeptFile(path, _FORM, keeping)

    def records(self) -> tuple[OperationRecord, ...]:
        """All records; see the port."""
        return self._file.seen()

    def keep(self, record: OperationRecord) -> None:
        """Remember a record; see the port."""
        self._file.change(lambda known: (*_others(known, record.cluster), record))

    def forget(self, cluster: ClusterId) -> None:
        """Forget a cluster's record; see the port."""
        self._file.change(lambda known: _others(known, cluster))


def _others(known: _Records, cluster: ClusterId) -> _Records:
    return tuple(each for each in known if each.cluster != cluster)
