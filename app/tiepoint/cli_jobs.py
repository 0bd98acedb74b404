"""The commands about jobs and nodes, here and on clusters: what may be typed, and nothing else.

Each is handed to `bootstrap.run_command`. Must not import services or adapters: `--help` answers at once. Main thread.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiepoint.cli_arguments import Json, Photos, Verbose, exit_with, path_of

if TYPE_CHECKING:
    from tiepoint.bootstrap import Command

JobName = Annotated[str, typer.Argument(metavar="JOB", help="A job's id, the start or end of one, or its name.")]
MaybeJob = Annotated[
    str | None, typer.Argument(metavar="JOB", help="A job's id or name; without it the newest.", show_default=False)
]
NodeName = Annotated[str, typer.Argument(metavar="NODE", help="A node's id, as the list has it.")]
Cluster = Annotated[
    str, typer.Option("--cluster", metavar="NAME", help="On this cluster; without it on this computer.")
]

node = typer.Typer(
    name="node",
    help="Let nodes pause, go on or end.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def add_to(app: typer.Typer) -> None:
    """Add the commands to the program's."""
    for command in (jobs, nodes, watch, submit, abort, pause, resume, logs):
        app.command()(command)
    app.add_typer(node)
    app.command()(support)


def jobs(cluster: Cluster = "", as_json: Json = False, verbose: Verbose = False) -> None:
    """List the jobs, newest first."""
    from tiepoint.console import listings

    now = datetime.now(UTC)
    _run(lambda p, outlet: listings.jobs(p, outlet, now, cluster), as_json, verbose)


def nodes(cluster: Cluster = "", as_json: Json = False, verbose: Verbose = False) -> None:
    """List the nodes that do the work."""
    from tiepoint.console import listings

    _run(lambda p, outlet: listings.nodes(p, outlet, cluster), as_json, verbose)


def watch(job: MaybeJob = None, cluster: Cluster = "", as_json: Json = False, verbose: Verbose = False) -> None:
    """Follow a job to its end; Ctrl-C leaves it running.

    With --cluster and without JOB: all its jobs and nodes, until Ctrl-C."""
    from tiepoint.console import runs, watching

    if cluster:
        _run(lambda p, outlet: watching.watch(p, outlet, cluster, job), as_json, verbose)
    _run(lambda p, outlet: runs.watch(p, outlet, job), as_json, verbose)


def submit(
    photos: Photos,
    cluster: Annotated[str, typer.Option("--cluster", metavar="NAME", help="The cluster that is to do it.")] = "",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Folder for the products, besides.", parser=path_of),
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="draft, standard, high or custom; without it the one in your settings.")
    ] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a parameter; may be repeated.")
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the job; without it the photos' folder.")] = "",
    priority: Annotated[int, typer.Option(help="-2 runs last, 2 runs first.", min=-2, max=2)] = 0,
    detach: Annotated[
        bool, typer.Option("--detach", help="Return once the photos are there and the job is handed in.")
    ] = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Send photos to a cluster, let it make the model, and fetch the products.

    The same command goes on where it stopped. Ctrl-C leaves everything running; tiepoint panel goes on, too."""
    from tiepoint.console import submitting
    from tiepoint.console.submitting import SubmitWish

    wish = SubmitWish(cluster, preset, tuple(changes or ()), name, output, priority, is_detached=detach)
    _run(lambda p, outlet: submitting.submit(p, outlet, photos, wish), as_json, verbose)


def abort(job: JobName, cluster: Cluster = "", as_json: Json = False, verbose: Verbose = False) -> None:
    """Stop a job; resume goes on where it stopped."""
    from tiepoint.console import listings

    _run(lambda p, outlet: listings.abort(p, outlet, job, cluster), as_json, verbose)


def pause(job: JobName, cluster: Cluster = "", as_json: Json = False, verbose: Verbose = False) -> None:
    """Stop a job for now."""
    from tiepoint.console import listings

    _run(lambda p, outlet: listings.pause(p, outlet, job, cluster), as_json, verbose)


def resume(job: MaybeJob = None, cluster: Cluster = "", as_json: Json = False, verbose: Verbose = False) -> None:
    """Go on with a job that was stopped.

    Without JOB the newest unfinished one; follows it to its end. Ctrl-C aborts it on this computer, and leaves it
    running on a cluster."""
    from tiepoint.console import runs, watching

    if cluster:
        _run(lambda p, outlet: watching.resume(p, outlet, cluster, job), as_json, verbose)
    _run(lambda p, outlet: runs.resume(p, outlet, job), as_json, verbose)


def logs(
    job: MaybeJob = None,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, max=5000, help="How many lines.")] = 100,
    cluster: Cluster = "",
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Print the end of a job's log."""
    from tiepoint.console import listings

    _run(lambda p, outlet: listings.logs(p, outlet, job, lines, cluster), as_json, verbose)


@node.command("pause")
def pause_node(name: NodeName, cluster: Cluster = "", as_json: Json = False, verbose: Verbose = False) -> None:
    """Give a node no new task; its running one ends."""
    _steer(name, "pause", cluster, as_json, verbose)


@node.command("resume")
def resume_node(name: NodeName, cluster: Cluster = "", as_json: Json = False, verbose: Verbose = False) -> None:
    """Let a node take tasks again, also one that joined paused."""
    _steer(name, "resume", cluster, as_json, verbose)


@node.command("quit")
def quit_node(name: NodeName, cluster: Cluster = "", as_json: Json = False, verbose: Verbose = False) -> None:
    """End a node's process; what it works on goes to another node."""
    _steer(name, "quit", cluster, as_json, verbose)


def support(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="The file to write.", parser=path_of)],
    cluster: Annotated[
        str, typer.Option("--cluster", metavar="NAME", help="About this cluster only; without it about all.")
    ] = "",
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Write one file for support: recordings, logs, versions; people, addresses and secrets are taken out."""
    from tiepoint.console import listings

    _run(lambda p, outlet: listings.support(p, outlet, file, cluster), as_json, verbose)


def _steer(name: str, what: str, cluster: str, as_json: bool, verbose: bool) -> None:
    from tiepoint.console import listings

    _run(lambda p, outlet: listings.steer_node(p, outlet, name, what, cluster), as_json, verbose)


def _run(command: Command, as_json: bool, verbose: bool) -> None:
    from tiepoint.bootstrap import run_command

    exit_with(run_command(command, as_json=as_json, verbose=verbose))
