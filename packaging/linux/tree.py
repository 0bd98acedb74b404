"""The files that a Linux system gets, below a prefix: program, links, desktop entry, file types, icons, manual pages.

The same tree for the Debian package (prefix /usr) and for the single file (a folder of the user's). Needs the project's
environment for icons and the manual page.
"""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from icons import EDGES, write_icons
from manual import manual
from needs import elf_files
from texts import APPLICATION_ID, Edition

COMMANDS: Final = ("tiepoint", "tiepoint-panel", "tiepoint-agent")
"""Names of the one executable; it decides by them what it is."""

PROGRAM: Final = "lib/tiepoint"
"""Folder of the program below the prefix; nothing else may lie in it."""


class PayloadError(Exception):
    """The folder is no frozen program."""


def lay_out(payload: Path, prefix: Path, edition: Edition) -> None:
    """Put everything below a prefix.

    Args:
        payload: The frozen folder.
        prefix: A new folder that stands for /usr or ~/.local.
        edition: What is told about this build.

    Raises:
        PayloadError: The folder is no frozen program.
    """
    if not (payload / "tiepoint").is_file() or not (payload / "_internal").is_dir():
        raise PayloadError(f"{payload} is no frozen program: it has no tiepoint or no _internal. Freeze it first.")
    shutil.copytree(payload, prefix / PROGRAM, symlinks=True)
    _set_rights(prefix / PROGRAM)
    links = prefix / "bin"
    links.mkdir(parents=True)
    for name in COMMANDS:
        (links / name).symlink_to(f"../{PROGRAM}/tiepoint")
    _write(prefix / "share/applications/tiepoint.desktop", edition.fill("tiepoint.desktop"))
    _write(prefix / "share/mime/packages/tiepoint.xml", edition.fill("tiepoint.xml"))
    _write(prefix / f"share/metainfo/{APPLICATION_ID}.metainfo.xml", edition.fill("metainfo.xml"))
    _manual_pages(prefix / "share/man/man1", edition)
    _icons(prefix / "share/icons/hicolor")


def compressed(text: str) -> bytes:
    """Return text as gzip writes it, the same each time."""
    return gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0)


def _manual_pages(folder: Path, edition: Edition) -> None:
    folder.mkdir(parents=True)
    pages = {"tiepoint": manual(edition.version, edition.date)}
    pages.update({name: edition.fill(f"{name}.1") for name in COMMANDS[1:]})
    for name, text in pages.items():
        (folder / f"{name}.1.gz").write_bytes(compressed(text))


def _icons(theme: Path) -> None:
    drawn = theme.parent / "drawn"
    write_icons(drawn)
    for edge in EDGES:
        _move(drawn / f"tiepoint-{edge}.png", theme / f"{edge}x{edge}/apps/tiepoint.png")
    _move(drawn / "tiepoint.svg", theme / "scalable/apps/tiepoint.svg")
    drawn.rmdir()


def _set_rights(folder: Path) -> None:
    """Everybody may read, only the owner may write, and what is a program may be run."""
    programs = set(_programs(folder))
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path in programs else 0o644)


def _programs(folder: Path) -> Iterator[Path]:
    yield folder / "tiepoint"
    yield from (path for path in elf_files(folder) if ".so" not in path.name)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True)
    source.rename(target)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
