"""One sample of every message, as JSON files, which the tests of client and agent both read.

`requests.json` maps each method to params and result, `events.json` lists events, `errors.json` error answers,
`stream.jsonl` is a whole conversation. Must not be read by the program itself. Any thread.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


def load_requests() -> dict[str, dict[str, Any]]:
    """Read `{method: {"params": ..., "result": ...}}`."""
    samples: dict[str, dict[str, Any]] = json.loads((_FOLDER / "requests.json").read_text(encoding="utf-8"))
    return samples


def load_events() -> list[dict[str, Any]]:
    """Read the params of one `event` notification of each kind."""
    samples: list[dict[str, Any]] = json.loads((_FOLDER / "events.json").read_text(encoding="utf-8"))
    return samples


def load_errors() -> list[dict[str, Any]]:
    """Read the `error` members of error answers."""
    samples: list[dict[str, Any]] = json.loads((_FOLDER / "errors.json").read_text(encoding="utf-8"))
    return samples


def load_stream() -> bytes:
    """Read a whole conversation, both directions, as it goes over the wire."""
    return (_FOLDER / "stream.jsonl").read_bytes()
