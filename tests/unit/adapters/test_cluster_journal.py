"""One contract for the journal of operations, the file and its fake; and what only a file can meet."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fakes.azure_life import MemoryJournal
from fakes.keeping import keeping
from tiepoint.adapters.files.cluster_journal import FileClusterJournal
from tiepoint.domain.cluster import ClusterId
from tiepoint.domain.cluster_operation import OperationKind
from tiepoint.domain.errors import SetupError
from tiepoint.ports.cluster_journal import OperationRecord

RECORD = OperationRecord(
    ClusterId("s/rg-harbour"),
    OperationKind.SCALE,
    datetime(2026, 11, 26, 8, 0, tzinfo=UTC),
    arguments={"name": "harbour", "count": 8, "plan": None},
    deployment="tiepoint-harbour-20261126-0800",
)


@pytest.fixture(params=["file", "memory"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    return (
        FileClusterJournal(tmp_path / "a" / "clusters.json", keeping()) if request.param == "file" else MemoryJournal()
    )


def test_keeps_the_newest_record_of_each_cluster(journal: Any) -> None:
    assert journal.records() == ()
    other = replace(RECORD, cluster=ClusterId("s/rg-port"))
    journal.keep(RECORD)
    journal.keep(other)
    journal.keep(replace(RECORD, ended=RECORD.began))
    assert set(map(str, (each.cluster for each in journal.records()))) == {"s/rg-harbour", "s/rg-port"}
    found = next(each for each in journal.records() if each.cluster == RECORD.cluster)
    assert found == replace(RECORD, ended=RECORD.began)
    journal.forget(RECORD.cluster)
    journal.forget(RECORD.cluster)
    assert journal.records() == (other,)


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", '{"operations": 5}', '{"operations": [{"kind": "dance"}]}', "\x00"]
)
def test_a_broken_file_is_set_aside_and_counts_as_empty(content: str, tmp_path: Path) -> None:
    path = tmp_path / "clusters.json"
    path.write_text(content)
    journal = FileClusterJournal(path, keeping())
    assert journal.records() == ()
    assert [each.name for each in tmp_path.iterdir()] == ["clusters.broken-20261122-100000.json"]
    journal.keep(RECORD)
    assert json.loads(path.read_text())["operations"][0]["deployment"] == RECORD.deployment


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError):
        FileClusterJournal(tmp_path / "file" / "clusters.json", keeping()).keep(RECORD)


def test_two_threads_lose_nothing(tmp_path: Path) -> None:
    journal = FileClusterJournal(tmp_path / "clusters.json", keeping())
    names = [ClusterId(f"s/rg-{number}") for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: journal.keep(replace(RECORD, cluster=name)), names))
    assert sorted(each.cluster for each in journal.records()) == sorted(names)
