"""The life of a cluster in every state, its questions, the meter chip and the question on closing, to be looked at."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from fakes.life_scenes import LIFE, OFFLINE, OFFLINE_STATES, clock, failed, paused, running
from fakes.program import FakeProgram
from life_stand import life
from page_stand import FakePanel, until
from tiepoint.domain.cluster import Cluster
from tiepoint.ui.pages.cluster.life.view import LifeView
from tiepoint.ui.shell.closing import ClosingDialog
from tiepoint.ui.shell.cluster_chip import ClusterChip

Scene = Callable[[], contextlib.AbstractAsyncContextManager[QWidget]]


@contextlib.asynccontextmanager
async def _life(name: str) -> AsyncIterator[QWidget]:
    failure = OFFLINE if name in OFFLINE_STATES else None
    async with life(LIFE[name](), failure=failure) as stand:
        view = stand.page.life
        await until(lambda: view.operation.isVisible() or view.cluster.isVisible())
        yield stand.page


@contextlib.asynccontextmanager
async def _raw() -> AsyncIterator[QWidget]:
    async with life(failed()) as stand:
        stand.page.life.operation.failure.raw_button.click()
        yield stand.page


@contextlib.asynccontextmanager
async def _asked(cluster: Cluster, ask: Callable[[LifeView], object]) -> AsyncIterator[QWidget]:
    async with life(cluster) as stand:
        ask(stand.page.life)
        dialog = stand.page.life.commands.dialog
        assert dialog is not None
        await until(dialog.isVisible)
        yield dialog
        dialog.reject()


def _scaled(view: LifeView, count: int) -> None:
    view.commands.ask_to_scale()
    view.commands.dialog.spin.box.setValue(count)  # type: ignore[union-attr]


@contextlib.asynccontextmanager
async def _chip(*clusters: Cluster) -> AsyncIterator[QWidget]:
    fake = FakeProgram()
    fake.azure.clusters.put(*clusters)
    parts = FakePanel(fake)
    chip = ClusterChip(parts.panel, now=clock)
    chip.resize(248, 46)
    chip.show()
    try:
        yield chip
    finally:
        chip.close()
        await parts.stop()
        chip.deleteLater()


@contextlib.asynccontextmanager
async def _closing(**what: Any) -> AsyncIterator[QWidget]:
    made = ClosingDialog([], now=clock, **what)
    made.show()
    try:
        yield made
    finally:
        made.close()
        made.deleteLater()


def _state(name: str) -> Scene:
    return lambda: _life(name)


CLUSTER_LIFE_SCENES: Final[dict[str, Scene]] = {
    **{f"cluster life, {name}": _state(name) for name in LIFE},
    "cluster life, failed with Azure’s words": _raw,
    "cluster life, pause": lambda: _asked(running(), lambda view: view.commands.ask_to_pause()),
    "cluster life, scale up": lambda: _asked(running(), lambda view: _scaled(view, 8)),
    "cluster life, scale down": lambda: _asked(running(), lambda view: _scaled(view, 3)),
    "cluster life, cold": lambda: _asked(paused(), lambda view: view.commands.ask_to_cool()),
    "cluster life, delete": lambda: _asked(paused(), lambda view: view.commands.ask_to_delete()),
    "meter chip, running": lambda: _chip(running()),
    "meter chip, paused": lambda: _chip(paused()),
    "closing, clusters bill": lambda: _closing(clusters=(running(), paused())),
}
"""Every scene by what it shows."""
