"""Looking into photos for the manifest, beside the sending: width, camera, position.

A child process does it at low priority; the task waits for it on a sender's thread. Whatever cannot be found out is
left out of the manifest.
"""

from __future__ import annotations

import os

from tiepoint.domain.photo import PhotoFacts
from tiepoint.transfer.facts import read_facts
from tiepoint.transfer.records import FileRecord
from tiepoint.transfer.work import Hand


class LookInto:
    """The task of looking into photos. Given back, it goes on where it was.

    Args:
        files: Those nothing is known of.

    Attributes:
        found: What was found out, by the index of the file.
    """

    def __init__(self, files: list[FileRecord]) -> None:
        self.files = files
        self.found: dict[int, PhotoFacts] = {}

    def run(self, hand: Hand) -> None:
        """See `Task.run`."""
        wanted = {file.path: file for file in self.files if file.index not in self.found}
        if not wanted:
            return
        # A pipe in a photo's place would be waited for.
        photos = [(file.source, path) for path, file in wanted.items() if os.path.isfile(file.source)]
        for facts in read_facts(photos, lambda: hand.stop.is_set):
            self.found[wanted[facts.path].index] = facts
        hand.stop.check()
