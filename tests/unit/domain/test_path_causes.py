"""Causes of broken paths, as a table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tiepoint.domain.failure import Failure
from tiepoint.domain.path_causes import Seen, disk_trouble, node_trouble, probe_trouble, scheduler_trouble

FILE = Seen("/work/captures/a/capture.json", "file", 900, True, 10**12, "nfs4")
FOLDER = Seen("/work/captures/a", "folder", 0, True, 10**12, "nfs4")
GONE = replace(FILE, kind="missing", size_bytes=0, is_writable=False)
SAID = Failure("failed", "node-01 could not write.")


def kind(failure: Failure | None) -> str:
    return failure.kind if failure else ""


@pytest.mark.parametrize(
    ("seen", "folder", "more", "wanted"),
    [
        (FILE, FOLDER, {}, ""),
        (GONE, FOLDER, {}, "missing"),
        (GONE, FOLDER, {"other_case": "/work/captures/A"}, "case"),
        (GONE, replace(FOLDER, kind="missing"), {"has_work": False}, "not-mounted"),
        (FILE, replace(FOLDER, is_writable=False), {}, "read-only"),
        (FILE, replace(FOLDER, free_bytes=1000, is_writable=False), {}, "disk-full"),
    ],
)
def test_the_scheduler(seen: Seen, folder: Seen, more: dict[str, object], wanted: str) -> None:
    found = scheduler_trouble(seen, folder, **more)  # type: ignore[arg-type]
    assert kind(found) == wanted
    assert found is None or found.remedy


@pytest.mark.parametrize(
    ("there", "has_work", "wanted"),
    [
        (FILE, True, ""),
        (FILE, None, ""),
        (GONE, True, "other-root"),
        (GONE, False, "not-mounted"),
        (replace(GONE, file_system="ext4"), True, "not-mounted"),
        (replace(FILE, file_system="ext4"), True, "not-mounted"),
        (replace(FILE, size_bytes=1), True, "other-root"),
    ],
)
def test_a_node(there: Seen, has_work: bool | None, wanted: str) -> None:
    found = node_trouble("node-01", FILE, there, has_work=has_work)
    assert kind(found) == wanted
    assert found is None or "node-01" in found.summary + found.remedy


def test_a_node_is_not_blamed_for_what_the_scheduler_lacks_too() -> None:
    assert node_trouble("node-01", GONE, GONE) is None


@pytest.mark.parametrize(
    ("folder", "said", "sees", "wanted"),
    [
        (FOLDER, None, True, ""),
        (FOLDER, None, None, ""),
        (FOLDER, None, False, "other-root"),
        (FOLDER, SAID, None, "failed"),
        (replace(FOLDER, is_writable=False), SAID, None, "read-only"),
        (replace(FOLDER, free_bytes=5), SAID, None, "disk-full"),
    ],
)
def test_a_probe(folder: Seen, said: Failure | None, sees: bool | None, wanted: str) -> None:
    assert kind(probe_trouble("node-01", folder, said, sees)) == wanted


def test_a_disk() -> None:
    assert disk_trouble("here", FOLDER) is None
    assert kind(disk_trouble("here", replace(FOLDER, free_bytes=None, is_writable=False))) == "read-only"
