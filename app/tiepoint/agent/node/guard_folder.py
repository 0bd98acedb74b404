"""What a machine's guard and the software on it tell each other by files: who works, and that nobody is to begin.

The guard stops no machine on which a task's marker lies, and asks for rest by a file `drain`. Standard library only.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def task_marker(run_folder: str, name: str) -> Iterator[None]:
    """Keep a marker that holds this process's id, for the time of a task; a folder that is not there is passed over.

    Args:
        run_folder: The guard's; empty = there is none.
        name: What works, unique among what this process does at a time.
    """
    path = marker(run_folder, name) if run_folder else None
    try:
        yield
    finally:
        if path is not None:
            with contextlib.suppress(OSError):
                path.unlink()


def marker(run_folder: str, name: str) -> Path | None:
    """Make a marker that holds this process's id; None when it cannot be made."""
    path = Path(run_folder) / "tasks" / f"{os.getpid()}-{name.replace('/', '-')}"
    try:
        path.write_text(str(os.getpid()), encoding="ascii")
    except OSError:
        return None
    return path


def is_draining(run_folder: str) -> bool:
    """Whether the guard wants that no task begins here."""
    return bool(run_folder) and (Path(run_folder) / "drain").exists()


class WorkMarker:
    """A marker that lies as long as something works in this process.

    Args:
        run_folder: The guard's; empty = there is none.
    """

    def __init__(self, run_folder: str) -> None:
        self._run_folder = run_folder
        self._path: Path | None = None

    def show(self, *, is_working: bool) -> None:
        """Say whether something works. Idempotent."""
        if is_working and self._run_folder and self._path is None:
            self._path = marker(self._run_folder, "agent")
        elif not is_working and self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()
            self._path = None
