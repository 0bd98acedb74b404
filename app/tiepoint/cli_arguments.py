"""What several commands take, as typer reads it. Must not import services or adapters. Main thread."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Never

import typer


def path_of(text: str) -> Path:
    """Read a path; an empty one, such as a variable that was never set, must not mean the current folder."""
    if not text:
        raise typer.BadParameter("the path is empty.")
    return Path(text)


def exit_with(code: int) -> Never:
    """End the command with an exit code."""
    raise typer.Exit(code)


Photos = Annotated[
    list[Path],
    typer.Argument(metavar="PHOTOS", help="Photos, or folders of photos.", parser=path_of, show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object a line, the last one being the result.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show logs and tracebacks on stderr.")]
