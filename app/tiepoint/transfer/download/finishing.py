"""The last task of a download: let the folders' entries reach the disk. Blocking, on a sender's thread."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from tiepoint.transfer.download.faults import FileFault
from tiepoint.transfer.download.kit import Kit
from tiepoint.transfer.work import Hand


class Finish:
    """Sync every folder into which something came.

    Args:
        kit: The download's.
        paths: Of the files that came.
    """

    def __init__(self, kit: Kit, paths: Iterable[str]) -> None:
        self.kit = kit
        self._folders = {path.rpartition("/")[0]: path for path in paths}

    def run(self, hand: Hand) -> None:
        """See `work.Task`."""
        for path in self._folders.values():
            hand.stop.check()
            with contextlib.suppress(OSError, FileFault), self.kit.target.folder_of(path, makes=False) as folder:
                folder.sync()
