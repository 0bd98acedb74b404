"""A download's rounds: begun again after its end, and what it leaves behind when it is forgotten."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from tiepoint.domain.blob_names import fault_of, part_name, transfer_tag
from tiepoint.domain.errors import InputError
from tiepoint.domain.transfer import FileState
from tiepoint.transfer.download.faults import FileFault
from tiepoint.transfer.download.target import Target
from tiepoint.transfer.records import TransferRecord


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Part files of a download that is to be forgotten.

    Args:
        folder: The target.
        tag: Of the transfer.
        paths: Of the files, below the target.
    """

    folder: str
    tag: str
    paths: tuple[str, ...]

    def remove(self) -> None:
        """Remove them; what cannot be removed stays. Blocking; no task of the transfer may run any more."""
        target = Target(self.folder)
        for path in self.paths:
            with contextlib.suppress(OSError, FileFault, InputError), target.folder_of(path, makes=False) as folder:
                folder.remove(part_name(path.rpartition("/")[2], self.tag))


def begin_round(record: TransferRecord) -> None:
    """Let every file be looked at again; what is known of the files here is kept. Under the desk's lock."""
    for file in record.files:
        record.set_state(file, FileState.WAITING, file.trouble if file.state.is_there else None)
        file.attempts = 0
        if not file.generation:
            record.set_done(file, 0)


def leftovers(record: TransferRecord) -> Leftovers:
    """Say what part files there may be. Under the desk's lock, before the record is dropped."""
    paths = tuple(file.path for file in record.files if not file.state.is_there and fault_of(file.path) is None)
    return Leftovers(record.folder, transfer_tag(record.id), paths)
