"""The file of rounds: kept, replaced, forgotten, set aside when broken."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fakes.keeping import keeping
from tiepoint.adapters.files.round_store import FileRoundStore
from tiepoint.domain.errors import SetupError
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import CaptureId, JobId
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.remote_round import Round, RoundId, RoundState, RoundStep
from tiepoint.domain.transfer import TransferId
from tiepoint.protocol.codec import to_json

T0 = datetime(2026, 11, 26, tzinfo=UTC)
ROUND = Round(
    id=RoundId("a"),
    name="Brücke 漢",
    site="own/box",
    capture=CaptureId("20261126-bridge-0a1b2c"),
    step=RoundStep.PROCESS,
    state=RoundState.WAITING,
    begun=T0,
    preset="custom",
    changes={"faces": 8000, "texture": "high"},
    products=("model.glb",),
    key="k",
    upload=TransferId("u"),
    job=JobId("j"),
    source="https://x/captures/a",
    output="/out",
    priority=1,
    failure=Failure("paused", "The job is paused."),
)


def store_in(folder: Path) -> FileRoundStore:
    return FileRoundStore(folder / "rounds.json", keeping(lambda: T0))


def test_rounds_are_kept_without_their_progress(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    assert store.all() == ()
    store.put(replace(ROUND, progress=OperationProgress("process", 1, 2)))
    store.put(replace(ROUND, id=RoundId("b")))
    store.put(replace(ROUND, step=RoundStep.PUBLISH))
    assert store_in(tmp_path).all() == (replace(ROUND, step=RoundStep.PUBLISH), replace(ROUND, id=RoundId("b")))
    store.remove(RoundId("a"))
    store.remove(RoundId("a"))
    assert [each.id for each in store.all()] == ["b"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"rounds": 3}', '{"rounds": [{"id": 1}]}', "\xff", "{}" * 9])
def test_a_broken_file_is_set_aside(tmp_path: Path, content: str) -> None:
    (tmp_path / "rounds.json").write_bytes(content.encode("latin-1"))
    store = store_in(tmp_path)
    assert store.all() == ()
    assert [path.name for path in tmp_path.iterdir()] == ["rounds.broken-20261126-000000.json"]
    store.put(ROUND)
    assert store.all() == (ROUND,)


def test_nothing_is_written_in_the_place_of_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "rounds.json"
    path.symlink_to(path)  # too many links: as a file that is refused, or a disk that fails
    store = store_in(tmp_path)
    assert store.all() == ()
    for change in (lambda: store.put(ROUND), lambda: store.remove(ROUND.id)):
        with pytest.raises(SetupError):
            change()
    assert path.is_symlink()


def test_old_ones_that_are_over_go_first(tmp_path: Path) -> None:
    over = [
        replace(ROUND, id=RoundId(str(number)), state=RoundState.COMPLETED, begun=T0 + timedelta(minutes=number))
        for number in range(203)
    ]
    (tmp_path / "rounds.json").write_text(json.dumps({"rounds": [to_json(each) for each in (ROUND, *over[:-1])]}))
    store = store_in(tmp_path)
    store.put(over[-1])
    kept = [each.id for each in store.all()]
    assert kept[:2] == ["a", "3"]
    assert len(kept) == 201


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError):
        FileRoundStore(tmp_path / "file" / "rounds.json", keeping(lambda: T0)).put(ROUND)
