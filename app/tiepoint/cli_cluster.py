"""The commands about clusters on Azure: what may be typed, and nothing else. Each is handed to `bootstrap.run_command`.

Must not import services or adapters: `--help` answers at once. Main thread.
"""

from __future__ import annotations

import typer

cluster = typer.Typer(
    name="cluster",
    help="Plan, deploy, resume and pause clusters on Azure.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def add_to(app: typer.Typer) -> None:
    """Add the commands to the program's."""
    app.add_typer(cluster)
