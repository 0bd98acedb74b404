"""How tasks end, in words; how many workers fit this computer."""

from __future__ import annotations

import errno
import os

import pytest

from tiepoint.agent.backends.dask.outcome import as_error, failed, worker_lost
from tiepoint.agent.backends.dask.sizing import Sizing, sizing_of_this_computer
from tiepoint.domain.errors import InputError, error_from_dict


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (InputError("s"), "input"),
        (MemoryError(), "out-of-memory"),
        (RuntimeError("std::bad_alloc"), "out-of-memory"),
        (RuntimeError("OpenCV: Insufficient memory (Failed to allocate 99 bytes)"), "out-of-memory"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "no-space"),
        (RuntimeError("SQLite error: database or disk is full"), "no-space"),
        (ValueError("what"), "engine"),
        (OSError(errno.EACCES, "no"), "engine"),
    ],
)
def test_what_a_task_raised_becomes_a_sentence(problem: Exception, kind: str) -> None:
    error = as_error(problem, "mesh")
    assert error.kind == kind
    assert error.summary.endswith((".", "s"))
    if not isinstance(problem, InputError):
        assert error.remedy
        assert type(problem).__name__ in error.detail
    assert error_from_dict(failed(problem, "mesh")["error"]).to_dict() == error.to_dict()


def test_a_lost_worker_names_task_and_signal() -> None:
    error = worker_lost("mesh/0", -11, 3)
    assert error.summary == "The task mesh/0 ended its process 3 times, the last time by SIGSEGV."


def test_this_computer_carries_at_least_one_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    found = sizing_of_this_computer()
    assert 1 <= found.workers <= (os.cpu_count() or 1)
    assert found.memory_bytes > 0
    assert Sizing(2, 10).worker_memory_bytes == 5
    monkeypatch.setenv("TIEPOINT_WORKERS", "7")
    assert sizing_of_this_computer().workers == 7
    monkeypatch.setenv("TIEPOINT_WORKERS", "many")
    assert sizing_of_this_computer() == found
