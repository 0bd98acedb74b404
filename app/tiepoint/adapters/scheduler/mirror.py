"""What the agent knows, kept up to date here from its snapshots and events.

Thousands of events a second may come, of which a screen shows the last few a second: an event is put where the next one
about the same thing takes its place, and is read only when somebody looks. What cannot be read is counted and passed
over, and no scheduler, however mad, makes this grow without end. Must not do input or output. On the loop's thread.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from tiepoint.adapters.scheduler.doubts import Doubts
from tiepoint.adapters.scheduler.fitting import fitting
from tiepoint.adapters.scheduler.unread import Unread, params_of
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import Job, Stage, TaskCounts
from tiepoint.domain.node import Node
from tiepoint.protocol.codec import MalformedMessage, from_json
from tiepoint.protocol.events import JobChanged, NodeChanged, StageChanged, TasksChanged

MOST_JOBS: Final = 20_000
MOST_NODES: Final = 10_000
MOST_STAGES: Final = 100
MOST_BYTES: Final = 256 * 1024 * 1024
_LONGEST_ID: Final = 500
_LARGEST_SEQ: Final = 2**62


class Mirror:
    """The agent's state after event number `seq` of one epoch.

    Args:
        epoch: Of the agent's life.
        seq: Number of the last event in it.
        doubts: Takes what makes no sense.
    """

    def __init__(self, epoch: str, seq: int, doubts: Doubts) -> None:
        self.epoch, self.seq = epoch, seq
        self.heard: datetime | None = None
        self._doubts = doubts
        self._jobs: dict[JobId, Job] = {}
        self._nodes: dict[NodeId, Node] = {}
        self._raw_jobs: dict[str, Any] = {}
        self._raw_nodes: dict[str, Any] = {}
        self._raw_stages: dict[str, dict[str, tuple[Any, Any]]] = {}
        self._bytes: dict[str, int] = {}
        self._whole_bytes = 0

    def put_state(self, state: Mapping[str, Any], size: int, *, is_fitting: bool = True) -> None:
        """Take jobs and nodes of a snapshot, raw.

        Args:
            state: `jobs` and `nodes`.
            size: Bytes of the message it came in.
            is_fitting: Whether no text in it is too long.
        """
        for kind, key in (("jobs", "job"), ("nodes", "node")):
            listed = state.get(kind, [])
            if not isinstance(listed, list):
                self._doubts.add(f"{kind} of a snapshot are no list")
                continue
            share = max(1, size // max(1, len(listed)))
            for each in listed:
                self._put(key, each if is_fitting else fitting(each), share)

    def take(self, params: Mapping[str, Any], size: int, heard: datetime, *, is_fitting: bool = True) -> bool:
        """Take the params of an event; return whether it was news. One that is already in is passed over.

        Numbers may jump: events of topics nobody subscribed to are counted but not sent.
        """
        seq = params.get("seq")
        if not isinstance(seq, int) or isinstance(seq, bool) or not 0 <= seq < _LARGEST_SEQ:
            self._doubts.add("an event without a number")
            return False
        if seq <= self.seq:
            return False
        self.seq, self.heard = seq, heard
        if not is_fitting:
            params = fitting(params)
        kind = params.get("kind")
        if kind == NodeChanged.kind:
            self._put("node", params.get("node"), size)
        elif kind == JobChanged.kind:
            self._put("job", params.get("job"), size)
        elif kind == StageChanged.kind:
            stage = params.get("stage")
            self._put_stage(params.get("job"), stage.get("name") if isinstance(stage, dict) else None, stage, None)
        elif kind == TasksChanged.kind:
            self._put_stage(params.get("job"), params.get("stage"), None, params.get("tasks"))
        return True

    def keep(self, event: Unread, line: bytes, heard: datetime) -> bool:
        """Take an event of which only the head was read; return whether it was news."""
        seq, node, job, stage = event
        if seq <= self.seq:
            return False
        self.seq, self.heard = seq, heard
        if node:
            self._wait("node", node, line, len(line))
        elif stage:
            self._put_stage(job, stage, None, line)
        else:
            self._wait("job", job, line, len(line))
        return True

    @property
    def waiting(self) -> int:
        """How many jobs and nodes wait to be read."""
        return len(self._raw_jobs) + len(self._raw_nodes)

    def digest(self, most: int) -> None:
        """Read some of what waits; a job is as much work as ten nodes."""
        nodes = {name: self._raw_nodes.pop(name) for name in list(self._raw_nodes)[:most]}
        jobs = {name: self._raw_jobs.pop(name) for name in list(self._raw_jobs)[: max(1, (most - len(nodes)) // 10)]}
        self._nodes = {**self._nodes, **self._read(Node, nodes)}
        self._jobs = {**self._jobs, **self._read(Job, jobs)}

    def jobs(self) -> Mapping[JobId, Job]:
        """All jobs; those that did not change are the same objects as before."""
        if self._raw_jobs:
            raw, self._raw_jobs = self._raw_jobs, {}
            self._jobs = {**self._jobs, **self._read(Job, raw)}
        if self._raw_stages:
            self._jobs = {**self._jobs, **self._with_stages()}
        return self._jobs

    def nodes(self) -> Mapping[NodeId, Node]:
        """All nodes; those that did not change are the same objects as before."""
        if self._raw_nodes:
            raw, self._raw_nodes = self._raw_nodes, {}
            self._nodes = {**self._nodes, **self._read(Node, raw)}
        return self._nodes

    def _read(self, kind: Any, raw: Mapping[str, Any]) -> dict[Any, Any]:
        done: dict[Any, Any] = {}
        what = kind.__name__.lower()
        for name, value in self._values(what, raw):
            try:
                done[name] = from_json(kind, value, what)
            except MalformedMessage as error:
                self._doubts.add(str(error))
        return done

    def _values(self, what: str, raw: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        lines = {name: value for name, value in raw.items() if isinstance(value, bytes)}
        for name, params in zip(lines, params_of(tuple(lines.values())), strict=True):
            value = None if params is None else params.get(what)
            if isinstance(value, dict) and value.get("id") == name:
                yield name, value
            else:
                self._doubts.add(f"a {what} that cannot be read")
        yield from ((name, value) for name, value in raw.items() if name not in lines)

    def _put(self, kind: str, raw: Any, size: int) -> None:
        name = raw.get("id") if isinstance(raw, dict) else None
        if not isinstance(name, str) or len(name) > _LONGEST_ID:
            self._doubts.add(f"a {kind} without an id")
        else:
            self._wait(kind, name, raw, size)

    def _wait(self, kind: str, name: str, raw: Any, size: int) -> None:
        """Let what came wait to be read: a value of JSON, or a line whose head alone was read."""
        known, waiting, most = (
            (self._nodes, self._raw_nodes, MOST_NODES) if kind == "node" else (self._jobs, self._raw_jobs, MOST_JOBS)
        )
        is_new = name not in known and name not in waiting
        before = self._bytes.get(name, 0)
        if is_new and len(known) + len(waiting) >= most:
            self._doubts.add(f"more than {most} {kind}s")
        elif self._whole_bytes + size - before > MOST_BYTES:
            self._doubts.add("more than can be kept")
        else:
            self._bytes[name] = size
            self._whole_bytes += size - before
            waiting[name] = raw
            if kind == "job":
                self._raw_stages.pop(name, None)

    def _put_stage(self, job: Any, name: Any, stage: Any, tasks: Any) -> None:
        if not isinstance(job, str) or not isinstance(name, str) or len(name) > _LONGEST_ID:
            self._doubts.add("a stage without a name")
        elif job in self._raw_jobs or job in self._jobs:
            stages = self._raw_stages.setdefault(job, {})
            if len(stages) < MOST_STAGES or name in stages:
                before = stages.get(name, (None, None))
                stages[name] = (stage, None) if stage is not None else (before[0], tasks)

    def _with_stages(self) -> dict[JobId, Job]:
        raw, self._raw_stages = self._raw_stages, {}
        done = {}
        for name, stages in raw.items():
            job = self._jobs.get(JobId(name))
            if job is not None:
                done[job.id] = self._staged(job, stages)
        return done

    def _staged(self, job: Job, raw: Mapping[str, tuple[Any, Any]]) -> Job:
        known = {stage.name: stage for stage in job.stages}
        for name, (whole, tasks) in raw.items():
            try:
                stage = known.get(name) or Stage(name)
                if whole is not None:
                    stage = from_json(Stage, whole, "stage")
                if isinstance(tasks, bytes):
                    (params,) = params_of((tasks,))
                    tasks = "unreadable" if params is None else params.get("tasks")
                if tasks is not None:
                    stage = dataclasses.replace(stage, tasks=from_json(TaskCounts, tasks, "tasks"))
            except MalformedMessage as error:
                self._doubts.add(str(error))
                continue
            if name in known or len(known) < MOST_STAGES:
                known[name] = stage
        return dataclasses.replace(job, stages=tuple(known.values()))
