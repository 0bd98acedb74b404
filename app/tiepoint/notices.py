"""Others' work in this program and its licences, the same in a frozen program, in a wheel and in a checkout.

A frozen program carries a list and the texts in its folder `licences`. Otherwise the libraries lie in the Python
environment, each with its own metadata and texts. Reads only, blocks on files; any thread.
"""

from __future__ import annotations

import csv
import importlib.metadata
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

_FORMAT: Final = 1
_TEXT: Final = re.compile(r"licen[cs]e|copying|notice", re.IGNORECASE)
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SOURCES: Final = ("source", "source code", "repository", "github", "code", "homepage", "home")
"""How distributions call the address of their source, the surest first."""


@dataclass(frozen=True)
class Notice:
    """One piece of others' work.

    Attributes:
        licence: In SPDX's words where they are known; empty where only the text tells.
        part_of: What it lies in; empty when it stands alone.
        source: Where its source is; empty where that is not told.
        texts: Files with its licence.
    """

    name: str
    version: str
    licence: str
    copyright: str = ""
    source: str = ""
    part_of: tuple[str, ...] = ()
    texts: tuple[Path, ...] = ()


def folder() -> Path | None:
    """Return where a frozen program keeps all the texts; None in a Python environment."""
    packed = getattr(sys, "_MEIPASS", None)
    found = Path(packed) / "licences" if packed else None
    return found if found is not None and (found / "components.json").is_file() else None


def notices() -> tuple[Notice, ...]:
    """Return everything of others' in this program, by name."""
    packed = folder()
    found = _packed(packed) if packed is not None else _installed()
    return tuple(sorted(found, key=lambda notice: (notice.name.lower(), notice.version)))


def text_of(notice: Notice) -> str:
    """Return the licence texts of a piece of work, one after the other; empty where they cannot be read."""
    return "\n\n".join(filter(None, map(_read, notice.texts)))


def _packed(packed: Path) -> Iterator[Notice]:
    try:
        told = json.loads((packed / "components.json").read_text(encoding="utf-8"))
        if told["format"] != _FORMAT:
            return
        for part in told["components"]:
            yield Notice(
                name=part["name"],
                version=part["version"],
                licence=part["licence"],
                copyright=part["copyright"],
                source=part["source"],
                part_of=tuple(part["part_of"]),
                texts=tuple(packed / text for text in part["texts"]),
            )
    except (OSError, ValueError, KeyError, TypeError):
        return


def _installed() -> Iterator[Notice]:
    """Walk from this program's requirements to theirs, as far as they are installed."""
    waiting, seen = ["tiepoint"], {"tiepoint"}
    while waiting:
        name = waiting.pop()
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        metadata: Any = distribution.metadata  # parsed anew whenever it is asked for
        if name != "tiepoint":
            yield _told_by(distribution, metadata)
        for requirement in metadata.get_all("Requires-Dist") or ():
            wanted = _NAME.match(requirement)
            if wanted and "extra ==" not in requirement and (key := _normal(wanted.group())) not in seen:
                seen.add(key)
                waiting.append(key)


def _told_by(distribution: importlib.metadata.Distribution, metadata: Any) -> Notice:
    free = str(metadata.get("License") or "").strip()
    lines = [str(line) for line in metadata.get_all("Classifier") or ()]
    classifiers = [line.rpartition(" :: ")[2] for line in lines if line.startswith("License ::")]
    short = free if len(free) <= 60 and "\n" not in free else ""
    return Notice(
        name=str(metadata["Name"]),
        version=str(metadata["Version"]),
        licence=str(metadata.get("License-Expression") or short or ", ".join(classifiers)),
        source=_source_of(metadata),
        texts=tuple(_texts_of(distribution)),
    )


def _source_of(metadata: Any) -> str:
    """Return where a distribution says that its source is, else its home; empty where it says neither."""
    told = dict(str(line).partition(", ")[::2] for line in metadata.get_all("Project-URL") or ())
    places = {label.casefold(): address for label, address in told.items()}
    named = (places[label] for label in _SOURCES if label in places)
    return next(named, str(metadata.get("Home-page") or ""))


def _texts_of(distribution: importlib.metadata.Distribution) -> Iterator[Path]:
    """Look through the list of files as text: a library has thousands, and very few are its licence."""
    lines = (distribution.read_text("RECORD") or "").splitlines()
    near = [line.replace("\\", "/") for line in lines if ".dist-info" in line and _TEXT.search(line)]
    for file in sorted(row[0] for row in csv.reader(near) if row):
        path = PurePosixPath(file)
        if ".dist-info" in path.parts[0] and _TEXT.search(path.name):
            yield Path(str(distribution.locate_file(file)))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
