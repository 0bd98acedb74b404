"""The graphics cards of this machine, as NVIDIA's own program tells. Standard library only; blocks."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from typing import Final

_QUERY: Final = ("--query-gpu=name,memory.total,utilization.gpu,memory.used", "--format=csv,noheader,nounits")
_TIMEOUT_S: Final = 10.0
_MIB: Final = 2**20


@dataclass(frozen=True, slots=True)
class CardUsage:
    """One card: its memory and what of it is used, in bytes; its use 0 to 1, None where it does not tell."""

    name: str
    memory_bytes: int
    use: float | None
    used_bytes: int | None


def cards(program: str = "nvidia-smi") -> tuple[CardUsage, ...]:
    """Ask once; none where there is no driver or it does not answer.

    Args:
        program: NVIDIA's program; another one in tests.
    """
    found = shutil.which(program)
    if found is None:
        return ()
    try:
        told = subprocess.run(
            [found, *_QUERY], stdin=subprocess.DEVNULL, capture_output=True, timeout=_TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(card for line in told.stdout.decode("utf-8", "replace").splitlines() if (card := _card(line)))


def _card(line: str) -> CardUsage | None:
    fields = [each.strip() for each in line.rsplit(",", 3)]
    if len(fields) != 4:
        return None
    total, use, used = (_number(each) for each in fields[1:])
    return CardUsage(
        fields[0],
        int((total or 0) * _MIB),
        None if use is None else min(1.0, use / 100),
        None if used is None else int(used * _MIB),
    )


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:  # "[N/A]" of cards that do not tell
        return None
