"""What the agent knows, kept up to date here from its snapshots and events.

Must not do input or output. Values only: each change makes a new one. Any thread.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import Job, Stage
from tiepoint.domain.node import Node
from tiepoint.protocol.events import Event, JobChanged, NodeChanged, StageChanged, State, TasksChanged


@dataclass(frozen=True, slots=True)
class Mirror:
    """The agent's state after event number `seq` of one epoch; `heard` is when it last said something."""

    epoch: str
    seq: int
    jobs: Mapping[JobId, Job] = field(default_factory=dict)
    nodes: Mapping[NodeId, Node] = field(default_factory=dict)
    heard: datetime | None = None

    @classmethod
    def of(cls, state: State, epoch: str, seq: int, heard: datetime | None = None) -> Mirror:
        """Begin from a snapshot."""
        jobs = {job.id: job for job in state.jobs}
        return cls(epoch, seq, jobs, {node.id: node for node in state.nodes}, heard)

    def after(self, event: Event) -> Mirror:
        """Return the state after one more event; one that is already in is passed over.

        Numbers may jump: events of topics nobody subscribed to are counted but not sent.
        """
        if event.seq <= self.seq:
            return self
        changed = dataclasses.replace(self, seq=event.seq, heard=event.time)
        match event.body:
            case JobChanged(job):
                return dataclasses.replace(changed, jobs={**self.jobs, job.id: job})
            case NodeChanged(node):
                return dataclasses.replace(changed, nodes={**self.nodes, node.id: node})
            case StageChanged(job_id, stage):
                return changed._with_stage(job_id, stage)
            case TasksChanged(job_id, name, tasks):
                stage = changed._stage(job_id, name) or Stage(name)
                return changed._with_stage(job_id, dataclasses.replace(stage, tasks=tasks))
            case _:
                return changed

    def _stage(self, job_id: JobId, name: str) -> Stage | None:
        job = self.jobs.get(job_id)
        return _named(job.stages, name) if job is not None else None

    def _with_stage(self, job_id: JobId, stage: Stage) -> Mirror:
        job = self.jobs.get(job_id)
        if job is None:
            return self
        if _named(job.stages, stage.name) is None:
            stages = (*job.stages, stage)
        else:
            stages = tuple(stage if each.name == stage.name else each for each in job.stages)
        return dataclasses.replace(self, jobs={**self.jobs, job_id: dataclasses.replace(job, stages=stages)})


def _named(stages: Iterable[Stage], name: str) -> Stage | None:
    return next((stage for stage in stages if stage.name == name), None)
