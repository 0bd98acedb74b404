"""The sizes and times that downloads go by; tests take small ones. Pure data; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tiepoint.transfer.tuning import Tuning

MIB: Final = 2**20


@dataclass(frozen=True, slots=True)
class DownloadTuning:
    """What downloads go by.

    Args:
        range_bytes: Larger blobs come in ranges of this size, smaller ones in one piece. A blob with a composite
            digest comes in ranges of its own blocks, so that each is checked by itself.
        hash_bytes: Most bytes of a file that one task hashes.
        hash_lag_bytes: So far may the in-order hash stay behind while ranges are still coming.
        most_files: Files under way at once; their part files take space.
        most_versions: How often a blob may change while it comes down.
        most_damaged: How often it may arrive damaged.
        most_lost: How often its part file may be taken away.
        quiet_s: Wait before a blob that changed is begun again.
        margin_bytes: Disk space left free, to which a hundredth of what comes is added.
    """

    range_bytes: int = 8 * MIB
    hash_bytes: int = 64 * MIB
    hash_lag_bytes: int = 16 * MIB
    most_files: int = 64
    most_versions: int = 3
    most_damaged: int = 2
    most_lost: int = 3
    quiet_s: float = 2.0
    margin_bytes: int = 100_000_000

    @classmethod
    def of(cls, tuning: Tuning) -> DownloadTuning:
        """Take over what the worker as a whole goes by."""
        return cls(range_bytes=tuning.range_bytes, quiet_s=tuning.quiet_s)
