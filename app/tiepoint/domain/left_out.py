"""What lay beside the photos of a capture and did not go up with them: formatting the card would lose it. Pure; any
thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tiepoint.domain.capture import CANNOT_BE_READ, EXCLUDED, NO_PHOTO, SkippedFile
from tiepoint.domain.plain_text import plain

_MOST_NAMED: Final = 3
_LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was not sent.

    Args:
        files: How many files that are no photos: films, logs, positions.
        unread: How many photos and folders that could not be read; nobody knows what such a folder holds.
        excluded: How many photos that a person left out.
        named: The first few, those that could not be read first; fit to be shown.
        is_part: Whether single files were taken, so that nobody looked what lies beside them, or other photos do.
    """

    files: int = 0
    unread: int = 0
    excluded: int = 0
    named: tuple[str, ...] = ()
    is_part: bool = False

    def __bool__(self) -> bool:
        return bool(self.total) or self.is_part

    @property
    def total(self) -> int:
        """All of them."""
        return self.files + self.unread + self.excluded

    def joined(self, other: LeftOut) -> LeftOut:
        """Return what two folders of one capture left out together."""
        first, second = self.named[: self.unread], other.named[: other.unread]
        named = tuple(dict.fromkeys((*first, *second, *self.named, *other.named)))[:_MOST_NAMED]
        return LeftOut(
            self.files + other.files,
            self.unread + other.unread,
            self.excluded + other.excluded,
            named,
            self.is_part or other.is_part,
        )


def left_out_of(skipped: Iterable[SkippedFile]) -> LeftOut:
    """Sum up what a search for photos passed over; links that lead elsewhere do not count, they hold nothing."""
    told = tuple(skipped)
    unread = [each.path for each in told if CANNOT_BE_READ in each.reason]
    excluded = [each.path for each in told if each.reason == EXCLUDED]
    files = [each.path for each in told if each.reason == NO_PHOTO]
    named = tuple(_shown(path) for path in (*unread, *excluded, *files)[:_MOST_NAMED])
    return LeftOut(len(files), len(unread), len(excluded), named)


def card_words(left_out: LeftOut) -> str:
    """Say what the card is good for when all its photos are confirmed: the end of a sentence that counts them."""
    if not left_out:
        return ", safe to format the card."
    if left_out.unread:
        what = "1 photo or folder" if left_out.unread == 1 else f"{left_out.unread:,} photos or folders"
        named = _listed(left_out.named[: left_out.unread], left_out.unread)
        return f". NOT safe to format the card: {what} could not be read ({named})."
    if not left_out.total:
        return ". Single files were sent: look what else the card holds before you format it."
    named = _listed(left_out.named, left_out.total)
    return f". Before you format the card, copy {' and '.join(_groups(left_out))}: {named}."


def _listed(names: tuple[str, ...], total: int) -> str:
    return ", ".join(names) + (" and others" if total > len(names) else "")


def _groups(left_out: LeftOut) -> list[str]:
    excluded, files = left_out.excluded, left_out.files
    groups = ["1 photo that was left out" if excluded == 1 else f"{excluded:,} photos that were left out"]
    groups.append("1 file that is no photo" if files == 1 else f"{files:,} files that are no photos")
    return [words for count, words in zip((excluded, files), groups, strict=True) if count]


def _shown(path: str) -> str:
    shown = plain(path)
    return shown if len(shown) <= _LONGEST else f"{shown[:30]}…{shown[-40:]}"
