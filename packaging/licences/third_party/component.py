"""One piece of others' work in the program, and the problem that stops a build. Plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["python", "native", "crate", "runtime", "asset"]


class LicenceProblem(Exception):
    """Something may not be passed on as it is: what, and what to do, in one sentence each."""


@dataclass(frozen=True)
class Component:
    """One piece of others' work.

    Attributes:
        licence: In SPDX's words.
        chosen: What of it applies here, where it offers a choice.
        copyright: Whose it is, where no text of its own says so.
        purl: Package URL.
        source: Where its source is.
        part_of: Names of the components it lies in; empty when it stands alone.
        files: Native files of its own, below the program's library folder.
        texts: Names and contents of its licence texts.
    """

    name: str
    version: str
    kind: Kind
    licence: str
    chosen: str = ""
    copyright: str = ""
    purl: str = ""
    source: str = ""
    part_of: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()

    def told(self, texts: list[str]) -> dict[str, Any]:
        """Return what components.json says of it.

        Args:
            texts: Paths of its licence texts below the licence folder.
        """
        return {**asdict(self), "texts": texts}
