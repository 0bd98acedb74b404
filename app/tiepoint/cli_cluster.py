"""The commands about clusters on Azure: what may be typed, and nothing else. Each is handed to `bootstrap.run_command`.

Must not import services or adapters: `--help` answers at once. Main thread.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiepoint.cli_arguments import Json, Verbose, exit_with, path_of

if TYPE_CHECKING:
    from tiepoint.bootstrap import Command

cluster = typer.Typer(
    name="cluster",
    help="Plan, deploy, resume and pause clusters on Azure.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The cluster's name, as the list has it.")]
PlanFile = Annotated[Path, typer.Argument(metavar="cluster.toml", help="The plan.", parser=path_of, show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the program's."""
    app.add_typer(cluster)


@cluster.command("list")
def list_all(as_json: Json = False, verbose: Verbose = False) -> None:
    """List the clusters of the subscription: state, nodes, what they cost now, when they stop by themselves."""
    from tiepoint.console import clusters

    _run(clusters.list_all, as_json, verbose)


@cluster.command()
def status(
    name: Name,
    follow: Annotated[bool, typer.Option("--follow", help="Until what is under way with it is over.")] = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Tell how a cluster is: its machines, its cost, what is under way.

    --follow also goes on with what this computer began and left in the middle within the last hour."""
    from tiepoint.console import clusters

    _run(lambda p, outlet: clusters.status(p, outlet, name, follows=follow), as_json, verbose)


@cluster.command()
def deploy(
    plan: PlanFile,
    activation_code_env: Annotated[
        str, typer.Option("--activation-code-env", metavar="VAR", help="Variable with Metashape's activation code.")
    ] = "",
    activation_code_file: Annotated[
        str,
        typer.Option(
            "--activation-code-file", metavar="FILE|-", help="File that holds it; - reads it from standard input."
        ),
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask after the price was told.")] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Register providers and make roles that are missing, where you may.")
    ] = False,
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Leave the preflight out.")] = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Check a plan, tell its price, and make a cluster of it, or complete one. What is there is left.

    Ctrl-C ends the following only; Azure goes on."""
    from tiepoint.console import clusters
    from tiepoint.console.cluster_secrets import SecretOptions

    secrets = SecretOptions(activation_code_env, activation_code_file)
    options = clusters.DeployOptions(secrets, is_sure=yes, is_checked=not unchecked, repairs=repair)
    _run(lambda p, outlet: clusters.deploy(p, outlet, plan, options), as_json, verbose)


@cluster.command()
def resume(name: Name, as_json: Json = False, verbose: Verbose = False) -> None:
    """Start a paused or cold cluster, and wait until it answers."""
    from tiepoint.console import clusters

    _run(lambda p, outlet: clusters.resume(p, outlet, name), as_json, verbose)


@cluster.command()
def pause(
    name: Name,
    now: Annotated[bool, typer.Option("--now", help="Do not wait for running tasks.")] = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Stop a cluster's machines once their tasks have ended; disks, Lustre and gateways still bill."""
    from tiepoint.console import clusters

    _run(lambda p, outlet: clusters.pause(p, outlet, name, is_now=now), as_json, verbose)


@cluster.command()
def cold(name: Name, as_json: Json = False, verbose: Verbose = False) -> None:
    """Pause a cluster, write its Lustre to Blob and remove what bills while paused; resume brings all of it back."""
    from tiepoint.console import clusters

    _run(lambda p, outlet: clusters.cool(p, outlet, name), as_json, verbose)


@cluster.command()
def scale(
    name: Name,
    count: Annotated[int, typer.Argument(metavar="COUNT", help="How many nodes it is to have.", min=1, max=200)],
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Let a cluster have more nodes or fewer; those that go end their tasks and give their licence back first."""
    from tiepoint.console import clusters

    _run(lambda p, outlet: clusters.scale(p, outlet, name, count), as_json, verbose)


@cluster.command()
def delete(
    name: Name,
    yes_delete: Annotated[
        str, typer.Option("--yes-delete", metavar="NAME", help="Its name once more, so that it is meant.")
    ] = "",
    delete_data: Annotated[
        bool, typer.Option("--delete-data", help="Also captures and products; without it they are kept.")
    ] = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Delete a cluster; the storage account with captures and products is kept unless --delete-data is given."""
    from tiepoint.console import clusters

    _run(lambda p, outlet: clusters.delete(p, outlet, name, yes_delete, deletes_data=delete_data), as_json, verbose)


@cluster.command()
def retry(name: Name, as_json: Json = False, verbose: Verbose = False) -> None:
    """Go on with what was left in the middle."""
    from tiepoint.console import clusters

    _run(lambda p, outlet: clusters.retry(p, outlet, name), as_json, verbose)


def _run(command: Command, as_json: bool, verbose: bool) -> None:
    from tiepoint.bootstrap import run_command

    exit_with(run_command(command, as_json=as_json, verbose=verbose))
