"""The commands about a studio's own clusters and about paths: what may be typed, and nothing else.

Each is handed to `bootstrap.run_command`. Must not import services or adapters: `--help` answers at once. Main thread.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tiepoint.cli_arguments import Json, Verbose, exit_with, path_of

Name = Annotated[str, typer.Argument(metavar="NAME", help="The cluster's name.")]


def add_to(cluster: typer.Typer) -> None:
    """Add the commands to those about clusters."""
    for command in (add, remove, doctor):
        cluster.command()(command)


def add(
    name: Name,
    scheduler: Annotated[
        str, typer.Option("--scheduler", metavar="[USER@]HOST[:PORT]", help="The machine with the agent.")
    ],
    jump: Annotated[
        list[str] | None,
        typer.Option("--jump", metavar="[USER@]HOST[:PORT]", help="A machine on the way; may be repeated, in order."),
    ] = None,
    key: Annotated[
        list[Path] | None,
        typer.Option("--key", metavar="FILE", help="Your private key; without it the SSH agent.", parser=path_of),
    ] = None,
    host_keys: Annotated[
        Path | None,
        typer.Option(
            "--host-keys",
            metavar="FILE",
            help="Public keys of these machines, in the form of known_hosts: what `ssh-keyscan` prints, compared.",
            parser=path_of,
        ),
    ] = None,
    captures: Annotated[str, typer.Option(metavar="URL", help="Blob container photos are sent to.")] = "",
    products: Annotated[str, typer.Option(metavar="URL", help="Blob container products come from.")] = "",
    command: Annotated[
        str, typer.Option(metavar="COMMAND", help="What joins the agent there; without it /opt/tiepoint/connect.")
    ] = "",
    windows: Annotated[bool, typer.Option("--windows", help="The scheduler is a Windows machine.")] = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Add a cluster of your own that is reached by SSH; it is kept once its scheduler was reached.

    Keys of machines are compared, never accepted unseen: give them with --host-keys."""
    from tiepoint.bootstrap import run_command
    from tiepoint.console import own_clusters
    from tiepoint.console.own_clusters import OwnWish

    wish = OwnWish(
        name, scheduler, tuple(jump or ()), tuple(key or ()), host_keys, captures, products, command, is_windows=windows
    )
    exit_with(run_command(lambda p, outlet: own_clusters.add(p, outlet, wish), as_json=as_json, verbose=verbose))


def remove(name: Name, as_json: Json = False, verbose: Verbose = False) -> None:
    """Forget a cluster of your own; nothing there is touched."""
    from tiepoint.bootstrap import run_command
    from tiepoint.console import own_clusters

    exit_with(run_command(lambda p, outlet: own_clusters.remove(p, outlet, name), as_json=as_json, verbose=verbose))


def doctor(
    name: Name,
    path: Annotated[str, typer.Argument(metavar="PATH", help="Below the shared folder; without it that folder.")] = "",
    capture: Annotated[str, typer.Option(metavar="ID", help="A capture instead.")] = "",
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Path Doctor: one file or folder as this computer, Blob, the scheduler and every node see it."""
    from tiepoint.bootstrap import run_command
    from tiepoint.console import own_clusters

    exit_with(
        run_command(
            lambda p, outlet: own_clusters.examine(p, outlet, name, capture, path), as_json=as_json, verbose=verbose
        )
    )
