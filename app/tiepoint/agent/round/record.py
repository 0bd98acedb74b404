"""What of a capture's photos was checked against Blob: `CAPTURE/.fetch/done.json`. A broken one is an empty one.

A file counts as whole when size, time and the blob's version are as they were when it was checked. Any thread.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from pathlib import Path
from typing import Any, Final

from tiepoint.agent.round.disk import replaced

FOLDER: Final = ".fetch"


class FetchRecord:
    """The record of one capture.

    Args:
        capture: Its folder.
    """

    def __init__(self, capture: Path) -> None:
        self._file = capture / FOLDER / "done.json"
        self._lock = threading.Lock()
        self._known: dict[str, list[Any]] = {}
        with contextlib.suppress(OSError, ValueError, RecursionError):
            content: Any = json.loads(self._file.read_text(encoding="utf-8"))
            if isinstance(content, dict):
                self._known = {key: value for key, value in content.items() if isinstance(value, list)}

    def holds(self, path: str, found: os.stat_result, etag: str) -> bool:
        """Whether a file is as it was when it was checked against this version of its blob."""
        return bool(etag) and self._known.get(path) == [found.st_size, found.st_mtime_ns, etag]

    def add(self, path: str, found: os.stat_result, etag: str) -> None:
        """A file was checked."""
        with self._lock:
            self._known[path] = [found.st_size, found.st_mtime_ns, etag]

    def keep(self) -> None:
        """Write it; that it cannot be written only costs another check."""
        with self._lock, contextlib.suppress(OSError):
            replaced(self._file, json.dumps(self._known, ensure_ascii=False, indent=0).encode())
