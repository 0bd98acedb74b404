"""What the parts are: which tests belong together, which want company and which want to be alone.

Every part is a pytest of its own with a screen of its own, and looks for secrets left in its homes when it is through.
"""

from __future__ import annotations

import shutil
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
AFTERMATH: Final = "tests/aftermath"
_SCREEN: Final = "-screen 0 1920x1200x24 +extension GLX +render -noreset"


@dataclass(frozen=True)
class Part:
    """Some of the tests, or the checks.

    Attributes:
        name: Short; also of the file that keeps what it says.
        paths: Folders and files below the repository; none for the checks.
    """

    name: str
    paths: tuple[str, ...] = ()

    def command(self, first_screen: int) -> list[str]:
        """Return what runs it.

        Args:
            first_screen: Number of the screen to try first; parts at one time have theirs far apart.
        """
        if not self.paths:
            return ["make", "--no-print-directory", self.name]
        # What failed last is remembered for each part, or they would write over each other's.
        pytest = [sys.executable, "-m", "pytest", "-o", f"cache_dir=.pytest_cache/{self.name}"]
        return [*_screen(first_screen), *pytest, *self.paths, AFTERMATH]


def _screen(first: int) -> list[str]:
    return ["xvfb-run", "-a", "-n", str(first), "-s", _SCREEN] if has_virtual_screens() else []


def has_virtual_screens() -> bool:
    """Whether every part can have a screen of its own; without, one after the other uses the real one."""
    return shutil.which("xvfb-run") is not None


def _inside(above: str, *, but: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return what lies in a folder of tests, by name; so what is new belongs to a part without anybody's doing."""
    found = sorted(f"{above}/{path.name}" for path in (REPOSITORY / above).iterdir() if _has_tests(path))
    return tuple(path for path in found if path not in but)


def _has_tests(path: Path) -> bool:
    return path.match("test_*.py") or (path.is_dir() and any(path.rglob("test_*.py")))


def _further(*named: str) -> tuple[str, ...]:
    """Return the test paths of the project that no part names."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    paths = project["tool"]["pytest"]["ini_options"]["testpaths"]
    return tuple(path for path in paths if path not in named and any((REPOSITORY / path).rglob("test_*.py")))


_CLUSTERS: Final = tuple(f"tests/integration/{name}" for name in ("agent", "box", "round"))
_ENGINE: Final = tuple(path for path in _inside("tests/integration") if path.endswith(".py"))
_NAMED_BY_NOBODY: Final = _further(
    "tests/unit", "tests/ui", "tests/contract", "tests/integration", "tests/smoke", "tests/packaging", AFTERMATH
)

BUSY: Final = (
    Part("check"),
    Part("ui", ("tests/ui",)),
    Part("unit", ("tests/unit",)),
    Part("packaging", ("tests/packaging",)),
)
"""These compute all the time. The longest is first, after the checks, which fail quickly."""

WAITING: Final = (
    Part("clusters", ("tests/contract", *_CLUSTERS)),
    Part("servers", _inside("tests/integration", but=_CLUSTERS + _ENGINE) + _NAMED_BY_NOBODY),
    Part("engine", _ENGINE),
)
"""These wait for other processes most of the time, and go well beside what computes."""

ALONE: Final = (Part("smoke", ("tests/smoke",)),)
"""These look for a window that stands still, and want the computer to themselves."""
