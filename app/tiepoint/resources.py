"""The files that travel with the program, found the same way in a checkout, a wheel and a frozen program.

In a wheel and in a frozen program `resources/` lies inside the package as `_resources`; in a checkout it is at the
repository's root. Nothing else may look for them. Reads only; any thread.
"""

from __future__ import annotations

import functools
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from tiepoint.domain.errors import SetupError


@functools.cache
def root() -> Traversable:
    """Return the folder of all resources.

    Raises:
        SetupError: The installation lacks them.
    """
    packed = resources.files("tiepoint") / "_resources"
    if packed.is_dir():
        return packed
    checkout = Path(__file__).resolve().parents[2] / "resources"
    if checkout.is_dir():
        return checkout
    raise SetupError("Tiepoint's resource files are missing.", remedy="Install Tiepoint again.", detail=str(checkout))


def entry(name: str) -> Traversable:
    """Return one resource file or folder.

    Args:
        name: Its path below resources/, with forward slashes: "report/report.html.j2".

    Raises:
        SetupError: The installation lacks it.
    """
    parts = PurePosixPath(name).parts
    found = root().joinpath(*parts)
    if ".." in parts or not (found.is_file() or found.is_dir()):
        raise SetupError(f"Tiepoint's resource file {name} is missing.", remedy="Install Tiepoint again.")
    return found


def read_text(name: str) -> str:
    """Return a resource's text.

    Args:
        name: Its path below resources/.

    Raises:
        SetupError: The installation lacks it.
    """
    return entry(name).read_text(encoding="utf-8")


def read_bytes(name: str) -> bytes:
    """Return a resource's bytes.

    Args:
        name: Its path below resources/.

    Raises:
        SetupError: The installation lacks it.
    """
    return entry(name).read_bytes()
