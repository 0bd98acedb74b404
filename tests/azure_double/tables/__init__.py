"""Figures of the double: people, roles, sizes, quotas, prices, how long things take. JSON beside this file."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any


@functools.cache
def _text(name: str) -> str:
    return (Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8")


def table(name: str) -> Any:
    """Return a table; the caller may change it."""
    return json.loads(_text(name))
