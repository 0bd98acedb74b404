"""What lies in the frozen program and whose it is, from the list that the freeze wrote. Reads its environment."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from third_party.catalogue import is_native
from third_party.component import LicenceProblem

_OWN: Final = "tiepoint"


@dataclass
class Inventory:
    """What was collected, by owner.

    Attributes:
        distributions: Names as the index spells them, with the native files of each, by their names in the program.
        runtime: Native files of Python itself.
        system: Native files that came from the machine that builds: name in the program and place on the machine.
        problems: What belongs to nothing known.
    """

    distributions: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    runtime: list[str] = field(default_factory=list)
    system: list[tuple[str, Path]] = field(default_factory=list)
    problems: list[LicenceProblem] = field(default_factory=list)


def normal(name: str) -> str:
    """Return a distribution's name as the index spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def take_inventory(collected: Path, repository: Path) -> Inventory:
    """Read what was collected and find its owners.

    Args:
        collected: The list of packaging/frozen/tiepoint.spec: files and modules with their sources.
        repository: This repository; what is in it is ours.
    """
    told = json.loads(collected.read_text(encoding="utf-8"))
    owners = _owners()
    found = Inventory()
    ours = [_key(str(repository)), _key(str(collected.parent))]
    for entry in (*told["files"], *told["modules"]):
        name, source = entry["name"], entry["source"]
        if entry.get("kind") == "SYMLINK" or not source or source == "-":
            continue
        native = "kind" in entry and is_native(name)
        _assign(found, name, source, native, owners, ours)
    found.distributions.pop(_OWN, None)
    return found


def _assign(found: Inventory, name: str, source: str, native: bool, owners: dict[str, str], ours: list[str]) -> None:
    place = _key(source)
    owner = owners.get(place) or owners.get(_key(os.path.realpath(source)))
    in_environment = _within(place, _key(sys.prefix)) and sys.prefix != sys.base_prefix or "site-packages" in place
    if owner is not None:
        found.distributions[owner] += [name] if native else []
    elif not in_environment and _within(place, _key(sys.base_prefix)):
        found.runtime += [name] if native else []
    elif not in_environment and any(_within(place, folder) for folder in ours):
        return
    elif native and not in_environment:
        found.system.append((name, Path(source)))
    elif not _is_generated(place):
        found.problems.append(
            LicenceProblem(
                f"{name}: {source} belongs to no distribution. Leave it out in packaging/frozen, or install it by pip."
            )
        )


def _is_generated(place: str) -> bool:
    return place.endswith((".pyc", "base_library.zip")) or "/__pycache__/" in place


def _owners() -> dict[str, str]:
    """Every file of every distribution here, with the distribution's name."""
    owners: dict[str, str] = {}
    for distribution in importlib.metadata.distributions():
        name = normal(distribution.metadata["Name"])
        for file in distribution.files or ():
            owners.setdefault(_key(str(distribution.locate_file(file))), name)
    return owners


def _key(path: str) -> str:
    return os.path.normcase(os.path.abspath(path)).replace("\\", "/")


def _within(place: str, folder: str) -> bool:
    return place == folder or place.startswith(folder.rstrip("/") + "/")
