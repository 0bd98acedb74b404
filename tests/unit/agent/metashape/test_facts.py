"""Batches and workers in the dictionaries of every version, read into one shape."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.agisoft import payloads
from fakes.agisoft.state import Farm, Item, Task
from tiepoint.agent.backends.metashape.facts import Scale, WorkerFacts, read_batch, read_worker
from tiepoint.agent.backends.metashape.nodes import suiting, without_ghosts
from tiepoint.domain.job import TaskCounts


def farm(generation: str) -> Farm:
    made = Farm(payloads.VERSIONS[generation], resumes_workers=True, on_failure="failed")
    tasks = [
        Task("MatchPhotos", {}, True, [Item("completed", 1.0), Item("completed", 1.0)]),
        Task("BuildDepthMaps", {}, True, [Item("completed", 1.0), Item("working", 0.5), Item(), Item("failed")]),
    ]
    made.add_batch("/work/jobs/one/project/one.psx", tasks, {})
    facts = {"capability": 2, "gpu_mask": 3, "cpu_enable": True, "ram_size": 2**30, "uuid": "u"}
    worker = made.add_worker(host="node-01", version=made.version, **facts)
    worker.batch, worker.task, worker.item = made.batches[1], tasks[1], tasks[1].items[1]
    worker.usage = [{"time": 1.0, "ram_usage": 5, "cpu_usage": 87.5}]
    return made


@pytest.mark.parametrize("generation", ["A", "B", "C"])
def test_a_batch_reads_the_same_in_all_generations(generation: str) -> None:
    made, scale = farm(generation), Scale()
    batch = read_batch(payloads.batch_status(made.batches[1], made, generation), scale)
    assert batch is not None
    assert (batch.id, batch.path, batch.is_paused) == (1, "/work/jobs/one/project/one.psx", True)
    assert [task.name for task in batch.tasks] == ["MatchPhotos", "BuildDepthMaps"]
    assert batch.tasks[0].state == "completed"
    assert batch.tasks[0].share == 1.0
    expected = TaskCounts(2, 1, 1) if generation == "A" else TaskCounts(1, 1, 1, 1)
    assert batch.tasks[1].counts == expected
    assert batch.tasks[1].share == pytest.approx(0.375)


@pytest.mark.parametrize("generation", ["A", "B", "C"])
def test_a_worker_reads_the_same_in_all_generations(generation: str) -> None:
    made, scale = farm(generation), Scale(is_percent=generation != "C")
    worker = read_worker(payloads.worker_item(made.workers[1], generation), scale)
    assert worker is not None
    assert (worker.id, worker.host, worker.batch, worker.task) == (1, "node-01", 1, "BuildDepthMaps")
    assert worker.is_online
    assert worker.share == pytest.approx(0.5)
    if generation != "A":
        assert (worker.capability, worker.gpu_mask, worker.cpu_enabled) == ("gpu", 3, True)
        assert (worker.cpu, worker.ram_bytes) == (0.875, 5)


def test_progress_is_unknown_until_its_scale_is() -> None:
    scale = Scale()
    assert scale.share(0.5) is None
    assert scale.share(0) == 0.0
    assert scale.share(50) == 0.5
    assert scale.share(0.5) == 0.005
    other = Scale()
    assert other.share(1.0, is_whole=True) == 1.0
    assert other.share(0.5) == 0.5


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
WORDS = """batch_id id worker_id state status paused priority tasks task progress items_total items_done path uuid log
hostname capability gpu_mask cpu_enable resource_usage time_started error_time error_message ram_size"""
KEYS = st.sampled_from(WORDS.split())


@given(st.dictionaries(KEYS, ODD, max_size=8))
def test_nothing_a_server_says_breaks_the_reading(raw: dict[str, Any]) -> None:
    for read in (read_batch, read_worker):
        found = read({"id": 1, **raw}, Scale())
        assert found is None or isinstance(found.id, int)


def test_a_worker_that_came_back_leaves_no_ghost() -> None:
    gone = WorkerFacts(1, "node-01", is_online=False)
    back = WorkerFacts(2, "node-01")
    lost = WorkerFacts(3, "node-03", is_online=False)
    assert without_ghosts([gone, back, lost]) == [back, lost]


def test_why_no_worker_suits_is_said() -> None:
    made = farm("C")
    batch = read_batch(payloads.batch_status(made.batches[1], made, "C"), Scale())
    assert batch is not None
    workers = [
        WorkerFacts(1, "a", is_online=False),
        WorkerFacts(2, "b", is_paused=True),
        WorkerFacts(3, "c", version="1.0"),
        WorkerFacts(4, "d", capability="cpu"),
    ]
    count, reason = suiting(batch, workers, made.version)
    assert count == 0
    assert reason.startswith("0 of 4 workers suit BuildDepthMaps: ")
    assert {"1 offline", "1 paused", "1 of another version", "1 for the processor only"} == set(
        reason.partition(": ")[2].rstrip(".").split(", ")
    )
    assert suiting(batch, [*workers, WorkerFacts(5, "e", capability="gpu")], made.version) == (1, "")
    assert suiting(batch, [], made.version)[1].endswith("none has joined.")


@pytest.mark.parametrize("wrong", [10**400, -(10**400), 1e300, 2**63, "1e400"])
def test_numbers_that_no_message_holds_are_unknown(wrong: Any) -> None:
    batch = read_batch({"batch_id": 1, "priority": wrong, "worker_limit": wrong, "time_started": wrong}, Scale())
    worker = read_worker({"worker_id": 1, "ram_size": wrong, "progress": wrong, "capability": wrong}, Scale())
    assert batch is not None
    assert worker is not None
    assert (batch.node_limit, worker.memory_bytes) == (0, 0)
