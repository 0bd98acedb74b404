"""Measures the frozen folder part by part against the budget, which is the table in README.md beside this file.

Standard library only. Exit status 1 when a part, or the whole, is larger than its budget allows. The budget is of the
folder of Linux: other systems' wheels, programs and names differ, so theirs is measured and told only.
Usage: python packaging/frozen/sizes.py FOLDER [--write]      --write puts the measured sizes into the table
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

BUDGET: Final = Path(__file__).with_name("README.md")
REST: Final = "all else"
WHOLE: Final = "the whole folder"
_BEGIN: Final = "<!-- sizes: begin -->"
_END: Final = "<!-- sizes: end -->"
_MB: Final = 1_000_000


class Part(NamedTuple):
    """A row of the budget.

    Args:
        name: What people call it.
        folders: Beginnings of names below _internal.
        source: What may be that large, before anything is left out, in MB: an installed wheel, or the design's figure.
        allowed: Most MB in the folder.
    """

    name: str
    folders: tuple[str, ...]
    source: str
    allowed: int


def main(args: Sequence[str], system: str = sys.platform) -> int:
    """Print the table; return 1 when something is too large."""
    folder = Path(args[0])
    text = BUDGET.read_text(encoding="utf-8")
    parts = parts_of(text)
    measured = measure(folder, parts)
    sys.stdout.write(table(parts, measured) + "\n")
    if "--write" in args:
        BUDGET.write_text(with_table(text, table(parts, measured)), encoding="utf-8")
    if system != "linux":
        sys.stdout.write(f"The budget is of Linux; on {system} nothing is compared with it.\n")
        return 0
    too_large = [part.name for part in parts if measured[part.name] > part.allowed]
    for name in too_large:
        sys.stderr.write(f"{name} is larger than its budget: leave something out, or say in {BUDGET} why it may be.\n")
    return int(bool(too_large))


def parts_of(text: str) -> list[Part]:
    """Return the budget that a text's table holds.

    Raises:
        ValueError: There is no such table.
    """
    if _BEGIN not in text or _END not in text:
        raise ValueError("there is no table of sizes")
    rows = [line for line in text.partition(_BEGIN)[2].partition(_END)[0].splitlines() if line.startswith("|")]
    parts = []
    for row in rows[2:]:
        name, folders, source, allowed, _now = (cell.strip() for cell in row.strip("|").split("|"))
        parts.append(Part(name, tuple(folders.replace("`", "").split()), source, int(allowed)))
    return parts


def measure(folder: Path, parts: Sequence[Part]) -> dict[str, float]:
    """Return the MB of each part; a file counts once however many links lead to it."""
    sizes: dict[str, int] = {part.name: 0 for part in parts}
    for name, size in _files(folder):
        sizes[_part_of(name, parts)] = sizes.get(_part_of(name, parts), 0) + size
        sizes[WHOLE] = sizes.get(WHOLE, 0) + size
    return {name: size / _MB for name, size in sizes.items()}


def table(parts: Sequence[Part], measured: Mapping[str, float]) -> str:
    """Return the table with the measured sizes in its last column."""
    head = (
        "| Part | Names below `_internal` | Before, MB | Allowed, MB | Now, MB |\n| --- | --- | --- | ---: | ---: |\n"
    )
    return head + "\n".join(
        f"| {part.name} | {' '.join(f'`{each}`' for each in part.folders)} | {part.source} "
        f"| {part.allowed} | {measured[part.name]:.0f} |"
        for part in parts
    )


def with_table(text: str, new: str) -> str:
    """Return a text with another table between the marks."""
    before, _, rest = text.partition(_BEGIN)
    return f"{before}{_BEGIN}\n{new}\n{_END}{rest.partition(_END)[2]}"


def _files(folder: Path) -> Iterable[tuple[str, int]]:
    inner = folder / "_internal"
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            inside = path.is_relative_to(inner)
            name = path.relative_to(inner).as_posix() if inside else f"../{path.relative_to(folder).as_posix()}"
            yield name, path.stat().st_size


def _part_of(name: str, parts: Sequence[Part]) -> str:
    return next((part.name for part in parts if part.folders and name.startswith(part.folders)), REST)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
