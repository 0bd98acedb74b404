"""How busy this computer is: measured one look after the other, and always in the same thread."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import Any

import pytest

from tiepoint.adapters.computer.load import LoadMeter
from tiepoint.adapters.computer.system import LocalSystem


def _no_launch(*_words: Any, **_more: Any) -> Any:
    raise AssertionError("no child is needed for this")


async def test_load_is_measured_in_one_thread_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[tuple[int, str]] = []
    sample = LoadMeter.sample

    def noted(meter: LoadMeter, agent_pid: int | None) -> Any:
        threads.append((threading.get_ident(), threading.current_thread().name))
        return sample(meter, agent_pid)

    monkeypatch.setattr(LoadMeter, "sample", noted)
    system = LocalSystem(dict, _no_launch, lambda: True)
    samples = await asyncio.gather(*(system.load(os.getpid()) for _ in range(3)))
    assert len(set(threads)) == 1
    assert threads[0][1].startswith("load meter")
    assert all(each.memory_bytes > 0 for each in samples)
