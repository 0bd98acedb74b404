"""What a job's listener hears of its batch, look after look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import pytest

from tiepoint.agent.backends.metashape.facts import BatchFacts, TaskFacts
from tiepoint.agent.backends.metashape.follower import BatchFollower
from tiepoint.agent.backends.metashape.plan import tasks_of
from tiepoint.domain.errors import Canceled, OutOfMemory
from tiepoint.domain.job import TaskCounts
from tiepoint.domain.presets import parameters_for

SPECS = tasks_of(parameters_for("draft"), "draft", PurePath("/work/products"), is_georeferenced=False)
WAITING = TaskFacts("x", "pending", 0.0)
DONE = TaskFacts("x", "completed", 1.0, TaskCounts(completed=1))


class Listener:
    """Remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **more: self.heard.append((name, *args, *more.values()))

    def of(self, *names: str) -> list[tuple[Any, ...]]:
        return [each for each in self.heard if each[0] in names]


def follower(listener: Listener, done: Sequence[int] = ()) -> BatchFollower:
    left = [spec.index for spec in SPECS if spec.index not in done]
    return BatchFollower(SPECS, left, done, listener, lambda worker: f"node-{worker}")


def batch(*tasks: TaskFacts, **more: Any) -> BatchFacts:
    rest = (WAITING,) * (len(SPECS) - len(tasks))
    return BatchFacts(1, state="inprogress", tasks=(*tasks, *rest), **more)


def test_stages_begin_count_and_end_once() -> None:
    listener = Listener()
    followed = follower(listener)
    running = TaskFacts("MatchPhotos", "inprogress", 0.5, TaskCounts(1, 1, 0))
    assert followed.update(batch()) == ()
    for _ in range(3):
        assert followed.update(batch(running)) == ()
    assert followed.update(batch(DONE)) == (0,)
    assert [each[0] for each in listener.heard] == ["stage_started", "stage_counted", "stage_counted", "stage_finished"]


def test_two_tasks_of_one_stage_count_together() -> None:
    listener = Listener()
    followed = follower(listener)
    at = next(spec.index for spec in SPECS if spec.names == ("BuildUV",))
    followed.update(batch(*[DONE] * (at + 1)))
    assert listener.of("stage_counted")[-1] == ("stage_counted", "texture", TaskCounts(1, 0, 1), 0.5)
    assert ("stage_finished", "texture", 0.0, 0.0) not in listener.heard


def test_what_was_done_by_an_earlier_batch_counts() -> None:
    listener = Listener()
    followed = BatchFollower(SPECS, [spec.index for spec in SPECS[2:]], [0, 1], listener, lambda worker: "")
    followed.update(BatchFacts(2, state="pending", tasks=(WAITING,) * (len(SPECS) - 2)))
    assert [each[1] for each in listener.of("stage_finished")] == ["matching", "alignment"]
    assert all(each[3] == ("before",) for each in listener.of("stage_started")), "its time would be remembered as zero"


def test_a_stage_that_failed_between_two_looks_is_told() -> None:
    listener = Listener()
    failed = TaskFacts("MatchPhotos", "pending", 0.0, log="Error: bad allocation\n")
    with pytest.raises(OutOfMemory):
        follower(listener).update(replace(batch(failed), state="aborted"))
    assert listener.of("stage_started") == [("stage_started", "matching", (), ())]


@pytest.mark.parametrize(
    ("state", "is_paused", "failed"), [("failed", False, 0), ("inprogress", True, 1), ("aborted", False, 1)]
)
def test_failures_are_seen_in_all_generations(state: str, is_paused: bool, failed: int) -> None:
    task = TaskFacts("BuildModel", "inprogress", 0.0, TaskCounts(1, 0, 0, failed))
    facts = replace(batch(task, error="bad allocation", error_worker=3), state=state, is_paused=is_paused)
    with pytest.raises(OutOfMemory, match="node-3"):
        follower(Listener()).update(facts)


def test_an_error_that_is_tried_again_is_no_failure() -> None:
    listener = Listener()
    followed = follower(listener)
    task = TaskFacts("MatchPhotos", "inprogress", 0.0, TaskCounts(1, 1, 0))
    for _ in range(2):
        followed.update(batch(task, error="Unknown error", error_time=5.0, error_worker=2))
    assert len(listener.of("task_returned")) == 1
    assert [each[1:3] for each in listener.of("logged")] == [("error", "matching")]


@pytest.mark.parametrize("error", ["", "Aborted by user"])
def test_an_abort_by_another_tool_is_no_failure(error: str) -> None:
    task = TaskFacts("MatchPhotos", "inprogress", 0.5, TaskCounts(1, 0, 0))
    with pytest.raises(Canceled, match="another tool"):
        follower(Listener()).update(replace(batch(task, error=error), state="aborted"))


def test_rest_by_another_tool_is_told_and_ours_is_not() -> None:
    listener = Listener()
    followed = follower(listener)
    followed.update(batch())
    followed.update(replace(batch(), is_paused=True))
    followed.update(batch())
    assert listener.of("rested") == [("rested", True), ("rested", False)]
    followed.expects_rest = True
    followed.update(replace(batch(), is_paused=True))
    assert len(listener.of("rested")) == 2


def test_fresh_lines_of_a_log_are_told_once() -> None:
    listener = Listener()
    followed = follower(listener)
    task = TaskFacts("MatchPhotos", "inprogress", 0.5, TaskCounts(1, 1, 0), log="one\n")
    followed.update(batch(task))
    followed.update(batch(replace(task, log="one\ntwo\n\n")))
    assert [each[3] for each in listener.of("logged")] == ["one", "two"]
