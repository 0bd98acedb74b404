"""The commands that answer at once: `jobs`, `nodes`, `logs`, `abort`, `pause`, `node ...`, `support`, `view`.

`cluster` is the name after `--cluster`, empty for this computer.

Each returns an exit code and leaves every word to the outlet. On the loop's thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from tiepoint.console.outcomes import EXIT_OK
from tiepoint.console.outlet import Outlet
from tiepoint.console.requests import full_path
from tiepoint.console.sites import on, site_of
from tiepoint.console.tables import table_text
from tiepoint.console.text import duration_text, moment_text, plain
from tiepoint.domain.errors import UsageError
from tiepoint.domain.identifiers import NodeId
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.node import Node
from tiepoint.domain.space import size_text
from tiepoint.domain.stages import stage_title
from tiepoint.protocol.events import LogLine
from tiepoint.services.program import Program

PICTURE_SIZE_PX = (1600, 1200)


async def jobs(program: Program, outlet: Outlet, now: datetime, cluster: str = "") -> int:
    """List all jobs, newest first."""
    found = await (await site_of(program, cluster)).jobs.jobs()
    text, rows = jobs_text(found, now), len(found)
    outlet.result({"state": "ok", "jobs": list(found)}, text if rows else "There are no jobs.")
    return EXIT_OK


async def nodes(program: Program, outlet: Outlet, cluster: str = "") -> int:
    """List all nodes."""
    found = await (await site_of(program, cluster)).jobs.nodes()
    nothing = "There are no nodes." if cluster else "There are no nodes; they start with a job."
    outlet.result({"state": "ok", "nodes": list(found)}, nodes_text(found) if found else nothing)
    return EXIT_OK


async def logs(program: Program, outlet: Outlet, text: str | None, lines: int, cluster: str = "") -> int:
    """Print the end of a job's log; without a name the newest one's."""
    service = (await site_of(program, cluster)).jobs
    job = await (service.find(text) if text else service.newest())
    found = await service.log(job.id, lines)
    shown = [_log_row(line) for line in found]
    outlet.result({"state": "ok", "job": job.id, "lines": list(found)}, "\n".join(shown) or "The log is empty.")
    return EXIT_OK


async def abort(program: Program, outlet: Outlet, text: str, cluster: str = "") -> int:
    """Stop a job; what it has done is kept."""
    service = (await site_of(program, cluster)).jobs
    job = await service.abort((await service.find(text)).id)
    said = f"Stopped {plain(job.id)}. Go on with: tiepoint resume {plain(job.id)}{on(cluster)}"
    if job.state is not JobState.CANCELED:
        said = f"{plain(job.id)} is {job.state.value} already."
    outlet.result({"state": "ok", "job": job}, said)
    return EXIT_OK


async def pause(program: Program, outlet: Outlet, text: str, cluster: str = "") -> int:
    """Stop a job for now."""
    service = (await site_of(program, cluster)).jobs
    job = await service.pause((await service.find(text)).id)
    said = f"Paused {plain(job.id)}. Go on with: tiepoint resume {plain(job.id)}{on(cluster)}"
    outlet.result({"state": "ok", "job": job}, said)
    return EXIT_OK


async def steer_node(program: Program, outlet: Outlet, name: str, what: str, cluster: str = "") -> int:
    """Let a node pause, go on or end.

    Args:
        program: The use cases.
        outlet: Takes what there is to say.
        name: Its id.
        what: `pause`, `resume` or `quit`.
        cluster: Where it is.
    """
    scheduler = (await site_of(program, cluster)).scheduler
    calls = {"pause": scheduler.pause_node, "resume": scheduler.resume_node, "quit": scheduler.quit_node}
    node = await calls[what](NodeId(name))
    outlet.result({"state": "ok", "node": node}, f"{plain(node.id)} is {node.state.value}.")
    return EXIT_OK


async def support(program: Program, outlet: Outlet, file: Path, cluster: str = "") -> int:
    """Write one file for support."""
    sites: tuple[str, ...] = ()
    if cluster:
        site = await site_of(program, cluster)
        sites = (site.id,)
    path = full_path(file)
    size = await program.remote.recordings.support_file(path, sites)
    said = f"{plain(str(path))} ({size_text(size)}). People, addresses and secrets are taken out; look through it once."
    outlet.result({"state": "ok", "file": str(path), "bytes": size}, said)
    return EXIT_OK


async def view(program: Program, outlet: Outlet, model: Path, picture: Path | None) -> int:
    """Draw a model or cloud into a picture.

    Raises:
        UsageError: No picture was named, and a program asks (people get the window).
    """
    if picture is None:
        raise UsageError(
            "With --json a model can only be drawn into a picture.",
            remedy="Name one: tiepoint view FILE --screenshot PICTURE.png --json",
        )
    await program.renderer.render(model, picture, size_px=PICTURE_SIZE_PX)
    outlet.result({"state": "ok", "picture": str(picture)}, plain(str(picture)))
    return EXIT_OK


def jobs_text(jobs: Sequence[Job], now: datetime) -> str:
    """Return jobs as a table."""
    return table_text(("JOB", "NAME", "STATE", "STAGE", "SUBMITTED", "TOOK"), [_job_row(job, now) for job in jobs])


def nodes_text(nodes: Sequence[Node]) -> str:
    """Return nodes as a table."""
    return table_text(("NODE", "HOST", "STATE", "DOES", "CPU", "MEMORY"), [_node_row(node) for node in nodes])


def _log_row(line: LogLine) -> str:
    source = f"{plain(line.source)}: " if line.source else ""
    return f"{line.time.astimezone():%H:%M:%S} {line.level:<7} {source}{plain(line.text)}"


def _job_row(job: Job, now: datetime) -> tuple[str, ...]:
    took = ((job.finished or now) - job.started).total_seconds() if job.started else None
    return (
        plain(job.id),
        plain(job.name),
        job.state.value if not job.error or job.error.kind != "interrupted" else "interrupted",
        stage_title(job.stage) if job.stage and not job.state.is_over else "",
        moment_text(job.submitted, now),
        duration_text(took) if took is not None and job.state is not JobState.PAUSED else "",
    )


def _node_row(node: Node) -> tuple[str, ...]:
    does = f"{stage_title(node.stage)} of {node.job}" if node.stage and node.job else ""
    if does and node.task_progress is not None:
        does += f" ({node.task_progress:.0%})"
    load = node.load
    cpu = f"{load.cpu:.0%} of {node.cpu_count}" if load else str(node.cpu_count or "")
    memory = f"{size_text(load.memory_bytes)} of {size_text(node.memory_bytes)}" if load else ""
    return plain(node.id), plain(node.host), node.state.value, plain(does), cpu, memory
