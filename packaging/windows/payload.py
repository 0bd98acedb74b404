"""What goes into the installer: a folder of files, looked at for what Windows cannot hold before anything is built.

Standard library only. Used by `build_installer.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

PROGRAMS: Final = ("tiepoint.exe", "tiepoint-panel.exe", "tiepoint-agent.exe")
DEEPEST_ALLOWED: Final = 180
"""Characters of a path below the program's folder: with a long name of a person in front it still ends below 260."""
_FORBIDDEN: Final = re.compile(r'[<>:"|?*\\\x00-\x1f]|[ .]$')
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICES: Final = re.compile(r"^(con|prn|aux|nul|com[1-9]|lpt[1-9])(\..*)?$", re.IGNORECASE)


class PayloadError(Exception):
    """A folder that cannot become an installer; says why."""


@dataclass(frozen=True, slots=True)
class Payload:
    """A folder of files for Windows.

    Args:
        folder: Where it lies.
        files: Paths below it, with `/`.
        size_bytes: Of all files together.
    """

    folder: Path
    files: tuple[str, ...]
    size_bytes: int

    @property
    def deepest(self) -> int:
        """Return how many characters the longest path below the folder has."""
        return max(map(len, self.files))


def read_payload(folder: Path) -> Payload:
    """Look at a folder.

    Raises:
        PayloadError: It lacks a program, or holds what Windows cannot.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    names = tuple(path.relative_to(folder).as_posix() for path in paths)
    problems = [
        *(f"{name} is missing" for name in PROGRAMS if name not in names),
        *(f"{name} is a link" for name, path in zip(names, paths, strict=True) if path.is_symlink()),
        *(f"{name} is no name on Windows" for name in names if not _is_possible(name)),
        *(f"{name} is {len(name)} characters deep, {DEEPEST_ALLOWED} at most" for name in names if _is_deep(name)),
        *_twins(names),
    ]
    if problems:
        raise PayloadError(f"{folder} cannot be installed on Windows:\n  " + "\n  ".join(problems))
    return Payload(folder, names, sum(path.stat().st_size for path in paths))


def _is_possible(name: str) -> bool:
    return not any(_FORBIDDEN.search(part) or _DEVICES.match(part) for part in PurePosixPath(name).parts)


def _is_deep(name: str) -> bool:
    return len(name) > DEEPEST_ALLOWED


def _twins(names: tuple[str, ...]) -> list[str]:
    seen: dict[str, str] = {}
    problems = []
    for name in names:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            problems.append(f"{other} and {name} are one file on Windows")
    return problems
