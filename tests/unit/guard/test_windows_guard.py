"""The Windows guard cannot be run here: what can be said of its text is that it has the same numbers and documents.

Its decisions are written function by function like the Linux guard's, which the other tests run.
"""

from __future__ import annotations

import re
from typing import Final

import pytest

from guard_script import GUARD, guard
from tiepoint.domain.control_document import heartbeat_metadata, lease_document

TEXT: Final = (GUARD.parents[1] / "windows" / "guard.ps1").read_text(encoding="utf-8")
NUMBERS: Final = {
    "RoundSeconds": guard.ROUND_S,
    "RequestSeconds": guard.REQUEST_S,
    "FreshSeconds": guard.FRESH_S,
    "SilentMinutes": guard.SILENT_MINUTES,
    "SilentBusyMinutes": guard.SILENT_BUSY_MINUTES,
    "OverdueMinutes": guard.OVERDUE_MINUTES,
    "AskAgainMinutes": guard.ASK_AGAIN_MINUTES,
    "GiveUpMinutes": guard.GIVE_UP_MINUTES,
    "GapMinutes": guard.GAP_MINUTES,
    "LongestWishDays": guard.LONGEST_WISH_DAYS,
    "MarkerHours": guard.MARKER_HOURS,
    "BusyGpuPercent": guard.BUSY_GPU_PERCENT,
    "MostSegments": guard.MOST_SEGMENTS,
    "MostPowerLooks": guard.MOST_POWER_LOOKS,
}


@pytest.mark.parametrize("name", NUMBERS)
def test_both_guards_have_the_same_numbers(name: str) -> None:
    found = re.search(rf"^\${name} = (\S+)$", TEXT, re.MULTILINE)
    assert found is not None
    assert float(found.group(1)) == NUMBERS[name]


def test_both_guards_have_the_same_powers_and_versions() -> None:
    assert "$Billed = " + ", ".join(f"'{power}'" for power in guard.BILLED) in TEXT
    assert "$Going = " + ", ".join(f"'{power}'" for power in guard.GOING) in TEXT
    assert f"$ComputeApi = '{guard.COMPUTE_API}'" in TEXT
    assert f"$BlobApi = '{guard.BLOB_API}'" in TEXT


def test_both_guards_write_the_same_keys() -> None:
    from datetime import UTC, datetime

    from tiepoint.domain.cluster import Lease

    now = datetime.now(UTC)
    told = heartbeat_metadata(time=now, booted=now, is_busy=True, is_draining=False, message="x")
    for name in (*told, *guard.meter_document(0, 0, 1, 1, "USD", [])):
        assert re.search(rf"\b{name} = ", TEXT), name
    for name in set(lease_document(Lease("x", now, 30))) - {"schema_version", "holder"}:
        assert f"$content.{name}" in TEXT, name


def test_it_takes_every_word_of_the_linux_guard() -> None:
    for words in ("Wanted until", "Stops now.", "Is being stopped.", "Nodes that run still", "before itself."):
        assert words in TEXT
        assert words in GUARD.read_text(encoding="utf-8")


def test_brackets_are_balanced_and_lines_end_like_everywhere() -> None:
    bare = re.sub(r"'[^'\n]*'|#[^\n]*", "", TEXT)
    for opening, closing in ("()", "{}", "[]"):
        assert bare.count(opening) == bare.count(closing)
    assert ("\r" in TEXT, "\t" in TEXT, TEXT.isascii()) == (False, False, True)
