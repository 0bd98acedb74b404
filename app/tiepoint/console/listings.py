"""The commands that answer at once: `jobs`, `nodes`, `logs`, `abort`, `pause`, `view`.

Each returns an exit code and leaves every word to the outlet. On the loop's thread.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tiepoint.console.outcomes import EXIT_OK
from tiepoint.console.outlet import Outlet
from tiepoint.console.tables import table_text
from tiepoint.console.text import duration_text, moment_text, plain
from tiepoint.domain.errors import UsageError
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.node import Node
from tiepoint.domain.space import size_text
from tiepoint.domain.stages import stage_title
from tiepoint.protocol.events import LogLine
from tiepoint.services.program import Program

PICTURE_SIZE_PX = (1600, 1200)


async def jobs(program: Program, outlet: Outlet, now: datetime) -> int:
    """List all jobs, newest first."""
    found = await program.jobs.jobs()
    rows = [_job_row(job, now) for job in found]
    text = table_text(("JOB", "NAME", "STATE", "STAGE", "SUBMITTED", "TOOK"), rows)
    outlet.result({"state": "ok", "jobs": list(found)}, text if rows else "There are no jobs.")
    return EXIT_OK


async def nodes(program: Program, outlet: Outlet) -> int:
    """List all nodes."""
    found = await program.jobs.nodes()
    rows = [_node_row(node) for node in found]
    text = table_text(("NODE", "HOST", "STATE", "DOES", "CPU", "MEMORY"), rows)
    outlet.result({"state": "ok", "nodes": list(found)}, text if rows else "There are no nodes; they start with a job.")
    return EXIT_OK


async def logs(program: Program, outlet: Outlet, text: str | None, lines: int) -> int:
    """Print the end of a job's log; without a name the newest one's."""
    job = await (program.jobs.find(text) if text else program.jobs.newest())
    found = await program.jobs.log(job.id, lines)
    shown = [_log_row(line) for line in found]
    outlet.result({"state": "ok", "job": job.id, "lines": list(found)}, "\n".join(shown) or "The log is empty.")
    return EXIT_OK


async def abort(program: Program, outlet: Outlet, text: str) -> int:
    """Stop a job; what it has done is kept."""
    job = await program.jobs.abort((await program.jobs.find(text)).id)
    said = f"Stopped {job.id}. Go on with: tiepoint resume {job.id}"
    if job.state is not JobState.CANCELED:
        said = f"{job.id} is {job.state.value} already."
    outlet.result({"state": "ok", "job": job}, said)
    return EXIT_OK


async def pause(program: Program, outlet: Outlet, text: str) -> int:
    """Stop a job for now."""
    job = await program.jobs.pause((await program.jobs.find(text)).id)
    outlet.result({"state": "ok", "job": job}, f"Paused {job.id}. Go on with: tiepoint resume {job.id}")
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


def _log_row(line: LogLine) -> str:
    source = f"{plain(line.source)}: " if line.source else ""
    return f"{line.time.astimezone():%H:%M:%S} {line.level:<7} {source}{plain(line.text)}"


def _job_row(job: Job, now: datetime) -> tuple[str, ...]:
    took = ((job.finished or now) - job.started).total_seconds() if job.started else None
    return (
        job.id,
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
