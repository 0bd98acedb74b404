"""Look into a wheel: everything that the repository's program, resources and infra hold is in it, and nothing else.

Usage: python packaging/wheel/contents.py WHEEL. Exit status: 0 as it should be, 1 not.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path
from typing import Final

_REPOSITORY: Final = Path(__file__).resolve().parents[2]
_PLACES: Final = (("app/tiepoint", "tiepoint"), ("resources", "tiepoint/_resources"), ("infra", "tiepoint/_infra"))
_LEFT: Final = ("__pycache__", ".pyc", ".DS_Store")


def wanted(repository: Path) -> set[str]:
    """Return the names that the wheel of a repository should hold, its metadata aside."""
    return {
        f"{inside}/{file.relative_to(repository / place).as_posix()}"
        for place, inside in _PLACES
        for file in (repository / place).rglob("*")
        if file.is_file() and not any(part in str(file) for part in _LEFT)
    }


def problems(wheel: Path, repository: Path) -> list[str]:
    """Return what is wrong with a wheel, one sentence each."""
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        metadata = {name.partition("/")[2]: name for name in names if ".dist-info/" in name}
        entries = packed.read(metadata["entry_points.txt"]).decode() if "entry_points.txt" in metadata else ""
    inside = {name for name in names if ".dist-info/" not in name}
    should = wanted(repository)
    found = [f"{name} is missing" for name in sorted(should - inside)]
    found += [f"{name} does not belong there" for name in sorted(inside - should)]
    found += [
        f"the command {name} is missing"
        for name in ("tiepoint", "tiepoint-agent", "tiepoint-panel")
        if f"{name} =" not in entries
    ]
    if "licenses/LICENSE" not in metadata:
        found.append("the licence is missing")
    return found


if __name__ == "__main__":
    wrong = problems(Path(sys.argv[1]), _REPOSITORY)
    sys.stderr.writelines(f"wheel: {line}\n" for line in wrong)
    sys.exit(1 if wrong else 0)
