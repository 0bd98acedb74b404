"""Small JSON documents of the program's own: read whole, replaced in one step, set aside when broken. Blocks."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

_MOST_BYTES: Final = 4_000_000


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        ValueError: It is none, is no UTF-8, or is far too long.
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError("too long")
    data = json.loads(content.decode("utf-8"))
    if not isinstance(data, dict):
        raise ValueError("not an object")  # noqa: TRY004  a broken file, told like any other broken content
    return data


def replace_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a document beside its place and move it there, so that a reader sees the old or the new one.

    Raises:
        OSError: It cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def set_aside(path: Path, now: datetime) -> Path:
    """Give a broken file another name, which says when it was found.

    Raises:
        OSError: It cannot be renamed.
    """
    aside = path.with_name(f"{path.stem}.broken-{now:%Y%m%d-%H%M%S}{path.suffix}")
    path.replace(aside)
    return aside
