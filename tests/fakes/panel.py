"""What the panel keeps and looks at besides jobs, in memory: real citizens of their ports."""

from __future__ import annotations

from pathlib import Path

from tiepoint.domain.errors import SetupError
from tiepoint.domain.panel_state import PanelState
from tiepoint.domain.preview import Preview
from tiepoint.ports.panel_state_store import LoadedPanelState


class FakePanelStateStore:
    """Implements `ports.panel_state_store.PanelStateStore`."""

    def __init__(self, state: PanelState = PanelState(), set_aside: Path | None = None) -> None:  # noqa: B008
        self.state = state
        self.set_aside = set_aside
        self.is_read_only = False
        self.saved: list[PanelState] = []

    async def load(self) -> LoadedPanelState:
        return LoadedPanelState(self.state, self.set_aside)

    async def save(self, state: PanelState) -> None:
        if self.is_read_only:
            raise SetupError("The folder cannot be written.", remedy="Give yourself the right to write there.")
        self.state = state
        self.saved.append(state)


class FakePreviewStore:
    """Implements `ports.preview_store.PreviewStore` with previews a test lays out by job folder."""

    def __init__(self) -> None:
        self.previews: dict[Path, Preview] = {}

    async def read(self, job_folder: Path, known: str = "") -> Preview | None:
        preview = self.previews.get(job_folder)
        return None if preview is None or preview.revision == known else preview
