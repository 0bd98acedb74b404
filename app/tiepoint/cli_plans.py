"""The commands about plans of clusters: what may be typed, and nothing else. Each is handed to `bootstrap.run_command`.

Must not import services or adapters: `--help` answers at once. Main thread.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiepoint.cli_arguments import Json, Verbose, exit_with, path_of

if TYPE_CHECKING:
    from tiepoint.bootstrap import Command

PlanFile = Annotated[
    Path, typer.Argument(metavar="PLAN", help="A plan, such as cluster.toml.", parser=path_of, show_default=False)
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="File to write; without it, it is printed.", parser=path_of),
]
Replace = Annotated[bool, typer.Option("--replace", help="Write over a file that is there.")]


def add_to(cluster: typer.Typer) -> None:
    """Add the commands to the group of clusters."""
    cluster.command()(plan)
    cluster.command()(price)
    cluster.command()(preflight)
    cluster.command()(export)
    cluster.command("import")(import_plan)


def plan(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="PLAN",
            help="A plan to check and change; without it, one is begun.",
            parser=path_of,
            show_default=False,
        ),
    ] = None,
    profile: Annotated[
        str, typer.Option(help="Where to begin: small, reference or custom; without it reference.", show_default=False)
    ] = "",
    name: Annotated[str, typer.Option(help="Name of the cluster.", show_default=False)] = "",
    region: Annotated[str, typer.Option(help="Azure's short name, such as eastus.", show_default=False)] = "",
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Such as nodes.count=8; may be repeated.", show_default=False),
    ] = None,
    output: Output = None,
    replace: Replace = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Make a plan, or check and change one. Needs no sign-in."""
    from tiepoint.console import cluster_plan

    wanted = cluster_plan.PlanRequest(profile, name, region, tuple(changes or ()), output, replace)
    _run(lambda program, outlet: cluster_plan.plan(program, outlet, file, wanted), as_json, verbose)


def price(
    file: PlanFile,
    hours: Annotated[
        float, typer.Option("--hours", min=0, max=168, help="Hours a week that it runs, for the price of a month.")
    ] = 40.0,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Say what a plan costs per hour and month, at list price. Needs no sign-in."""
    from tiepoint.console import prices

    _run(lambda program, outlet: prices.price(program, outlet, file, hours_per_week=hours), as_json, verbose)


def preflight(
    file: PlanFile,
    repair: Annotated[
        bool, typer.Option("--repair", help="Register providers and make roles that are missing, then check again.")
    ] = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Check all that can be checked before any money is spent."""
    from tiepoint.console import preflight as checks

    _run(lambda program, outlet: checks.preflight(program, outlet, file, repairs=repair), as_json, verbose)


def export(
    file: PlanFile,
    output: Output = None,
    roles: Annotated[
        Path | None,
        typer.Option("--roles", metavar="FILE", help="File for the template of the custom roles.", parser=path_of),
    ] = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Write the template of a plan, for `az deployment group create`. Needs no sign-in."""
    from tiepoint.console import cluster_export

    _run(
        lambda program, outlet: cluster_export.export(program, outlet, file, output=output, roles=roles),
        as_json,
        verbose,
    )


def import_plan(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A cluster.toml, or azuredeploy.parameters.json of the 2018 template.",
            parser=path_of,
            show_default=False,
        ),
    ],
    output: Output = None,
    replace: Replace = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Take over somebody else's plan; what is retired becomes what takes its place. Needs no sign-in."""
    from tiepoint.console import cluster_plan

    wanted = cluster_plan.PlanRequest(output=output, replaces=replace)
    _run(lambda program, outlet: cluster_plan.import_plan(program, outlet, file, wanted), as_json, verbose)


def _run(command: Command, as_json: bool, verbose: bool) -> None:
    from tiepoint.bootstrap import run_command

    exit_with(run_command(command, as_json=as_json, verbose=verbose))
