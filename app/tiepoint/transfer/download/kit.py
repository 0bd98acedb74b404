"""What the tasks of one download share. Any thread may read it; nothing in it changes while tasks run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from tiepoint.domain.blob_names import part_name, transfer_tag
from tiepoint.transfer.download.target import Target
from tiepoint.transfer.download.tuning import DownloadTuning
from tiepoint.transfer.hash_cache import HashCache
from tiepoint.transfer.journal_writer import JournalWriter
from tiepoint.transfer.records import TransferRecord


def free_bytes(folder: str) -> int:
    """Return how much the disk of a folder still takes.

    Raises:
        OSError: The folder is gone.
    """
    return shutil.disk_usage(folder).free


@dataclass(frozen=True)
class Kit:
    """One download's means.

    Args:
        record: The transfer; tasks read of it what never changes while they run.
        writer: The journal's: ranges are looked up there.
        cache: Digests of local files.
        tuning: Sizes and times.
        target: Where everything goes.
        free: How much a folder's disk still takes.
    """

    record: TransferRecord
    writer: JournalWriter
    cache: HashCache
    tuning: DownloadTuning
    target: Target
    free: Callable[[str], int] = free_bytes

    @cached_property
    def tag(self) -> str:
        """What marks the part files of this transfer."""
        return transfer_tag(self.record.id)

    def part(self, path: str) -> str:
        """Name the part file of a file, without its folder."""
        return part_name(path.rpartition("/")[2], self.tag)

    @property
    def folder_bytes(self) -> int:
        """Length of the target's path."""
        return len(os.fsencode(self.record.folder))
