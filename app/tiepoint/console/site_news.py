"""A cluster told in lines, one a piece of news: for pipes and terminals that cannot draw. On the loop's thread."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tiepoint.console.stages import stage_amount
from tiepoint.console.text import plain
from tiepoint.domain.job import Job, StageState
from tiepoint.domain.link import Link, LinkState
from tiepoint.domain.node import Node
from tiepoint.domain.stages import stage_title
from tiepoint.services.monitor import MonitorSnapshot


class SiteNews:
    """Compares what is known with what was told."""

    def __init__(self) -> None:
        self._link: tuple[LinkState, str] | None = None
        self._jobs: dict[str, tuple[str, ...]] = {}
        self._nodes: dict[str, str] = {}

    def lines(self, name: str, snapshot: MonitorSnapshot, now: datetime) -> Iterator[str]:
        """Return a line for each piece of news; how far something is, is none."""
        yield from self._link_line(name, snapshot.link)
        for job in snapshot.jobs:
            mark, said = _job_mark(job), _job_line(job)
            if self._jobs.get(job.id) != mark:
                self._jobs[job.id] = mark
                yield f"{now.astimezone():%H:%M:%S} {said}"
        for node in snapshot.nodes:
            if self._nodes.get(node.id) != node.state.value + node.notice:
                self._nodes[node.id] = node.state.value + node.notice
                yield f"{now.astimezone():%H:%M:%S} {_node_line(node)}"

    def _link_line(self, name: str, link: Link) -> Iterator[str]:
        mark = link.state, link.problem.summary if link.problem is not None else ""
        if mark == self._link:
            return
        self._link = mark
        words = {LinkState.CONNECTED: "connected", LinkState.CONNECTING: "connecting", LinkState.STOPPED: "stopped"}
        said = words.get(link.state, "not connected; what follows is as last known")
        yield f"{plain(name)}: {said}{f': {plain(mark[1])}' if mark[1] else ''}"


def _job_mark(job: Job) -> tuple[str, ...]:
    return job.state.value, *(stage.state.value for stage in job.stages)


def _job_line(job: Job) -> str:
    stage = next((each for each in job.stages if each.state is StageState.RUNNING), None)
    doing = f", {stage_title(stage.name)} {stage_amount(stage)}".rstrip() if stage is not None else ""
    why = f": {plain(job.error.summary)}" if job.error is not None else ""
    return f"job {plain(job.name)} ({plain(job.id)}): {job.state.value}{doing}{why}"


def _node_line(node: Node) -> str:
    return f"node {plain(node.id)}: {node.state.value}{f', {plain(node.notice)}' if node.notice else ''}"
