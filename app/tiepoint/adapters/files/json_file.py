"""Small JSON documents of the program's own: read whole, replaced in one step. Blocks; any thread."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tiepoint.adapters.files.whole_file import read_whole, replace_text


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        ValueError: It is none, is no UTF-8, or is far too long.
        OSError: The file cannot be read.
    """
    return object_of(read_whole(path))


def object_of(content: bytes) -> dict[str, Any]:
    """Return the JSON object that a file holds.

    Raises:
        ValueError: It is none, or no UTF-8.
    """
    data = json.loads(content.decode("utf-8"))
    if not isinstance(data, dict):
        raise ValueError("not an object")  # noqa: TRY004  a broken file, told like any other broken content
    return data


def text_of(content: Mapping[str, Any]) -> str:
    """Return a JSON object as the text of a file."""
    return json.dumps(content, ensure_ascii=False, indent=1)


def replace_json(path: Path, content: Mapping[str, Any]) -> None:
    """Replace a document in one step; its folder is made where there is none.

    Raises:
        OSError: It cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_text(path, text_of(content))
