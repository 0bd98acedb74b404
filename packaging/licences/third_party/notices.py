"""Writes what travels with the program: texts, the list of them for programs, and the notices for people."""

from __future__ import annotations

import json
import re
import shutil
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from third_party.component import Component

FORMAT: Final = 1
_WIDTH: Final = 116
_LINE: Final = "=" * 100
_REPLACE: Final = """\
LIBRARIES THAT YOU MAY REPLACE

The libraries below are used under the GNU Lesser General Public License. They are loaded when the program starts,
unchanged as their projects or the wheels on PyPI deliver them, and lie as files of their own in the program's folder.
You may replace each by a version of your own with the same interface:

  1. Find the file in the list below. The folder is _internal beside the program (Linux: /usr/lib/tiepoint/_internal,
     Windows: _internal beside tiepoint.exe, macOS: Tiepoint.app/Contents/Frameworks).
  2. Put your build in its place, under the same file name. On macOS sign the bundle again:
     codesign --force --deep --sign - Tiepoint.app
  3. Start the program. Nothing checks these files.

You may change the program for your own use, and study how it works in order to find faults of such changes.

The complete source of each library can be had free of charge where the list says. Should an address no longer answer,
the makers of this copy of the program provide that source on request for three years from the day they passed the
program on, at no more than the cost of doing so.
"""
_HEAD: Final = """\
THIRD-PARTY NOTICES OF TIEPOINT

Tiepoint is licensed under the Apache License 2.0. It is passed on together with the work of others that this file
lists, each under its own licence. The texts follow the list; each also lies as a file of its own in the folder texts.
"""


def write_all(components: list[Component], out: Path, *, reasons: dict[str, str]) -> None:
    """Write the licence folder anew.

    Args:
        components: All that the program carries.
        out: The folder; what lies there is replaced.
        reasons: Why a component is there though its licence is not among those allowed in general.
    """
    shutil.rmtree(out, ignore_errors=True)
    (out / "texts").mkdir(parents=True)
    paths = {id(part): list(_write_texts(part, out)) for part in components}
    told = {"format": FORMAT, "components": [part.told(paths[id(part)]) for part in components]}
    _write(out / "components.json", json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    _write(out / "THIRD-PARTY-NOTICES.txt", "\n".join(_notices(components, reasons)) + "\n")
    _write(out / "LGPL-NOTICE.txt", "\n".join(_lgpl(components)) + "\n")


def _write_texts(part: Component, out: Path) -> Iterator[str]:
    folder = re.sub(r"[^A-Za-z0-9.+-]+", "-", part.name).strip("-.")[:60]
    standard = part.kind in {"native", "crate"} and all(name.endswith(".txt") for name, _ in part.texts)
    for name, text in part.texts:
        # Standard texts are kept once for all; a text of a project's own lies in a folder of its name.
        path = f"texts/standard/{name}" if standard else f"texts/{folder}/{re.sub(r'[^A-Za-z0-9.+-]+', '-', name)}"
        _write(out / path, text if text.endswith("\n") else text + "\n")
        yield path


def _notices(components: list[Component], reasons: dict[str, str]) -> Iterator[str]:
    yield _HEAD
    for part in components:
        if part.name in reasons:
            noted = f"PLEASE NOTE: {part.name} is under {part.licence}. {' '.join(reasons[part.name].split())}"
            yield textwrap.fill(noted, _WIDTH) + "\n"
    for part in components:
        inside = f", in {', '.join(part.part_of)}" if part.part_of else ""
        yield f"{part.name}{' ' + part.version if part.version else ''}{inside}"
        yield f"    Licence: {part.licence}" + (f" (used under {part.chosen})" if part.chosen != part.licence else "")
        if part.copyright:
            yield f"    Copyright: {part.copyright}"
        if part.source:
            yield f"    Source: {part.source}"
        if part.name in reasons:
            yield "    " + " ".join(reasons[part.name].split())
        yield ""
    yield from _texts_once(components)


def _texts_once(components: list[Component]) -> Iterator[str]:
    whose: dict[str, list[str]] = {}
    for part in components:
        for _, text in part.texts:
            whose.setdefault(text.strip(), []).append(part.name)
    for text, names in whose.items():
        yield _LINE
        yield f"The licence text of: {', '.join(dict.fromkeys(names))}"
        yield _LINE
        yield text
        yield ""


def _lgpl(components: Iterable[Component]) -> Iterator[str]:
    yield _REPLACE
    for part in components:
        if "LGPL" not in part.chosen:
            continue
        inside = f", in {', '.join(part.part_of)}" if part.part_of else ""
        yield f"{part.name} {part.version}".strip() + inside
        yield f"    Licence: {part.chosen}; source: {part.source}"
        yield from (f"    {file}" for file in part.files)
        if not part.files:
            yield "    linked into the libraries named; replace those"
        yield ""
    yield "The texts of these licences lie beside this file, in texts/standard."


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
