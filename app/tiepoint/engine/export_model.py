"""The child role `export-model`: brings one model into one format, in a process of its own.

    tiepoint --child export-model        the request as one JSON object on stdin:
    {"format": "glb|obj-zip|obj-folder|ply|stl|cloud-ply", "source": "/model.glb", "companions": ["model.mtl", ...],
     "is_ready": true, "is_metric": true, "target": "/there/.name.part"}

`is_ready`: the source has the format already and is copied. Lines on stdout:
    {"type": "progress", "phase": "read|convert|write", "done": n, "total": n, "unit": "bytes|"}   at most ten a second
    {"type": "done", "notes": ["..."]}
    {"type": "error", ...}
The target must not exist; whoever asked gives it its final name, and removes it when this process failed. Main thread.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tiepoint.domain.errors import TiepointError, UsageError
from tiepoint.engine.exporting.copying import copied, packed, placed
from tiepoint.engine.exporting.progress import Tell

_EVERY_S: Final = 0.1


def main(args: Sequence[str]) -> int:
    """Export.

    Args:
        args: None are taken.

    Returns:
        0, or the exit code of the error that was said.
    """
    try:
        notes = export(json.loads(sys.stdin.buffer.read().decode("utf-8", "surrogateescape")), _teller())
    except TiepointError as error:
        _say({"type": "error", **error.to_dict()})
        return error.exit_code
    except (KeyError, TypeError, ValueError) as error:
        _say({"type": "error", **UsageError("The export makes no sense.", detail=repr(error)).to_dict()})
        return UsageError.exit_code
    _say({"type": "done", "notes": notes})
    return 0


def export(request: dict[str, Any], tell: Tell) -> list[str]:
    """Export one model.

    Args:
        request: See the module.
        tell: Hears phase, done, total and unit.

    Returns:
        What the person should know of the outcome, one plain sentence each.

    Raises:
        InputError: The model cannot be read.
        NoSpace: The disk is full.
        EngineFailure: The export cannot be written.
    """
    kind, source, target = str(request["format"]), Path(request["source"]), Path(request["target"])
    if not request["is_ready"]:
        from tiepoint.engine.exporting.conversion import converted

        return converted(source, target, kind, is_metric=bool(request["is_metric"]), tell=tell)
    files = [source, *(source.parent / str(name) for name in request.get("companions", ()))]
    write = {"obj-zip": packed, "obj-folder": placed}.get(kind, copied)
    write(files, target, tell)
    return []


def _teller() -> Tell:
    told_s = 0.0

    def tell(phase: str, done: int, total: int, unit: str = "") -> None:
        nonlocal told_s
        now_s = time.monotonic()
        if done >= total or now_s - told_s >= _EVERY_S:
            told_s = now_s
            _say({"type": "progress", "phase": phase, "done": done, "total": total, "unit": unit})

    return tell


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
