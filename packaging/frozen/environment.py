"""The clean environment that the program is frozen from: what it needs to run, PyInstaller, and nothing of development.

It lies in build/frozen/env and is kept for as long as the locked requirements stay the same. Standard library only; any
Python that the program supports makes it, on Linux, Windows and macOS.
Usage: python packaging/frozen/environment.py     prints the path of its Python
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
BUILD: Final = ROOT / "build" / "frozen"
ENVIRONMENT: Final = BUILD / "env"
FREEZERS: Final = ("altgraph", "macholib", "pefile", "pyinstaller", "pyinstaller-hooks-contrib", "setuptools")
"""PyInstaller and what it needs itself; their pins stand in the lock of the development environment."""
_PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)==")


def main() -> int:
    """Make the environment where it is missing or old, and say where its Python lies."""
    sys.stdout.write(f"{ensure()}\n")
    return 0


def ensure() -> Path:
    """Make the environment unless it is there.

    Returns:
        Its Python.

    Raises:
        subprocess.CalledProcessError: A library could not be installed.
    """
    lock = freezing_lock(
        (ROOT / "requirements.txt").read_text("utf-8"), (ROOT / "requirements-dev.txt").read_text("utf-8")
    )
    stamp = ENVIRONMENT / ".ready"
    wanted = fingerprint(lock)
    python = python_of(ENVIRONMENT)
    if not (stamp.is_file() and stamp.read_text("utf-8") == wanted and _works(python)):
        _make(lock, python)
        stamp.write_text(wanted, encoding="utf-8")
    # Its metadata travels along, as it is now; the sources are read from app/.
    own = ["--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    subprocess.run([*_pip(python), *own], check=True, stdout=subprocess.DEVNULL)
    return python


def _make(lock: str, python: Path) -> None:
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    BUILD.mkdir(parents=True, exist_ok=True)
    locked = BUILD / "requirements.txt"
    locked.write_text(lock, encoding="utf-8")
    sys.stderr.write("Making a clean environment to freeze from (a few minutes, once for each lock)\n")
    subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
    subprocess.run([*_pip(python), "--require-hashes", "-r", str(locked)], check=True)


def _pip(python: Path) -> list[str]:
    return [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]


def freezing_lock(product: str, development: str) -> str:
    """Return the lock of the clean environment: the product's, and PyInstaller's part of the development's.

    Args:
        product: Text of requirements.txt.
        development: Text of requirements-dev.txt.

    Raises:
        ValueError: The development's lock pins no PyInstaller.
    """
    known = {name for name, _ in _pins(product)}
    freezers = {name: text for name, text in _pins(development) if name in FREEZERS and name not in known}
    if "pyinstaller" not in freezers:
        raise ValueError("requirements-dev.txt pins no pyinstaller")
    return product.rstrip() + "\n" + "".join(freezers[name] for name in sorted(freezers))


def fingerprint(lock: str) -> str:
    """Return what decides whether an environment is still the right one."""
    return hashlib.sha256("\0".join((lock, sys.version, str(ROOT))).encode()).hexdigest()


def python_of(environment: Path) -> Path:
    """Return the path of an environment's Python on this system."""
    return environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _pins(lock: str) -> Iterator[tuple[str, str]]:
    """Yield each pinned name with its lines, hashes included."""
    name, lines = "", []
    for line in lock.splitlines():
        found = _PIN.match(line)
        if found:
            if name:
                yield name, "".join(lines)
            name, lines = found[1].lower(), []
        if name and not line.lstrip().startswith("#"):
            lines.append(line + "\n")
    if name:
        yield name, "".join(lines)


def _works(python: Path) -> bool:
    try:
        return subprocess.run([str(python), "-c", ""], check=False).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
