"""The panel's state in one small JSON file. Blocking work in a thread; on the loop's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tiepoint.adapters.files.errors import writing_failed
from tiepoint.adapters.files.json_file import read_object, replace_json, set_aside
from tiepoint.domain.errors import SetupError
from tiepoint.domain.panel_state import PanelState, panel_state_from_dict
from tiepoint.ports.panel_state_store import LoadedPanelState


class FilePanelStateStore:
    """Implements `ports.panel_state_store.PanelStateStore`.

    Args:
        path: The file; it need not exist.
        now: The clock, for the name of a file set aside.
    """

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._path = path
        self._now = now
        self._saving = asyncio.Lock()

    async def load(self) -> LoadedPanelState:
        """Read the state."""
        return await asyncio.to_thread(self._load)

    async def save(self, state: PanelState) -> None:
        """Replace what is stored in one step."""
        async with self._saving:
            await asyncio.shield(asyncio.to_thread(self._save, state))

    def _load(self) -> LoadedPanelState:
        try:
            return LoadedPanelState(panel_state_from_dict(read_object(self._path)))
        except FileNotFoundError:
            return LoadedPanelState(PanelState())
        except (ValueError, RecursionError):
            return LoadedPanelState(PanelState(), self._set_aside())
        except OSError as error:
            raise SetupError(
                f"How the window was left, in {self._path}, cannot be read: {(error.strerror or str(error)).lower()}.",
                remedy="Give yourself the right to read the file.",
                detail=str(error),
            ) from error

    def _save(self, state: PanelState) -> None:
        try:
            replace_json(self._path, state.to_dict())
        except OSError as error:
            raise writing_failed(self._path.parent, error, kind=SetupError) from error

    def _set_aside(self) -> Path:
        try:
            return set_aside(self._path, self._now())
        except OSError as error:
            raise writing_failed(self._path.parent, error, kind=SetupError) from error
