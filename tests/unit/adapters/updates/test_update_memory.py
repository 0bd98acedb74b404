"""What is known of updates, kept: the same promises by the fake and by the file."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fakes.keeping import keeping
from fakes.updates import ISSUED, FakeUpdateMemory, a_manifest
from tiepoint.adapters.updates.update_memory import FileUpdateMemory
from tiepoint.domain.errors import SetupError
from tiepoint.domain.release import Seen, UpdateNotes
from tiepoint.ports.update_source import UpdateMemory

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
NOTES = UpdateNotes(
    {"https://a.example/": Seen(NOW, a_manifest()), "https://b.example/": Seen(ISSUED)},
    skipped="0.2.0",
    later=NOW + timedelta(days=7),
    told="0.1.5",
)


@pytest.fixture(params=["fake", "file"])
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> UpdateMemory:
    if request.param == "fake":
        return FakeUpdateMemory()
    return FileUpdateMemory(tmp_path / "below" / "updates.json", keeping(lambda: NOW))


def test_nothing_is_known_at_first(memory: UpdateMemory) -> None:
    assert memory.load() == UpdateNotes()


def test_what_was_kept_is_there_again(memory: UpdateMemory) -> None:
    memory.change(lambda _: NOTES)
    assert memory.load() == NOTES
    memory.change(lambda _: UpdateNotes())
    assert memory.load() == UpdateNotes()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"format": 2}',
        '{"format": 1, "seen": 7, "skipped": "", "later": null, "told": ""}',
        '{"format": 1, "seen": {"a": {"looked": "x", "manifest": null}}, "skipped": "", "later": null, "told": ""}',
        '{"format": 1, "seen": {}, "skipped": "", "later": "2026-11-26T09:00:00", "told": ""}',
        '{"format": 1, "seen": {"a": {"looked": "2026-11-26T09:00:00+00:00", "manifest": {}}}, "skipped": "", '
        '"later": null, "told": ""}',
    ],
)
def test_a_broken_file_is_set_aside(tmp_path: Path, content: str) -> None:
    path = tmp_path / "updates.json"
    path.write_text(content)
    assert FileUpdateMemory(path, keeping(lambda: NOW)).load() == UpdateNotes()
    assert (tmp_path / "updates.broken-20261126-093000.json").read_text() == content
    assert not path.exists()


def test_a_file_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    path = tmp_path / "updates.json"
    path.mkdir()
    with pytest.raises(SetupError, match="cannot be read") as refused:
        FileUpdateMemory(path, keeping(lambda: NOW)).load()
    assert refused.value.remedy


@pytest.mark.skipif(os.name == "nt", reason="needs a file where a folder should be")
def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match="cannot be written"):
        FileUpdateMemory(tmp_path / "file" / "updates.json", keeping(lambda: NOW)).change(lambda _: NOTES)
