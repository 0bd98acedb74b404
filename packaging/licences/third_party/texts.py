"""The licences' texts by their SPDX names, from the folder texts/."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from third_party.component import LicenceProblem
from third_party.expressions import identifiers

_SAME: Final = {
    "GPL-2.0-or-later": ("GPL-2.0-only",),
    "GPL-3.0-or-later": ("GPL-3.0-only",),
    "LGPL-2.1-or-later": ("LGPL-2.1-only",),
    # The Lesser GPL 3 adds permissions to the GPL 3, so both texts travel.
    "LGPL-3.0-only": ("LGPL-3.0-only", "GPL-3.0-only"),
    "LGPL-3.0-or-later": ("LGPL-3.0-only", "GPL-3.0-only"),
}


class Texts:
    """The licences' texts.

    Args:
        folder: Of files named like the licences.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, expression: str) -> tuple[tuple[str, str], ...]:
        """Return file names and texts of all that an expression names.

        Raises:
            LicenceProblem: One of them has no text here.
        """
        names = [name for licence in identifiers(expression) for name in _SAME.get(licence, (licence,))]
        return tuple((f"{name}.txt", self._read(name)) for name in dict.fromkeys(names))

    def _read(self, name: str) -> str:
        try:
            return (self._folder / f"{name}.txt").read_text(encoding="utf-8")
        except OSError as error:
            raise LicenceProblem(
                f"{name}: the text of this licence is missing. Put it into packaging/licences/texts/{name}.txt."
            ) from error
