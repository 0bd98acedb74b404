"""The panel's state and the settings: changed at once, saved later and off the loop, problems said and survived."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from fakes.panel import FakePanelStateStore, FakePreviewStore
from fakes.products import FakeSettingsStore
from patience import until
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.panel_state import PanelState
from tiepoint.domain.preview import Preview
from tiepoint.domain.settings import Settings
from tiepoint.services.panel_state import PanelStateService
from tiepoint.services.preferences import Preferences
from tiepoint.services.previews import PreviewService


async def _no_wait(seconds: float) -> None:
    await asyncio.sleep(0)


async def test_many_changes_are_saved_in_one_go() -> None:
    store = FakePanelStateStore(PanelState(page="photos"))
    service = PanelStateService(store, _no_wait)
    assert (await service.load()).page == "photos"
    for width in range(50):
        service.update(splitters={"jobs": (width, 100)})
    service.remember(zoom=1.5)
    service.remember(grid=True)
    assert service.state.splitters == {"jobs": (49, 100)}
    await until(lambda: store.saved == [service.state])
    assert service.state.extras == {"zoom": 1.5, "grid": True}
    service.update(page="photos")
    await asyncio.sleep(0.01)
    assert len(store.saved) == 1


async def test_closing_saves_what_waits() -> None:
    store, waiting = FakePanelStateStore(), asyncio.Event()

    async def forever(seconds: float) -> None:
        await waiting.wait()

    service = PanelStateService(store, forever)
    service.update(page="jobs")
    await asyncio.sleep(0)
    await service.flush()
    await service.flush()
    assert [state.page for state in store.saved] == ["jobs"]


async def test_a_broken_file_and_a_read_only_folder_are_said() -> None:
    store = FakePanelStateStore(set_aside=Path("/panel.broken.json"))
    service = PanelStateService(store, _no_wait)
    await service.load()
    assert service.problem is not None
    assert "/panel.broken.json" in service.problem.summary
    store.is_read_only = True
    service.update(page="jobs")
    await service.flush()
    assert service.problem.remedy
    assert service.state.page == "jobs"


async def test_settings_are_told_and_saved() -> None:
    store = FakeSettingsStore()
    preferences, told = Preferences(store), list[Settings]()
    preferences.changed.subscribe(told.append)
    await preferences.update(theme="dark", workers=2)
    assert store.settings == preferences.settings == told[-1] == Settings(theme="dark", workers=2)
    with pytest.raises(ValueError, match="theme"):
        await preferences.update(theme="pink")
    assert preferences.settings.theme == "dark"


async def test_previews_are_told_once_each() -> None:
    store = FakePreviewStore()
    service = PreviewService(store, _no_wait)
    job = Job(JobId("20261125-a-000001"), "A", "/c", JobState.RUNNING, folder="/c/jobs/a")
    assert await service.read(job) is None

    def put(revision: str) -> None:
        store.previews[Path("/c/jobs/a")] = Preview(Path("/x.ply"), 5, "alignment", 1, 2, revision=revision)

    put("1")
    watched = service.watch(job)
    seen = [(await anext(watched)).revision]
    asyncio.get_running_loop().call_later(0.01, put, "2")
    seen.append((await anext(watched)).revision)
    await watched.aclose()
    assert seen == ["1", "2"]
