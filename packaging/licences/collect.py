"""Collect the licences of everything in the frozen program; stop the build where one is missing or not allowed.

Usage: python packaging/licences/collect.py --collected build/frozen/collected.json --out build/frozen/licences
Run by the freeze in the environment that it freezes. Exit status: 0 done, 1 something may not be passed on as it is.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).resolve().parent
_MOST_TOLD: Final = 50
sys.path.insert(0, str(_HERE))

from third_party.assets import assets  # noqa: E402
from third_party.catalogue import Catalogue  # noqa: E402
from third_party.component import LicenceProblem  # noqa: E402
from third_party.expressions import Allowed  # noqa: E402
from third_party.gathering import Gathering  # noqa: E402
from third_party.inventory import take_inventory  # noqa: E402
from third_party.notices import write_all  # noqa: E402
from third_party.texts import Texts  # noqa: E402


def main(args: Sequence[str]) -> int:
    """Collect, and say what stops the build."""
    parser = argparse.ArgumentParser(description="Collect the licences of what the frozen program carries.")
    parser.add_argument("--collected", type=Path, required=True, help="what the freeze collected, collected.json")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write; what lies there is replaced")
    asked = parser.parse_args(args)
    texts = Texts(_HERE / "texts")
    allowed = Allowed(_HERE / "allowed.toml")
    gathering = Gathering(Catalogue(_HERE / "catalogue.toml", texts), allowed, texts)
    found = gathering.components(take_inventory(asked.collected, _HERE.parents[1]), others=assets(_HERE.parents[1]))
    if gathering.problems:
        return _refuse(gathering.problems)
    reasons = {name: exception["why"] for name, exception in allowed.exceptions.items()}
    write_all(found, asked.out, reasons=reasons)
    sys.stdout.write(f"licences: {len(found)} components in {asked.out}\n")
    return 0


def _refuse(problems: Sequence[LicenceProblem]) -> int:
    lines = list(dict.fromkeys(map(str, problems)))
    for line in lines[:_MOST_TOLD]:
        sys.stderr.write(f"licences: {line}\n")
    if len(lines) > _MOST_TOLD:
        sys.stderr.write(f"licences: and {len(lines) - _MOST_TOLD} more\n")
    sys.stderr.write("licences: the program may not be passed on as it is; nothing was written\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
