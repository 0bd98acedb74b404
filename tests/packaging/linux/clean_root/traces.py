"""What a system holds, file by file, and what two looks at it differ in."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Final

_NOT_LOOKED_AT: Final = ("proc", "sys", "dev", "tmp", "var/cache/apt/archives")

EXPECTED: Final = {
    "var/log/apt": "apt's own diary",
    "var/log/dpkg.log": "dpkg's own diary",
    "var/log/alternatives.log": "its diary of alternatives",
    "var/lib/dpkg/status-old": "what dpkg keeps of the state before",
    "var/lib/dpkg/status": "dpkg's list, whose order changes",
    "var/lib/dpkg/diversions-old": "what dpkg keeps of the state before",
    "var/lib/dpkg/triggers": "dpkg's list of triggers",
    "var/lib/apt/extended_states": "apt's list of what came by itself, empty again",
    "var/cache/apt": "apt's lists in another form",
    "var/cache/ldconfig": "the cache of libraries, made again",
    "etc/ld.so.cache": "the cache of libraries, made again",
    "var/cache/debconf": "debconf's answers",
    "var/lib/systemd": "systemd's notes about units of dependencies",
    "home/mila/.cache/fontconfig": "the system's cache of fonts, made for any program with a window",
    "home/mila/.cache/mesa_shader_cache": "the driver's cache, made for any program with OpenGL",
}
"""What installing and removing any package leaves on Debian, below these paths, and why."""


def look(root: Path) -> dict[str, str]:
    """Return every file, folder and link below a root with what it is: kind, rights, owner and content."""
    found = {}
    for folder, names, files in os.walk(root):
        base = Path(folder)
        names[:] = [name for name in names if str((base / name).relative_to(root)) not in _NOT_LOOKED_AT]
        for name in (*names, *files):
            path = base / name
            found[str(path.relative_to(root))] = _what(path)
    return found


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Name what was added, removed or changed, but for what is expected anywhere."""
    told = [f"added: {path}" for path in sorted(after.keys() - before.keys())]
    told += [f"removed: {path}" for path in sorted(before.keys() - after.keys())]
    told += [f"changed: {path}" for path in sorted(before.keys() & after.keys()) if before[path] != after[path]]
    return [line for line in told if not _is_expected(line.partition(": ")[2])]


def _is_expected(path: str) -> bool:
    return any(path == each or path.startswith(f"{each}/") for each in EXPECTED)


def _what(path: Path) -> str:
    status = path.lstat()
    facts = f"{stat.filemode(status.st_mode)} {status.st_uid}:{status.st_gid}"
    if stat.S_ISLNK(status.st_mode):
        return f"{facts} -> {os.readlink(path)}"
    if stat.S_ISREG(status.st_mode):
        with path.open("rb") as file:
            return f"{facts} {hashlib.file_digest(file, 'sha256').hexdigest()}"
    return facts
