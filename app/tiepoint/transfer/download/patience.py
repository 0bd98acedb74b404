"""How often a file is begun again before it is given up. Under the desk's lock."""

from __future__ import annotations

from collections import Counter

from tiepoint.domain.failure import Failure
from tiepoint.transfer.download.outcome import Outcome, changed_too_often, damaged_too_often, lost_too_often
from tiepoint.transfer.download.tuning import DownloadTuning
from tiepoint.transfer.records import FileRecord


class Patience:
    """Counts, for each file by itself, versions that came and went, damaged arrivals and lost part files.

    Args:
        tuning: How often each may happen.
    """

    def __init__(self, tuning: DownloadTuning) -> None:
        self._tuning = tuning
        self._versions: Counter[int] = Counter()
        self._damages: Counter[tuple[int, ...]] = Counter()
        self._losses: Counter[int] = Counter()

    def tried(self, file: FileRecord, outcome: Outcome, part: tuple[int, ...] = ()) -> Failure | None:
        """Count what made an attempt end.

        Args:
            file: Its row.
            outcome: What came of it.
            part: Number of the range that alone is tried again; none = the whole file.

        Returns:
            Why there will be no other attempt; None when there will.
        """
        tuning, path = self._tuning, file.path
        if outcome.blob is not None:
            self._versions[file.index] += 1
            is_over = self._versions[file.index] >= tuning.most_versions
            return changed_too_often(path, tuning.most_versions) if is_over else None
        if outcome.is_damaged:
            damages = self._damages
            damages[file.index, *part] += 1
            return damaged_too_often(path) if damages[file.index, *part] >= tuning.most_damaged else None
        self._losses[file.index] += 1
        return lost_too_often(path) if self._losses[file.index] >= tuning.most_lost else None
