"""What people chose for nodes, kept over the agent's life in a small file. Loop's thread; the file is a few lines."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from tiepoint.agent.backends.dask.machine import Choices

_log = logging.getLogger(__name__)


class NodeChoices:
    """The choices by node name; a file that cannot be read counts as empty.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Any] = {}
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            self._known = content if isinstance(content, dict) else {}
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            _log.warning("what was chosen for nodes cannot be read: %s", error)

    def get(self, name: str) -> Choices:
        """Return what was chosen for a node."""
        found = self._known.get(name)
        if not isinstance(found, dict):
            return Choices()
        mask = found.get("gpu_mask")
        return Choices(
            bool(found.get("is_paused")), found.get("cpu") is not False, mask if isinstance(mask, int) else None
        )

    def put(self, name: str, choices: Choices) -> None:
        """Keep what was chosen for a node."""
        self._known[name] = {"is_paused": choices.is_paused, "cpu": choices.cpu, "gpu_mask": choices.gpu_mask}
        part = self._path.with_suffix(".part")
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(self._known, indent=1), encoding="utf-8")
            part.replace(self._path)
        except OSError as error:
            _log.warning("what was chosen for nodes cannot be kept: %s", error)
