"""Identifiers: `YYYYMMDD-slug-6hex` for captures and jobs, and the type of each id.

Must not touch the disk or the clock: time and randomness come in from the caller. Any thread.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import datetime
from typing import NewType

CaptureId = NewType("CaptureId", str)
JobId = NewType("JobId", str)
NodeId = NewType("NodeId", str)

_PATTERN = re.compile(r"\d{8}-[a-z0-9]+(?:-[a-z0-9]+)*-[0-9a-f]{6}")
_SLUG_LENGTH = 40
# Letters which NFKD does not take apart; anything else outside ASCII is dropped.
_SPELLED_OUT = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "ae", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d"}
)


def slug(name: str) -> str:
    """Reduce a free name to lower-case ASCII words joined by hyphens.

    Args:
        name: Any text, in any script.

    Returns:
        At most 40 characters of `a-z0-9-`; `capture` when nothing of the name is left.
    """
    plain = unicodedata.normalize("NFKD", name.translate(_SPELLED_OUT)).encode("ascii", "ignore").decode("ascii")
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return words[:_SLUG_LENGTH].strip("-") or "capture"


def random_suffix() -> str:
    """Draw the six hexadecimal digits that keep two ids of one day and name apart."""
    return secrets.token_hex(3)


def new_id(name: str, now: datetime, suffix: str) -> str:
    """Compose an id.

    Args:
        name: Free name; reduced with `slug`.
        now: Moment of creation; its own time zone decides the date.
        suffix: Six hexadecimal digits, see `random_suffix`.

    Returns:
        The id, such as `20261122-brighton-beach-0a1b2c`.

    Raises:
        ValueError: The suffix is not six hexadecimal digits.
    """
    made = f"{now:%Y%m%d}-{slug(name)}-{suffix}"
    if not is_id(made):
        raise ValueError(f"not an id: {made!r}")
    return made


def is_id(text: str) -> bool:
    """Say whether the text has the form of a capture or job id (and so is safe as a folder name)."""
    return _PATTERN.fullmatch(text) is not None
