"""A state too long for one message, cut into pieces that are not. Pure; the loop's thread."""

from __future__ import annotations

from typing import Final

from tiepoint.domain.job import Job
from tiepoint.domain.node import Node
from tiepoint.protocol.events import State
from tiepoint.protocol.framing import MESSAGE_LIMIT_BYTES

_ROOM: Final = MESSAGE_LIMIT_BYTES * 2 // 3
_NODE_BYTES: Final = 1200
_JOB_BYTES: Final = 1500
_STAGE_BYTES: Final = 450


def in_parts(state: State) -> list[State]:
    """Return the state in parts, each fit for a message; at least one."""
    parts: list[tuple[list[Job], list[Node]]] = [([], [])]
    room = _ROOM
    items: tuple[Job | Node, ...] = (*state.jobs, *state.nodes)
    for item in items:
        size = _node_size(item) if isinstance(item, Node) else _job_size(item)
        if size > room and room < _ROOM:
            parts.append(([], []))
            room = _ROOM
        room -= size
        if isinstance(item, Node):
            parts[-1][1].append(item)
        else:
            parts[-1][0].append(item)
    return [State(tuple(jobs), tuple(nodes)) for jobs, nodes in parts]


def _node_size(node: Node) -> int:
    return _NODE_BYTES + 4 * len(node.notice) + 200 * len(node.gpus)


def _job_size(job: Job) -> int:
    """Estimate generously: letters beyond ASCII take up to four bytes, escaped ones six."""
    texts = [job.name, job.capture, job.folder or "", job.output or "", job.changes, job.published]
    if job.error is not None:
        texts += [job.error.summary, job.error.remedy, job.error.detail]
    return _JOB_BYTES + _STAGE_BYTES * len(job.stages) + sum(6 * len(text) for text in texts)
