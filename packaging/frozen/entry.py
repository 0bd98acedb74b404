"""Where the frozen program starts, whatever it is to be. There is one such program; words and names decide.

1. `--child ROLE …`: one of our own child processes (tiepoint.runtime.entry names the roles). Every process that the
   program starts comes back in here: the agent, the transfer worker, dask's workers, the stages.
2. What Python's multiprocessing starts (spawn, its resource tracker): PyInstaller's hook takes those.
3. `--self-check …`: tests look into the frozen folder (self_check.py).
4. Else by the name that it was called by: tiepoint-agent, tiepoint-panel (links on Linux, else programs beside it).
5. Else the command line, and what `tiepoint` does without words: the window where there is one, or help.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

AGENT = "tiepoint-agent"
PANEL = "tiepoint-panel"
SELF_CHECK = "--self-check"


def main() -> int:
    """Be what was asked for and return the exit status."""
    is_helper = is_multiprocessing(sys.argv)
    if is_helper or sys.argv[1:2] in (["--child"], [SELF_CHECK]):
        _prepare_libraries()
    if is_helper:
        import multiprocessing

        multiprocessing.freeze_support()
    if sys.argv[1:2] == [SELF_CHECK]:
        import self_check

        return self_check.main(sys.argv[2:])
    name = called_as(sys.argv[0])
    if sys.argv[1:2] != ["--child"] and name == AGENT:
        from tiepoint.agent import command

        return command.main()
    if sys.argv[1:2] != ["--child"] and name == PANEL:
        from tiepoint import panel_start

        return panel_start.main()
    from tiepoint.__main__ import main as start

    return start()


def _prepare_libraries() -> None:
    """Teach inspect, multiprocessing and pkgutil that they are frozen; PyInstaller has the code for it.

    Only what computes needs it; the window and the command line start sooner without.
    """
    for hook in ("pyi_rth_inspect", "pyi_rth_multiprocessing", "pyi_rth_pkgutil"):
        importlib.import_module(hook)
    import inspect

    inspect.getfile = whole_paths(inspect.getfile, getattr(sys, "_MEIPASS", ""))


def whole_paths(getfile: Callable[[Any], str], folder: str) -> Callable[[Any], str]:
    """Return an `inspect.getfile` that names files by their whole paths.

    The code in the archive has paths below the frozen folder. numba takes them for paths below the working folder,
    finds no source there, and keeps what it compiled in another cache for each working folder.

    Args:
        getfile: The one of Python.
        folder: Where our sources lie.
    """

    def whole(thing: Any) -> str:
        found = getfile(thing)
        return found if os.path.isabs(found) or found.startswith("<") else os.path.join(folder, found)

    return whole


def is_multiprocessing(argv: list[str]) -> bool:
    """Return whether Python's multiprocessing calls: a process of its own, or one that minds its resources."""
    return "--multiprocessing-fork" in argv[1:3] or any(word.startswith("from multiprocessing") for word in argv[2:])


def called_as(path: str) -> str:
    """Return the name of a program without folder and .exe."""
    name = PurePath(path.replace("\\", "/")).name.lower()
    return name.removesuffix(".exe")


if __name__ == "__main__":
    sys.exit(main())
