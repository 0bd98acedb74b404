"""Failures and warnings as the sentences people read. Pure; any thread."""

from __future__ import annotations

from collections.abc import Sequence

from tiepoint.console.text import plain
from tiepoint.domain.failure import Failure

_MOST_NAMED = 5


def sentence(failure: Failure, photos: Sequence[str] = ()) -> str:
    """Say what it is, and which photos it is about unless the summary names them.

    Args:
        failure: The failure or warning.
        photos: Paths of the photos it is about.
    """
    unnamed = [photo for photo in photos if photo not in failure.summary]
    if not unnamed:
        return plain(failure.summary)
    more = f" and {len(unnamed) - _MOST_NAMED} more" if len(unnamed) > _MOST_NAMED else ""
    named = ", ".join(plain(photo) for photo in unnamed[:_MOST_NAMED])
    return f"{plain(failure.summary)} ({named}{more})"


def with_remedy(failure: Failure, photos: Sequence[str] = ()) -> str:
    """Say what it is and what to do."""
    return f"{sentence(failure, photos)} {plain(failure.remedy)}".strip()
