"""A cluster drawn as two tables: its jobs and its nodes, with the state of the link above.

Must not interpret markup: names are shown as they are. Pure; any thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from tiepoint.console.stages import stage_amount
from tiepoint.console.text import duration_text, plain
from tiepoint.domain.job import Job, JobState, Stage, StageState
from tiepoint.domain.link import Link, LinkState
from tiepoint.domain.node import Node, NodeState
from tiepoint.domain.space import size_text
from tiepoint.domain.stages import stage_title
from tiepoint.services.monitor import MonitorSnapshot

_BAR: Final = 16
_WIDE: Final = 100
"""Terminals of fewer columns do without bars and memory."""
_HEADS: Final = 6
"""Lines that are no rows: the headline, both heads, what is left out."""
_JOB_STYLES: Final = {
    JobState.RUNNING: "cyan",
    JobState.COMPLETED: "green",
    JobState.FAILED: "bold red",
    JobState.PAUSED: "yellow",
    JobState.CANCELED: "dim",
    JobState.QUEUED: "dim",
}
_NODE_STYLES: Final = {
    NodeState.BUSY: "cyan",
    NodeState.READY: "green",
    NodeState.FAILED: "bold red",
    NodeState.OFFLINE: "dim",
    NodeState.PAUSED: "yellow",
    NodeState.LEAVING: "yellow",
    NodeState.STARTING: "yellow",
}
_NODE_ORDER: Final = tuple(
    NodeState(name) for name in ("failed", "leaving", "busy", "starting", "paused", "ready", "offline")
)


def drawn_site(name: str, snapshot: MonitorSnapshot, now: datetime, width: int, height: int) -> RenderableType:
    """Draw a cluster, cut to the height of the terminal: what needs attention and what runs first.

    Args:
        name: Of the cluster.
        snapshot: What is known of it.
        now: The time by our clock.
        width: Columns of the terminal.
        height: Lines of the terminal.
    """
    room = max(4, height - _HEADS)
    jobs = sorted(snapshot.jobs, key=lambda job: (job.state.is_over, job.state is not JobState.RUNNING))
    nodes = sorted(snapshot.nodes, key=lambda node: (_NODE_ORDER.index(node.state), node.id))
    shown_jobs = min(len(jobs), max(room // 3, room - len(nodes)))
    shown_nodes = min(len(nodes), room - shown_jobs)
    theirs = snapshot.link.theirs(now)
    parts: list[RenderableType] = [headline(name, snapshot, now)]
    if jobs:
        parts.append(_jobs_table(jobs[:shown_jobs], theirs, width))
        parts += _left_out(len(jobs) - shown_jobs, "jobs")
    if nodes:
        parts.append(_nodes_table(nodes[:shown_nodes], snapshot, theirs, width))
        parts += _left_out(len(nodes) - shown_nodes, "nodes")
    return Group(*parts)


def headline(name: str, snapshot: MonitorSnapshot, now: datetime) -> Text:
    """Say how the link is and how many jobs and nodes do what."""
    line = Text.assemble((plain(name), "bold"), ("  ", ""), no_wrap=True, overflow="ellipsis")
    line.append(link_text(snapshot.link, now), style="" if snapshot.link.is_up else "yellow")
    jobs = Counter(job.state for job in snapshot.jobs)
    nodes = Counter(node.state for node in snapshot.nodes)
    counts = [f"{count} {state.value}" for state, count in jobs.items() if not state.is_over]
    line.append(f"  jobs: {', '.join(counts) or 'none'}", style="dim")
    line.append(
        f"  nodes: {', '.join(f'{count} {state.value}' for state, count in nodes.items()) or 'none'}", style="dim"
    )
    return line


def link_text(link: Link, now: datetime) -> str:
    """Say how the link is: connection state is never job state."""
    if link.state is LinkState.CONNECTED:
        return plain(link.problem.summary) if link.problem is not None else "connected"
    if link.state is LinkState.CONNECTING:
        return "connecting"
    heard = f"last known {link.heard.astimezone():%H:%M:%S}" if link.heard is not None else "never heard"
    again = ""
    if link.next_try is not None:
        again = f", next try in {max(0, round((link.next_try - now).total_seconds()))} s"
    why = f": {plain(link.problem.summary)}" if link.problem is not None else ""
    return f"{heard}{again}{why}"


def _jobs_table(jobs: Sequence[Job], now: datetime, width: int) -> Table:
    table = _table("JOB", "STATE", "STAGE", "", "", "TOOK", wide=width >= _WIDE)
    for job in jobs:
        stage = next((each for each in job.stages if each.state is StageState.RUNNING), None)
        took = ((job.finished or now) - job.started).total_seconds() if job.started else None
        cells: list[RenderableType] = [
            Text(plain(job.name), overflow="ellipsis"),
            Text(job.state.value, style=_JOB_STYLES.get(job.state, "")),
            Text(stage_title(stage.name) if stage else ""),
            Text(stage_amount(stage) if stage else ""),
            _bar(_share(stage)) if stage and width >= _WIDE else "",
            Text(duration_text(max(0.0, took)) if took is not None else "", style="dim"),
        ]
        table.add_row(*cells)
    return table


def _nodes_table(nodes: Sequence[Node], snapshot: MonitorSnapshot, now: datetime, width: int) -> Table:
    table = _table("NODE", "STATE", "DOES", "", "CPU", "MEMORY" if width >= _WIDE else "", wide=width >= _WIDE)
    names = {str(job.id): job.name for job in snapshot.jobs}
    for node in nodes:
        does = f"{stage_title(node.stage)}, {names.get(node.job, node.job)}" if node.stage and node.job else node.notice
        load = node.load
        cells: list[RenderableType] = [
            Text(plain(node.id), overflow="ellipsis"),
            Text(node.state.value, style=_NODE_STYLES.get(node.state, "")),
            Text(plain(does), overflow="ellipsis"),
            Text(f"{node.task_progress:.0%}" if node.task_progress is not None else ""),
            Text(f"{load.cpu:.0%}" if load else ""),
            Text(size_text(load.memory_bytes) if load and width >= _WIDE else "", style="dim"),
        ]
        table.add_row(*cells)
    return table


def _table(*heads: str, wide: bool) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="dim", expand=False)
    for place, head in enumerate(heads):
        table.add_column(head, no_wrap=True, overflow="ellipsis", max_width=40 if wide else 22 if place != 2 else 30)
    return table


def _left_out(count: int, what: str) -> list[Text]:
    return [Text(f"and {count} more {what}", style="dim")] if count > 0 else []


def _share(stage: Stage) -> float | None:
    if stage.progress is not None and stage.progress.total:
        return min(1.0, stage.progress.done / stage.progress.total)
    return stage.tasks.completed / stage.tasks.total if stage.tasks.total else None


def _bar(share: float | None) -> RenderableType:
    return ProgressBar(total=1.0, completed=share or 0.0, width=_BAR) if share is not None else ""
