"""What following a busy cluster costs the panel: 1,000 nodes and 100,000 tasks, 2,000 events a second.

    xvfb-run -a env PYTHONPATH=tests .venv/bin/python tests/benchmarks/bench_scheduler_stream.py [--seconds N] [--quick]
    ... bench_scheduler_stream.py --memory MINUTES        memory alone, minute by minute: see `follow_memory`

The real panel on a screen, with its flight recorder, and an agent of its own process that streams through its real
publisher and socket. For the Nodes and the Jobs page: processor share of the panel process, how late its event loop is
(p50, p99), and how its memory grows, as megabytes an hour. An empty PySide6 window lives through the same seconds:
what it shows is the machine's doing. Then how long after the agent is killed, another in its place, all of the other
one's nodes are known.
Targets: 10 % of one core, p99 16 ms, flat memory, 2 s. OpenCue's CueGUI is reported to need 15 to 20 s for a refresh
with 5,000 jobs (AcademySoftwareFoundation/OpenCue issue 1854); it shows that figure's order, not this scene.

Seen on two quiet cores, 60 s a page, one run, 1,996 events a second, Nodes / Jobs: 14.2 / 13.8 % of a core with the
watchdog's own 3.3 / 3.5 %, so a little over the target: MISSED. p99 of the loop 6.7 / 7.3 ms beside 3.3 / 3.1 ms of the
empty window: met, since the rows of many nodes are made in pieces. Reconnected in 0.21 s: met. When every line was
read as it came, on a busy machine: 16.5 / 14.2 %, p99 77 to 158 ms. Later work (one wait instead of twenty a look,
plain tuples, one look for escapes a batch) took some 10 % off reading an event when timed alone; beside other work on
two cores the whole panel showed no difference: 10.9 and 12.6 % before, 11.5 and 11.9 % after, on the Nodes page.

Memory, 62 minutes beside much other work, 970 to 1,980 events a second, ten minutes on each page in turn: resident
247 MB after 35 minutes and 248 MB after 62; malloc lent 44 to 48 MB all the time but for two looks at 51 and 54: level.
What grew before, from 212 to 247 MB, was room that malloc kept in each thread that had packed a busy second of the
tape as one text. Since it is packed a few lines at a time, malloc keeps 7 MB after 90 s on the Jobs page, not 16.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from bench_panel_lag import Peer
from follow_memory import summary, watch_memory

import panel_hand
from panel_hand import PanelHand
from tiepoint.bootstrap import open_program

AGENT = Path(__file__).resolve().parents[1] / "busy_agent.py"
MOST_SHARE, MOST_LAG_MS, MOST_RECONNECT_S = 0.10, 16.0, 2.0
_MEMORY_EVERY_S = 5.0
_SETTLE_S = 12.0
"""Until the pages are made that nobody has looked at yet."""


class BusyAgent:
    """The agent's process."""

    def __init__(self, home: str, nodes: int, events_s: int, name: str) -> None:
        words = [sys.executable, str(AGENT), str(nodes), str(events_s), name]
        self._process = subprocess.Popen(words, env={**os.environ, "TIEPOINT_HOME": home}, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def told(self) -> int:
        """How many events it told so far: a machine that is busy otherwise gets fewer."""
        self._process.send_signal(signal.SIGUSR1)
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def kill(self) -> None:
        """End it without a word."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def watch(hand: PanelHand, peer: Peer, agent: BusyAgent, page: str, seconds: float) -> tuple[float, float]:
    """Look at a page for a while; print and return processor share and p99."""
    hand.click(page)
    time.sleep(_SETTLE_S)
    panel = psutil.Process(hand.process.pid)
    hand.lag()
    peer.lag()
    watchdog = psutil.Process(peer.pid).cpu_times()
    threads = {each.id: each.user_time + each.system_time for each in panel.threads()}
    told = agent.told()
    begun, cpu, memory = time.monotonic(), panel.cpu_times(), [(0.0, panel.memory_info().rss)]
    while time.monotonic() - begun < seconds:
        time.sleep(min(_MEMORY_EVERY_S, seconds / 4))
        memory.append((time.monotonic() - begun, panel.memory_info().rss))
    now, wall = panel.cpu_times(), time.monotonic() - begun
    rate = (agent.told() - told) / wall
    spent = {each.id: each.user_time + each.system_time - threads.get(each.id, 0.0) for each in panel.threads()}
    gui = spent[hand.process.pid] / wall
    seen, (peer_p99, _) = hand.lag(), peer.lag()
    end = psutil.Process(peer.pid).cpu_times()
    own = (end.user + end.system - watchdog.user - watchdog.system) / wall
    share = (now.user + now.system - cpu.user - cpu.system) / wall
    half = memory[len(memory) // 2 :]
    growth = _slope([at for at, _ in half], [bytes_ / 1e6 for _, bytes_ in half]) * 3600
    print(
        f"{page:6} {share * 100:5.1f} % of a core, {gui * 100:.1f} of it the GUI thread (empty window with the same "
        f"watchdog {own * 100:.1f}), at {rate:.0f} events a second; "
        f"loop p50 {seen['p50_ms']:.1f}, p99 {seen['p99_ms']:.1f}, longest "
        f"{seen['worst_ms']:.0f} ms (most work in one go {seen['worst_work_ms']:.0f} ms; empty window p99 "
        f"{peer_p99:.1f} ms); memory {memory[-1][1] / 1e6:.0f} MB, {growth:+.0f} MB an hour by its second half",
        flush=True,
    )
    for wall_ms, worked_ms, stack in sorted(seen["gaps"], reverse=True)[:3]:
        print(f"   {wall_ms:.0f} ms, worked {worked_ms:.0f} ms\n      " + "\n      ".join(stack.splitlines()[:6]))
    return share, seen["p99_ms"]


async def reconnect(agent: BusyAgent, other_is_there: asyncio.Event) -> float:
    """Kill the agent whose place another has taken, and measure until the program knows the other one's nodes.

    Without a window: looking for words on the screen costs the panel more than connecting again.
    """
    async with open_program() as program:
        fresh = asyncio.Event()
        program.monitor.start()
        program.monitor.changed.subscribe(lambda told: fresh.set() if told.node("late-0000") else None)
        await other_is_there.wait()
        await asyncio.sleep(3)
        began = time.monotonic()
        await asyncio.to_thread(agent.kill)
        async with asyncio.timeout(60):
            await fresh.wait()
        return time.monotonic() - began


async def with_another(agents: list[BusyAgent], start: Callable[[], BusyAgent]) -> float:
    """Let another agent take the place while the first is still heard."""
    is_there = asyncio.Event()
    following = asyncio.create_task(reconnect(agents[0], is_there))
    await asyncio.sleep(5)
    agents.append(await asyncio.to_thread(start))
    is_there.set()
    return await following


def _slope(xs: list[float], ys: list[float]) -> float:
    return statistics.linear_regression(xs, ys).slope if len(set(xs)) > 1 else 0.0


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--events", type=int, default=2000)
    parser.add_argument("--picture", default="")
    parser.add_argument("--memory", type=float, default=0.0, metavar="MINUTES")
    given = parser.parse_args()
    seconds = 8.0 if given.quick else given.seconds
    panel_hand.LOOK_EVERY_S = 0.2  # every look costs the panel a search through its widgets
    with tempfile.TemporaryDirectory(prefix="tp-", ignore_cleanup_errors=True) as scratch:
        home = f"{scratch}/home"
        agents = [BusyAgent(home, given.nodes, given.events, "gpu")]
        hand, peer = PanelHand(Path(scratch), [], {"TIEPOINT_HOME": home}), Peer()
        try:
            hand.wait_for("Nodes", 60)
            time.sleep(4)
            hand.focus_window()
            if given.memory:
                print(summary(watch_memory(hand, given.memory, agents[0].told)))
                return 0
            results = [watch(hand, peer, agents[0], page, seconds) for page in ("Nodes", "Jobs")]
            if given.picture:
                hand.picture(Path(given.picture))
        finally:
            hand.close()
            peer.close()
            if given.memory:
                agents[0].kill()
        os.environ["TIEPOINT_HOME"] = home
        try:
            back_s = asyncio.run(with_another(agents, lambda: BusyAgent(home, given.nodes, given.events, "late")))
        finally:
            agents[-1].kill()
    print(f"from the broken connection to all nodes of another agent: {back_s:.2f} s")
    is_met = all(share <= MOST_SHARE and lag <= MOST_LAG_MS for share, lag in results) and back_s <= MOST_RECONNECT_S
    print(f"targets {MOST_SHARE:.0%}, {MOST_LAG_MS:.0f} ms, {MOST_RECONNECT_S:.0f} s: {'met' if is_met else 'MISSED'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
