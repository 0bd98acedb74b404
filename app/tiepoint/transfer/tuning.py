"""The sizes and times the worker works with. Tests make it impatient and its blocks small; nobody else sets them.

Must not be read before the worker has been started: its values come from the environment of that process. Pure; any
thread.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

TUNING_VARIABLE: Final = "TIEPOINT_TRANSFER_TUNING"
"""Holds a JSON object with some of the fields of `Tuning`; for tests and measurements."""

_MIB: Final = 2**20


@dataclass(frozen=True, slots=True)
class Tuning:
    """Sizes and times.

    Args:
        whole_bytes: Files up to this size are sent in one request.
        block_bytes: Larger ones in blocks of this size, or larger ones where there would be too many.
        range_bytes: Downloads ask for ranges of this size.
        progress_s: A connection on which no byte moved for so long is given up.
        connect_s: As long may a connection take to come about.
        backoff_first_s: Longest wait after a first failure; doubles with every further one.
        backoff_most_s: Longest wait after many.
        quiet_s: A file that changed while it was read is tried again after so long.
        renew_s: So long clients may take to give a new token before the worker takes up the sign-in by itself.
    """

    whole_bytes: int = 64 * _MIB
    block_bytes: int = 8 * _MIB
    range_bytes: int = 8 * _MIB
    progress_s: float = 30.0
    connect_s: float = 15.0
    backoff_first_s: float = 0.5
    backoff_most_s: float = 60.0
    quiet_s: float = 2.0
    renew_s: float = 5.0


def read_tuning(environ: Mapping[str, str] = os.environ) -> Tuning:
    """Return what the environment asks for over the usual values.

    Args:
        environ: Variables of the process.

    Raises:
        ValueError: It is no JSON object, or names something else.
    """
    asked = json.loads(environ.get(TUNING_VARIABLE) or "{}")
    names = {field.name for field in dataclasses.fields(Tuning)}
    if not isinstance(asked, dict) or not asked.keys() <= names:
        raise ValueError(f"{TUNING_VARIABLE} must be a JSON object of some of these: {', '.join(sorted(names))}")
    return Tuning(**asked)
