"""Output for programs: one JSON object a line on stdout, the last one being the result.

    {"type": "progress", "phase": ..., "state": ..., "done": ..., "total": ..., "unit": ..., "job": ...}
    {"type": "device-code", "url": ..., "code": ..., "expires": ...}
    {"type": "resource", "cluster": ..., "resource": ..., "part": ..., "name": ..., "state": ..., "note": ...}
    {"type": "link", "cluster": ..., "link": {...}}, {"type": "job", ...}, {"type": "node", ...}
    {"type": "step", "round": ..., "step": ..., "job": ..., "capture": ...}
    {"type": "warning", "kind": ..., "summary": ..., "remedy": ...}
    {"type": "error", "kind": ..., "summary": ..., "remedy": ..., "retryable": ..., "detail": ...}
    {"type": "result", "state": ..., "exit_code": ..., ...}

Must not write anything else to stdout. On the loop's thread.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from tiepoint.console.cluster_words import progress
from tiepoint.console.outlet import stdout_line
from tiepoint.domain.cluster_operation import ClusterOperation
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import Stage, StageState
from tiepoint.domain.transfer import Direction, Transfer
from tiepoint.protocol.codec import to_json
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.services.reconstruction import RunSnapshot

_LEAST_PAUSE_S = 0.1


class JsonOutlet:
    """Implements `Outlet`.

    Args:
        write: Takes a line.
        clock: Seconds, rising; progress of one phase is told at most ten times a second.
    """

    def __init__(self, write: Callable[[str], None] = stdout_line, clock: Callable[[], float] = time.monotonic) -> None:
        self._write = write
        self._clock = clock
        self._told: dict[str, dict[str, Any]] = {}
        self._told_at: dict[str, float] = {}
        self._resources: dict[str, dict[str, Any]] = {}
        self._seen: dict[tuple[str, str], tuple[object, float]] = {}

    def progress(self, snapshot: RunSnapshot) -> None:
        """Tell every phase that changed."""
        job = snapshot.job.id if snapshot.job else None
        preparing = snapshot.preparing
        if preparing is not None and preparing.phase:
            facts = {"state": "running", "done": preparing.done, "total": preparing.total, "unit": preparing.unit}
            self._progress(preparing.phase, {**facts, "job": job})
        if snapshot.job is None:
            return
        for stage in snapshot.job.stages:
            if stage.state is not StageState.WAITING:
                self._progress(stage.name, {**_stage_facts(stage), "job": job})
        self._progress("job", {"state": snapshot.job.state.value, "job": job, "trouble": snapshot.trouble})

    def advance(self, what: str, done: int, total: int | None, unit: str) -> None:
        """Tell how far it is."""
        self._progress(what, {"state": "running", "done": done, "total": total, "unit": unit})

    def transfer(self, transfer: Transfer) -> None:
        """Tell how far a transfer is, bytes and files apart."""
        facts = {"state": transfer.state.value, "done": transfer.done_bytes, "total": transfer.bytes_total}
        files = {"files_done": transfer.there.files, "files_total": transfer.files_total}
        pace = {"rate_bytes_per_s": round(transfer.rate_bytes_per_s), "left_s": transfer.left_s}
        phase = "upload" if transfer.direction is Direction.UP else "download"
        self._progress(phase, {**facts, "unit": "bytes", **files, **pace, "transfer": transfer.id})

    def cluster(self, operation: ClusterOperation) -> None:
        """Tell how far an operation is, and each resource whose state has changed."""
        for line in operation.lines:
            facts = {"resource": line.id, "part": line.part, "name": line.name, "doing": line.doing, "note": line.note}
            said = {**facts, "state": line.state.value, "took_s": line.took_s, "failure": line.failure}
            known = self._resources.get(line.id)
            if known is None or any(known[key] != said[key] for key in ("state", "note", "doing")):
                self._resources[line.id] = said
                self._line("resource", {"cluster": operation.cluster, **said})
        done, total = progress(operation)
        counted = {"state": operation.state.value, "done": done, "total": total, "unit": "resources"}
        waits = {"needs_confirmation": operation.needs_confirmation, "deployment": operation.deployment}
        self._progress(operation.kind.value, {**counted, **waits, "cluster": operation.cluster})

    def site(self, name: str, snapshot: MonitorSnapshot) -> None:
        """Tell the link, jobs and nodes that changed, each at most once a second."""
        link, now = snapshot.link, self._clock()
        self._changed(name, "link", name, (link.state, link.problem), link, now, pause_s=0.0)
        for job in snapshot.jobs:
            self._changed(name, "job", job.id, job, job, now)
        for node in snapshot.nodes:
            self._changed(name, "node", node.id, node, node, now)

    def notice(self, kind: str, facts: Mapping[str, Any], text: str) -> None:
        """Tell it as a line of its own type."""
        self._line(kind, facts)

    def warning(self, warning: Failure, **facts: Any) -> None:
        """Tell a warning."""
        told = {"kind": warning.kind, "summary": warning.summary, "remedy": warning.remedy}
        self._line("warning", {**told, **facts})

    def error(self, failure: Failure) -> None:
        """Tell the error."""
        self._line("error", asdict(failure))

    def result(self, facts: Mapping[str, Any], text: str) -> None:
        """Tell the result."""
        self._line("result", facts)

    def close(self) -> None:
        """Do nothing: there is nothing to tidy."""

    def _progress(self, phase: str, facts: dict[str, Any]) -> None:
        known, now = self._told.get(phase), self._clock()
        if known == facts:
            return
        is_new_state = known is None or known.get("state") != facts.get("state")
        is_whole = "total" in facts and facts.get("done") == facts.get("total")
        if not (is_new_state or is_whole) and now - self._told_at[phase] < _LEAST_PAUSE_S:
            return
        self._told[phase], self._told_at[phase] = facts, now
        self._line("progress", {"phase": phase, **facts})

    def _changed(
        self, site: str, kind: str, key: str, mark: object, value: object, now: float, pause_s: float = 1.0
    ) -> None:
        known = self._seen.get((kind, key))
        if known is not None and (known[0] is mark or known[0] == mark or now - known[1] < pause_s):
            return
        self._seen[kind, key] = mark, now
        self._line(kind, {"cluster": site, kind: value})

    def _line(self, kind: str, facts: Mapping[str, Any]) -> None:
        line = {"type": kind, **{name: to_json(value) for name, value in facts.items()}}
        # ASCII only, so that a line is valid whatever the encoding of the terminal or pipe.
        self._write(json.dumps(line, ensure_ascii=True, allow_nan=False))


def _stage_facts(stage: Stage) -> dict[str, Any]:
    if stage.progress is not None:
        done, total, unit = stage.progress.done, stage.progress.total, stage.progress.unit
    else:
        done, total, unit = stage.tasks.completed, stage.tasks.total or None, "tasks"
    return {"state": stage.state.value, "done": done, "total": total, "unit": unit}
