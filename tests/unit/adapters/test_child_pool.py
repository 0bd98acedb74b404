"""Lasting children that answer in frames: order, failures, restarts, ends."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from patience import PATIENCE_S
from tiepoint.adapters.engine.child_pool import ChildEnded, ChildPool
from tiepoint.domain.errors import SetupError

# Answers each request with itself; "do" may ask for trouble.
CHILD = """
import json, os, sys, time
while line := sys.stdin.readline():
    asked = json.loads(line)
    if asked["do"] == "die":
        sys.stderr.write("a decoder broke"); sys.stderr.flush(); os._exit(3)
    if asked["do"] == "hang":
        time.sleep(60)
    if asked["do"] == "import":
        import no_such_module
    if asked["do"] == "babble":
        print("no frame at all", flush=True); continue
    more = [sys.stdin.readline() for _ in range(asked.get("lines", 0))]
    body = json.dumps([os.getpid(), asked, more])
    print(json.dumps({"more": True, "bytes": 3}) + "\\nabc" + json.dumps({"bytes": len(body)}), flush=True)
    sys.stdout.write(body); sys.stdout.flush()
"""


class Starts:
    """Starts children and counts them."""

    def __init__(self) -> None:
        self.processes: list[Process] = []

    async def __call__(self, role: str, args: Sequence[str]) -> Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-S", "-c", CHILD, role, *args, stdin=PIPE, stdout=PIPE, stderr=PIPE
        )
        self.processes.append(process)
        return process


@pytest.fixture
def starts() -> Starts:
    return Starts()


@pytest.fixture
async def pool(starts: Starts) -> AsyncIterator[ChildPool]:
    made = ChildPool(starts, "any", ["--x"], 2)
    yield made
    await made.close()
    assert all(process.returncode is not None for process in starts.processes)


async def ask(pool: ChildPool, do: str = "x", urgency: int = 0, limit_s: float = 30.0, **more: object) -> list[object]:
    frames = await pool.ask({"do": do, **more}, urgency=urgency, limit_s=limit_s)
    assert frames[0][1] == b"abc"
    return json.loads(frames[1][1])  # type: ignore[no-any-return]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  the end of a process is waited for
            await asyncio.sleep(0.005)


async def test_one_child_answers_request_after_request(pool: ChildPool, starts: Starts) -> None:
    answers = [await ask(pool, number=number) for number in range(3)]
    assert [answer[1]["number"] for answer in answers] == [0, 1, 2]  # type: ignore[index]
    assert len(starts.processes) == 1


async def test_no_more_children_than_asked_for(pool: ChildPool, starts: Starts) -> None:
    await asyncio.gather(*(ask(pool) for _ in range(20)))
    assert len(starts.processes) == 2


async def test_lines_follow_the_request(pool: ChildPool) -> None:
    frames = await pool.ask({"do": "x", "lines": 2}, urgency=0, limit_s=30, more=[b"one\n", b"two\n"])
    assert json.loads(frames[1][1])[2] == ["one\n", "two\n"]


async def test_the_urgent_goes_first_and_the_unwanted_not_at_all(starts: Starts) -> None:
    pool, order = ChildPool(starts, "any", [], 1), list[int]()

    async def noted(number: int, urgency: int) -> None:
        await ask(pool, urgency=urgency, number=number)
        order.append(number)

    tasks = [asyncio.create_task(noted(*each)) for each in ((0, 5), (1, 5), (2, 1), (3, 0), (4, 9))]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == [0, 3, 2, 4]
    await pool.close()


async def test_a_child_that_ends_costs_one_request_and_is_started_again(pool: ChildPool, starts: Starts) -> None:
    with pytest.raises(ChildEnded) as ended:
        await ask(pool, "die")
    assert "exit status 3: a decoder broke" in ended.value.detail
    assert await ask(pool)
    assert len(starts.processes) == 2


async def test_a_child_that_hangs_is_ended(pool: ChildPool) -> None:
    with pytest.raises(ChildEnded, match="in time"):
        await ask(pool, "hang", limit_s=0.5)
    assert await ask(pool)


async def test_an_answer_that_is_none_ends_the_child(pool: ChildPool) -> None:
    with pytest.raises(ChildEnded, match="cannot be read"):
        await ask(pool, "babble")
    assert await ask(pool)


async def test_a_missing_library_is_said_as_such(pool: ChildPool) -> None:
    with pytest.raises(SetupError, match="cannot be loaded") as missing:
        await ask(pool, "import")
    assert missing.value.remedy


async def test_a_child_that_cannot_be_started_is_said(starts: Starts) -> None:
    async def launch(role: str, args: Sequence[str]) -> Process:
        raise OSError("no more processes")

    pool = ChildPool(launch, "any", [], 2)
    with pytest.raises(SetupError, match="cannot be started"):
        await ask(pool)
    await pool.close()


async def test_idle_children_end_and_others_take_over(starts: Starts) -> None:
    pool = ChildPool(starts, "any", [], 2, idle_s=0.05)
    await ask(pool)
    await until(lambda: starts.processes[0].returncode is not None)
    assert await ask(pool)
    await pool.close()


async def test_closing_cancels_what_waits(starts: Starts) -> None:
    pool = ChildPool(starts, "any", [], 1)
    waiting = [asyncio.create_task(ask(pool, "hang")), asyncio.create_task(ask(pool))]
    await until(lambda: bool(starts.processes))
    await pool.close()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
