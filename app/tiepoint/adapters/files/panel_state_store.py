"""The panel's state in one small JSON file. Blocking work in a thread; on the loop's thread."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from tiepoint.adapters.files.json_file import object_of, text_of
from tiepoint.adapters.files.kept_file import Form, KeptFile
from tiepoint.domain.panel_state import PanelState, panel_state_from_dict
from tiepoint.ports.kept_files import Keeping
from tiepoint.ports.panel_state_store import LoadedPanelState

_FORM: Final = Form(
    "How the window was left",
    PanelState(),
    parse=lambda raw: panel_state_from_dict(object_of(raw)),
    render=lambda state, before: text_of(state.to_dict()),
    when_aside="Nothing to do: the window starts as new.",
)


class FilePanelStateStore:
    """Implements `ports.panel_state_store.PanelStateStore`.

    Args:
        path: The file; it need not exist.
        keeping: How it is kept.
    """

    def __init__(self, path: Path, keeping: Keeping) -> None:
        self._file = KeptFile(path, _FORM, keeping)
        self._saving = asyncio.Lock()

    async def load(self) -> LoadedPanelState:
        """Read the state."""
        state = await asyncio.to_thread(self._file.read)
        return LoadedPanelState(state, self._file.aside)

    async def save(self, state: PanelState) -> None:
        """Replace what is stored in one step."""
        async with self._saving:
            await asyncio.shield(asyncio.to_thread(self._file.change, lambda _: state))
