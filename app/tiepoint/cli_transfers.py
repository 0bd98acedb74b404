"""The commands about transfers: what may be typed, and nothing else. Each is handed to `bootstrap.run_command`.

Must not import services or adapters: `--help` answers at once. Main thread.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiepoint.cli_arguments import Json, Photos, Verbose, exit_with, path_of

if TYPE_CHECKING:
    from tiepoint.bootstrap import Command
    from tiepoint.console.transfer_access import AccessOptions
    from tiepoint.console.transfer_runs import RunOptions

SasEnv = Annotated[str, typer.Option("--sas-env", metavar="VAR", help="Variable that holds a shared access signature.")]
SasFile = Annotated[
    str, typer.Option("--sas-file", metavar="FILE|-", help="File that holds one; - reads it from standard input.")
]
BearerEnv = Annotated[
    str,
    typer.Option(
        "--bearer-env",
        metavar="VAR",
        help="Variable that holds an access token for https://storage.azure.com, such as `az` gives.",
    ),
]
Replace = Annotated[bool, typer.Option("--replace", help="Replace other content under the same names.")]
First = Annotated[bool, typer.Option("--first", help="Let it go before all other transfers.")]
Detach = Annotated[bool, typer.Option("--detach", help="Leave it to the transfer worker and return at once.")]
From = Annotated[
    str, typer.Option("--from", metavar="URL", help="Container of CAPTURE, when this computer did not send it.")
]
What = Annotated[
    str,
    typer.Argument(metavar="CAPTURE|URL", help="A capture sent from here, or the address of one.", show_default=False),
]
Name = Annotated[str, typer.Argument(metavar="TRANSFER", help="Its id, the start of one, or the capture's name or id.")]

transfers = typer.Typer(
    name="transfers",
    help="List, pause and resume what goes up and comes down.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def add_to(app: typer.Typer) -> None:
    """Add the commands to the program's."""
    for command in (upload, download, verify):
        app.command()(command)
    app.add_typer(transfers)


def upload(
    photos: Photos,
    to: Annotated[str, typer.Option("--to", metavar="URL", help="Address of the container.")],
    capture: Annotated[
        str, typer.Option("--capture", metavar="NAME", help="Name of the capture; without it the photos' folder.")
    ] = "",
    sas_env: SasEnv = "",
    sas_file: SasFile = "",
    bearer_env: BearerEnv = "",
    replace: Replace = False,
    first: First = False,
    detach: Detach = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Send photos to Blob storage; what is there already is not sent again.

    The same command goes on where it stopped. Ctrl-C pauses."""
    from tiepoint.console import transfer_runs

    options = _options(_access(sas_env, sas_file, bearer_env), replace, first, detach)
    _run(lambda p, outlet: transfer_runs.upload(p, outlet, photos, capture, to, options), as_json, verbose)


def download(
    what: What,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder to put it into.", parser=path_of)
    ],
    container: From = "",
    products: Annotated[bool, typer.Option("--products", help="Leave the photos out.")] = False,
    sas_env: SasEnv = "",
    sas_file: SasFile = "",
    bearer_env: BearerEnv = "",
    replace: Replace = False,
    first: First = False,
    detach: Detach = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Fetch a capture or its products from Blob storage; what is here already is not fetched again."""
    from tiepoint.console import transfer_runs

    options = _options(_access(sas_env, sas_file, bearer_env), replace, first, detach)
    _run(
        lambda p, outlet: transfer_runs.download(p, outlet, what, output, container, products, options),
        as_json,
        verbose,
    )


def verify(
    what: What,
    container: From = "",
    sas_env: SasEnv = "",
    sas_file: SasFile = "",
    bearer_env: BearerEnv = "",
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Check a capture in Blob storage against its receipt and name what is missing or different."""
    from tiepoint.console import transfers as commands

    access = _access(sas_env, sas_file, bearer_env)
    _run(lambda p, outlet: commands.verify(p, outlet, what, container, access), as_json, verbose)


@transfers.command("list")
def list_transfers(as_json: Json = False, verbose: Verbose = False) -> None:
    """List the transfers, newest first."""
    from tiepoint.console import transfers as commands

    now = datetime.now(UTC)
    _run(lambda p, outlet: commands.list_all(p, outlet, now), as_json, verbose)


@transfers.command()
def pause(transfer: Name, as_json: Json = False, verbose: Verbose = False) -> None:
    """Stop a transfer for now."""
    from tiepoint.console import transfers as commands

    _run(lambda p, outlet: commands.pause(p, outlet, transfer), as_json, verbose)


@transfers.command()
def resume(
    transfer: Name,
    sas_env: SasEnv = "",
    sas_file: SasFile = "",
    bearer_env: BearerEnv = "",
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Let a transfer go on; returns at once."""
    from tiepoint.console import transfers as commands

    access = _access(sas_env, sas_file, bearer_env)
    _run(lambda p, outlet: commands.resume(p, outlet, transfer, access), as_json, verbose)


@transfers.command()
def retry(
    transfer: Name,
    replace: Replace = False,
    sas_env: SasEnv = "",
    sas_file: SasFile = "",
    bearer_env: BearerEnv = "",
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Begin the failed files of a transfer again; returns at once."""
    from tiepoint.console import transfers as commands

    access = _access(sas_env, sas_file, bearer_env)
    _run(lambda p, outlet: commands.retry(p, outlet, transfer, access, replaces=replace), as_json, verbose)


@transfers.command()
def cancel(transfer: Name, as_json: Json = False, verbose: Verbose = False) -> None:
    """Stop a transfer for good; what is there stays there."""
    from tiepoint.console import transfers as commands

    _run(lambda p, outlet: commands.cancel(p, outlet, transfer), as_json, verbose)


@transfers.command()
def remove(transfer: Name, as_json: Json = False, verbose: Verbose = False) -> None:
    """Forget a transfer that is over; its receipts stay."""
    from tiepoint.console import transfers as commands

    _run(lambda p, outlet: commands.remove(p, outlet, transfer), as_json, verbose)


@transfers.command()
def failed(transfer: Name, as_json: Json = False, verbose: Verbose = False) -> None:
    """Print the files of a transfer that failed, as CSV."""
    from tiepoint.console import transfers as commands

    _run(lambda p, outlet: commands.failed(p, outlet, transfer), as_json, verbose)


@transfers.command()
def limit(
    speed: Annotated[str, typer.Argument(metavar="MBIT|off", help="Most Mbit/s of all transfers together, or off.")],
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Limit how fast all transfers together may be."""
    from tiepoint.console import transfers as commands

    _run(lambda p, outlet: commands.limit(p, outlet, speed), as_json, verbose)


@transfers.command()
def stop(as_json: Json = False, verbose: Verbose = False) -> None:
    """End the transfer worker; unfinished transfers are kept."""
    from tiepoint.console import transfers as commands

    _run(commands.stop, as_json, verbose)


def _run(command: Command, as_json: bool, verbose: bool) -> None:
    from tiepoint.bootstrap import run_command

    exit_with(run_command(command, as_json=as_json, verbose=verbose))


def _access(sas_env: str, sas_file: str, bearer_env: str) -> AccessOptions:
    from tiepoint.console.transfer_access import AccessOptions

    return AccessOptions(sas_env, sas_file, bearer_env)


def _options(access: AccessOptions, replace: bool, first: bool, detach: bool) -> RunOptions:
    from tiepoint.console.transfer_runs import RunOptions

    return RunOptions(access, replaces=replace, is_first=first, is_detached=detach)
