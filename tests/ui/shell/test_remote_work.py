"""What the panel starts and stops around clusters, and the site it was left at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakes.program import FakeProgram
from fakes.remote import fake_site
from tiepoint.ui.shell.remote_work import RemoteWork
from tiepoint.ui.shell.site_memory import SiteMemory

InQt = Callable[[Any], Any]


async def _left_at(site: str) -> FakeProgram:
    fake = FakeProgram()
    fake.program.panel_state.update(extras={"site": site})
    return fake


def test_all_of_it_is_started_and_stopped(in_qt: InQt) -> None:
    async def scene() -> None:
        fake = await _left_at("")
        remote, work = fake.program.remote, RemoteWork(fake.program)
        work.record()
        work.start()
        assert remote.recordings.is_recording  # type: ignore[attr-defined]
        assert remote.remote.asked == [("start",)]  # type: ignore[attr-defined]
        assert remote.rounds.asked == [("start",)]  # type: ignore[attr-defined]
        await work.stop()
        assert not remote.recordings.is_recording  # type: ignore[attr-defined]
        assert ("stop",) in remote.rounds.asked  # type: ignore[attr-defined]
        assert ("stop",) in remote.remote.asked  # type: ignore[attr-defined]
        await fake.program.monitor.stop()

    in_qt(scene())


def test_the_site_it_was_left_at_is_shown_once_it_is_there(in_qt: InQt) -> None:
    async def scene() -> None:
        fake = await _left_at("own/studio")
        sites = fake.program.remote.sites
        memory = SiteMemory(fake.program)
        sites.add(fake_site("other"))
        assert sites.shown.is_computer
        sites.add(fake_site("studio"))
        assert sites.shown.name == "studio"
        memory.shut()

    in_qt(scene())


def test_a_choice_made_meanwhile_is_kept(in_qt: InQt) -> None:
    async def scene() -> None:
        fake = await _left_at("own/studio")
        sites = fake.program.remote.sites
        memory = SiteMemory(fake.program)
        sites.add(fake_site("other"))
        sites.show("own/other")
        sites.show("computer")
        sites.add(fake_site("studio"))
        assert sites.shown.is_computer
        memory.shut()

    in_qt(scene())
