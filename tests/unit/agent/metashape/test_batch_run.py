"""A job that is aborted while its folder hangs: nobody waits for the folder, and it learns of it all the same."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, cast

import pytest

from patience import PATIENCE_S, until
from tiepoint.agent.backend import RunOrder
from tiepoint.agent.backends.metashape.batch_run import BatchRun
from tiepoint.agent.backends.metashape.note import BatchNote
from tiepoint.runtime import folder_calls


async def test_a_spent_batch_is_noted_once_the_folder_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    may_go, write = threading.Event(), BatchNote.write

    def hang(note: BatchNote, root: Path) -> None:
        assert may_go.wait(PATIENCE_S)
        write(note, root)

    monkeypatch.setattr(BatchNote, "write", hang)
    monkeypatch.setattr(folder_calls, "ANSWER_S", 0.01)
    order, nobody = RunOrder("job", tmp_path, lambda: 0), cast("Any", None)
    run = BatchRun(order, nobody, nobody, is_released=False, is_woken=False)
    await run.spend()
    assert run.note.is_spent
    assert not BatchNote.read(tmp_path).is_spent
    may_go.set()
    await until(lambda: BatchNote.read(tmp_path).is_spent)
