"""The panel and a real cluster over real SSH: added by comparing keys, seen, lost, back, with another key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from page_stand import FakeNavigator, until
from program import Program
from ssh_server import SshStand
from tiepoint.bootstrap import open_program
from tiepoint.ui.background import Background
from tiepoint.ui.pages.nodes.page import NodesPage
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.host_key_dialog import HostKeyDialog
from tiepoint.ui.shell.messages import Messages
from tiepoint.ui.shell.own_cluster_dialog import OwnClusterDialog

InQt = Callable[[Any], Any]


@pytest.fixture
def agent_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The scheduler's own home: another computer than the panel's."""
    home = tmp_path_factory.mktemp("there")
    yield home
    Program(home).stop()


async def _added(panel: Panel, page: NodesPage, stand: SshStand) -> None:
    """Add the stand as a person does: jump box and scheduler are compared one after the other."""
    dialog = OwnClusterDialog(panel, page)
    dialog.open()
    dialog.name.setText("studio")
    dialog.scheduler.setText(f"{stand.jump.user}@127.0.0.1:{stand.scheduler.port}")
    dialog.jump.setText(f"{stand.jump.user}@127.0.0.1:{stand.jump.port}")
    dialog.key_file.setText(str(stand.key_file))
    dialog.add_button.click()
    for machine in (stand.jump, stand.scheduler):
        wanted = machine.host_key.fingerprint
        await until(lambda wanted=wanted: dialog.asked == wanted or dialog.trouble.isVisible(), seconds=30)
        assert not dialog.trouble.isVisible(), dialog.trouble.accessibleName()
        await until(lambda: not dialog.is_busy)
        dialog.compared.setChecked(True)
        dialog.add_button.click()
    sites = panel.program.remote.sites
    await until(lambda: sites.shown.name == "studio" or dialog.trouble.isVisible(), seconds=30)
    assert sites.shown.name == "studio", dialog.trouble.accessibleName()


@pytest.mark.usefixtures("tiepoint_home")
def test_a_cluster_is_added_seen_lost_and_trusted_again(in_qt: InQt, agent_home: Path, tmp_path: Path) -> None:
    async def scene() -> None:
        async with SshStand(agent_home, folder=tmp_path / "ssh") as stand, open_program() as program:
            crashes: list[BaseException] = []
            messages = Messages()
            background = Background(messages.failure, crashes.append)
            panel = Panel(program, background, messages, FakeNavigator())
            page = NodesPage(panel)
            page.resize(1180, 640)
            page.show()
            remote = program.remote
            remote.remote.start()
            try:
                await _added(panel, page, stand)
                monitor = remote.sites.shown.monitor
                monitor.start()
                await until(lambda: monitor.snapshot.link.is_up and page.viewmodel.rows, seconds=30)
                await until(lambda: page.strip().state == "connected")
                await stand.jump.stop()
                await until(lambda: page.strip().state == "lost", seconds=60)
                await until(page.banner.try_button.isVisible)
                await stand.scheduler.change_key()
                await stand.jump.start()
                page.banner.try_button.click()
                await until(page.banner.keys_button.isVisible, seconds=60)
                page.banner.keys_button.click()
                dialog = next(each for each in QApplication.topLevelWidgets() if isinstance(each, HostKeyDialog))
                dialog.compared.setChecked(True)
                dialog.trust_button.click()
                await until(lambda: page.strip().state == "connected", seconds=60)
                assert not page.banner.isVisible()
            finally:
                page.shut()
                page.close()
                page.deleteLater()
                await background.stop()
                await remote.sites.stop()
                await remote.remote.stop()
            assert not crashes, crashes
        await asyncio.sleep(0)

    in_qt(scene())
