"""The contract of result stores, kept by the fake and by the real one; and what the real one does with broken files."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.results import FakeResultStore
from tiepoint.adapters.files.result_store import FileResultStore
from tiepoint.domain.errors import InputError, SetupError
from tiepoint.domain.measurement import Measurement, MeasurementKind
from tiepoint.ports.result_store import RecentResult, ResultStore

WHEN = datetime(2026, 11, 25, 19, 30, tzinfo=UTC)
RECENT = [RecentResult(Path("/a/ü\n.glb"), WHEN), RecentResult(Path("/b"), WHEN)]
MEASURED = (
    Measurement("1", MeasurementKind.DISTANCE, "Tür", ((0.1, 0.2, 0.3), (1e-9, -2.5, 1e6)), WHEN),
    Measurement("2", MeasurementKind.POINT, "<b>", ((0.0, 0.0, 0.0),), WHEN),
)


@pytest.fixture(params=["fake", "files"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ResultStore:
    return FakeResultStore() if request.param == "fake" else FileResultStore(tmp_path / "results", lambda: WHEN)


@pytest.fixture
def files(tmp_path: Path) -> FileResultStore:
    return FileResultStore(tmp_path / "results", lambda: WHEN)


async def test_nothing_stored_is_empty(store: ResultStore) -> None:
    assert list(await store.recent()) == []
    assert list(await store.measurements("key")) == []


async def test_what_is_kept_comes_back(store: ResultStore) -> None:
    await store.keep_recent(RECENT)
    await store.keep_measurements("key", MEASURED)
    await store.keep_measurements("other", ())
    assert list(await store.recent()) == RECENT
    assert tuple(await store.measurements("key")) == MEASURED
    assert list(await store.measurements("other")) == []


async def test_keeping_replaces(store: ResultStore) -> None:
    await store.keep_recent(RECENT)
    await store.keep_recent(RECENT[:1])
    assert list(await store.recent()) == RECENT[:1]


async def test_a_text_replaces_nothing_unasked(store: ResultStore, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    await store.write_text(path, "one\r\n", overwrite=False)
    with pytest.raises(InputError, match="is there already"):
        await store.write_text(path, "two", overwrite=False)
    await store.write_text(path, "two\r\n", overwrite=True)


async def test_a_text_is_written_as_it_is(files: FileResultStore, tmp_path: Path) -> None:
    await files.write_text(tmp_path / "m.csv", "ü\r\n", overwrite=False)
    assert (tmp_path / "m.csv").read_bytes() == "ü\r\n".encode()
    with pytest.raises(InputError, match="is there already"):
        await files.write_text(tmp_path, "x", overwrite=True)
    with pytest.raises(InputError, match="cannot be written"):
        await files.write_text(tmp_path / "none" / "m.csv", "x", overwrite=True)
    assert os.listdir(tmp_path) == ["m.csv"]


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", '{"schema_version": 99, "recent": []}', "[" * 100_000])
async def test_a_broken_list_is_set_aside(files: FileResultStore, tmp_path: Path, text: str) -> None:
    await files.keep_recent(RECENT)
    path = tmp_path / "results" / "recent.json"
    path.write_text(text, encoding="utf-8")
    assert list(await files.recent()) == []
    assert (tmp_path / "results" / "recent.broken-20261125-193000.json").read_text("utf-8") == text
    assert not path.exists()


async def test_entries_that_make_no_sense_are_left_out(files: FileResultStore, tmp_path: Path) -> None:
    await files.keep_measurements("key", MEASURED)
    path = tmp_path / "results" / "measurements" / "key.json"
    content = json.loads(path.read_text("utf-8"))
    good = content["measurements"][0]
    content["measurements"] += [
        {**good, "kind": "volume"}, {**good, "points": [[1, 2]]}, {**good, "points": [["nan", 0, 0], [0, 0, 0]]},
        {**good, "points": [[1e30, 0, 0], [0, 0, 0]]}, {**good, "points": good["points"] * 2}, {}, 7, None,
    ]  # fmt: skip
    path.write_text(json.dumps(content), encoding="utf-8")
    assert tuple(await files.measurements("key")) == MEASURED


async def test_a_key_cannot_lead_out_of_the_folder(files: FileResultStore, tmp_path: Path) -> None:
    await files.keep_measurements("../../x", MEASURED)
    assert (tmp_path / "results" / "measurements" / "x.json").exists()


async def test_a_file_in_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "results").touch()
    with pytest.raises(SetupError, match="cannot be written"):
        await FileResultStore(tmp_path / "results", lambda: WHEN).keep_recent(RECENT)
