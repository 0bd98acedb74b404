"""The files that travel with the program, found the same way in a checkout, a wheel and a frozen program.

In a wheel and in a frozen program `resources/` and `infra/` lie inside the package as `_resources` and `_infra`; in a
checkout they are at the repository's root. Nothing else may look for them. Reads only; any thread.
"""

from __future__ import annotations

import functools
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath

from tiepoint.domain.errors import SetupError


def root() -> Traversable:
    """Return the folder of all resources.

    Raises:
        SetupError: The installation lacks them.
    """
    return _root("resources")


def read_infra(name: str) -> str:
    """Return the text of a file of the infrastructure.

    Args:
        name: Its path below infra/.

    Raises:
        SetupError: The installation lacks it.
    """
    return _entry("infra", name).read_text(encoding="utf-8")


@functools.cache
def _root(folder: str) -> Traversable:
    packed = resources.files("tiepoint") / f"_{folder}"
    if packed.is_dir():
        return packed
    checkout = Path(__file__).resolve().parents[2] / folder
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
    return _entry("resources", name)


def _entry(folder: str, name: str) -> Traversable:
    parts = PurePosixPath(name).parts
    found = _root(folder).joinpath(*parts)
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
