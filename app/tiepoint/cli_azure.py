"""The commands about the person on Azure: what may be typed, and nothing else. Each is handed to `bootstrap`.

Must not import services or adapters: `--help` answers at once. Main thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tiepoint.cli_arguments import Json, Verbose, exit_with

if TYPE_CHECKING:
    from tiepoint.bootstrap import Command

SubscriptionName = Annotated[
    str | None,
    typer.Option("--subscription", metavar="NAME|ID", help="Subscription to use from now on.", show_default=False),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the program's."""
    app.command("sign-in")(sign_in)
    app.command("sign-out")(sign_out)
    app.command()(whoami)


def sign_in(
    device_code: Annotated[
        bool, typer.Option("--device-code", help="With a code on another device, such as over a remote desktop.")
    ] = False,
    tenant: Annotated[
        str | None,
        typer.Option("--tenant", metavar="DOMAIN|ID", help="Organisation; empty for your own.", show_default=False),
    ] = None,
    cloud: Annotated[
        str | None,
        typer.Option(
            "--cloud",
            metavar="NAME|FILE.toml",
            help="public, us-government, china, or a file with the endpoints of another one.",
            show_default=False,
        ),
    ] = None,
    client_id: Annotated[
        str | None,
        typer.Option(
            "--client-id", metavar="ID", help="Your studio's application; empty for the usual one.", show_default=False
        ),
    ] = None,
    subscription: SubscriptionName = None,
    plain_text_tokens: Annotated[
        bool,
        typer.Option("--plain-text-tokens", help="Where the system has no store for secrets, keep tokens in a file."),
    ] = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Sign in to Azure; what is given is remembered for the next time."""
    from tiepoint.console import sign_in as commands

    options = commands.SignInOptions(device_code, tenant, cloud, client_id, subscription, plain_text_tokens)
    _run(lambda p, outlet: commands.sign_in(p, outlet, options), as_json, verbose)


def sign_out(as_json: Json = False, verbose: Verbose = False) -> None:
    """Sign out of Azure, and remove the tokens."""
    from tiepoint.console import sign_in as commands

    _run(commands.sign_out, as_json, verbose)


def whoami(subscription: SubscriptionName = None, as_json: Json = False, verbose: Verbose = False) -> None:
    """Say who is signed in to Azure, and which subscription is used."""
    from tiepoint.console import sign_in as commands

    _run(lambda p, outlet: commands.whoami(p, outlet, subscription), as_json, verbose)


def _run(command: Command, as_json: bool, verbose: bool) -> None:
    from tiepoint.bootstrap import run_command

    exit_with(run_command(command, as_json=as_json, verbose=verbose))
