"""The command line: what may be typed, and nothing else. Each command is handed to `bootstrap.run_command`.

Must not import services or adapters: `--version` and `--help` answer at once. Main thread.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from tiepoint import __version__, cli_azure, cli_cluster, cli_jobs, cli_own_clusters, cli_plans, cli_transfers
from tiepoint.cli_arguments import Json, Photos, Verbose, exit_with, path_of

_EXIT_USAGE: Final = 2
_EXIT_CANCELED: Final = 130
_NOT_UNDERSTOOD: Final[type[Exception]] = typer.BadParameter.__mro__[1]
"""What typer raises for anything typed wrong; it does not export the class itself."""

app = typer.Typer(
    name="tiepoint",
    help="Photos in, textured model out: on this computer or on a cluster.",
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> int:
    """Run the command line and return the exit code."""
    try:
        code = app(prog_name="tiepoint", standalone_mode=False)
    except _NOT_UNDERSTOOD as error:
        _show(error)
        return _last_word("usage", error, _EXIT_USAGE)
    except KeyboardInterrupt:
        return _last_word("canceled", "Stopped before anything was begun.", _EXIT_CANCELED)
    return code if isinstance(code, int) else 0


def _show(error: Any) -> None:
    if sys.stderr is not None:
        error.show()


def _last_word(kind: str, said: object, code: int) -> int:
    """Give programs their last line when no command has begun that could."""
    if "--json" in sys.argv and sys.stdout is not None:
        summary = said.format_message() if isinstance(said, _NOT_UNDERSTOOD) else str(said)  # type: ignore[attr-defined]
        failure = {"kind": kind, "summary": summary, "remedy": "See: tiepoint --help" if kind == "usage" else ""}
        state = "canceled" if code == _EXIT_CANCELED else "failed"
        ended = {"state": state, "exit_code": code, "job": None, "error": failure}
        for line in ({"type": "error", **failure}, {"type": "result", **ended}):
            sys.stdout.write(json.dumps(line) + "\n")
    return code


def _version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"tiepoint {__version__}\n")
        raise typer.Exit


@app.callback()
def _start(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        _panel_or_help(context)


@app.command()
def panel(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATHS", help="Photos, folders or a model to open.", parser=path_of, show_default=False),
    ] = None,
    start: Annotated[bool, typer.Option("--start", help="Make a model of the photos without another click.")] = False,
    preset: Annotated[str, typer.Option(help="Preset for --start; without it the one in your settings.")] = "",
    verbose: Verbose = False,
) -> None:
    """Open the window."""
    _show_panel(paths or [], start=start, preset=preset, verbose=verbose)


@app.command()
def run(
    photos: Photos,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the products.", parser=path_of)
    ],
    preset: Annotated[
        str | None, typer.Option(help="draft, standard, high or custom; without it the one in your settings.")
    ] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a parameter; may be repeated.")
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the job; without it the photos' folder.")] = "",
    detach: Annotated[bool, typer.Option("--detach", help="Hand the job in and leave it running by itself.")] = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Make a textured model from photos."""
    from tiepoint.bootstrap import run_command
    from tiepoint.console import runs
    from tiepoint.console.requests import RunRequest

    wanted = RunRequest(preset, tuple(changes or ()), name, output)
    exit_with(
        run_command(
            lambda program, outlet: runs.run(program, outlet, photos, wanted, detach=detach),
            as_json=as_json,
            verbose=verbose,
        )
    )


@app.command()
def check(photos: Photos, as_json: Json = False, verbose: Verbose = False) -> None:
    """Look into photos and say what is wrong with them."""
    from tiepoint.bootstrap import run_command
    from tiepoint.console import checks

    exit_with(run_command(lambda p, outlet: checks.check(p, outlet, photos), as_json=as_json, verbose=verbose))


@app.command()
def view(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A GLB, OBJ, PLY or STL file, or the folder of a result.",
            parser=path_of,
            show_default=False,
        ),
    ],
    screenshot: Annotated[
        Path | None,
        typer.Option(
            "--screenshot", metavar="PNG", help="Draw it into this picture; needs no display.", parser=path_of
        ),
    ] = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Look at a model: in the window, or as a picture."""
    if screenshot is None and not as_json:
        _show_model(file, verbose=verbose)
    from tiepoint.bootstrap import run_command
    from tiepoint.console import listings

    exit_with(
        run_command(
            lambda program, outlet: listings.view(program, outlet, _model_of(file), screenshot),
            as_json=as_json,
            verbose=verbose,
        )
    )


@app.command()
def doctor(
    try_graphics: Annotated[
        bool, typer.Option("--try-graphics", help="Try a graphics driver again that ended the program before.")
    ] = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Look at this computer and say what is missing, and what to do."""
    from tiepoint.bootstrap import run_command
    from tiepoint.console import checks

    exit_with(
        run_command(
            lambda program, outlet: checks.doctor(program, outlet, try_graphics=try_graphics),
            as_json=as_json,
            verbose=verbose,
        )
    )


@app.command()
def updates(as_json: Json = False, verbose: Verbose = False) -> None:
    """Look for a newer version; nothing is downloaded or installed."""
    from tiepoint.bootstrap import run_command
    from tiepoint.console import updates as commands

    exit_with(run_command(commands.updates, as_json=as_json, verbose=verbose))


@app.command()
def policy(as_json: Json = False, verbose: Verbose = False) -> None:
    """Say what your organisation has set on this computer, and where."""
    from tiepoint.bootstrap import run_command
    from tiepoint.console import policy as commands

    exit_with(run_command(commands.policy, as_json=as_json, verbose=verbose))


cli_jobs.add_to(app)
cli_transfers.add_to(app)
cli_azure.add_to(app)
cli_cluster.add_to(app)
cli_plans.add_to(cli_cluster.cluster)
cli_own_clusters.add_to(cli_cluster.cluster)


def _panel_or_help(context: typer.Context) -> None:
    """Without a command: the window where one can be shown, else the list of commands."""
    from tiepoint.runtime.display import display_problem

    if display_problem() is None:
        _show_panel([])
    sys.stdout.write(context.get_help() + "\n")
    raise typer.Exit(_EXIT_USAGE)


def _model_of(path: Path) -> Path:
    """Return the model in the folder of a result; anything else is what it is."""
    from tiepoint.domain.product import MODEL, marks_of_result

    return next((mark for mark in marks_of_result(path) if mark.name == MODEL and mark.is_file()), path)


def _show_model(file: Path, *, verbose: bool) -> None:
    from tiepoint.domain.product import marks_of_result
    from tiepoint.ui.opening import is_model

    if not is_model(file) and not any(mark.is_file() for mark in marks_of_result(file)):
        raise typer.BadParameter(f"{file} is no model: a GLB, OBJ, PLY or STL file, or the folder of a result.")
    _show_panel([file], verbose=verbose)


def _show_panel(paths: list[Path], *, start: bool = False, preset: str = "", verbose: bool = False) -> None:
    from tiepoint.panel_start import run_panel
    from tiepoint.ui.opening import Opening

    exit_with(run_panel(Opening(tuple(path.absolute() for path in paths), start, preset), verbose=verbose))
