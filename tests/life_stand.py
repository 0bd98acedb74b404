"""A stand for the life of one cluster: its view on a page of its own, at the scenes' time."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from fakes.life_scenes import clock
from fakes.program import FakeProgram
from page_stand import Stand, standing, until
from tiepoint.domain.cluster import Cluster
from tiepoint.ui.pages.cluster.life.view import LifeView
from tiepoint.ui.pages.page import Page, StripContent
from tiepoint.ui.panel import Panel
from tiepoint.ui.widgets.layouts import column


class LifePage(Page):
    """Shows a `LifeView` alone."""

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self.life = LifeView(panel, now=clock)
        self.setLayout(column(self.life))
        self.life.strip_changed.connect(self.strip_changed)

    def strip(self) -> StripContent:
        return self.life.strip()

    def focus_first(self) -> None:
        self.life.focus_first()

    def shut(self) -> None:
        self.life.shut()


@contextlib.asynccontextmanager
async def life(cluster: Cluster, **snapshot: Any) -> AsyncIterator[Stand[LifePage]]:
    """Show a cluster, signed in.

    Args:
        cluster: Which.
        snapshot: Of all clusters: `failure` and the like.
    """
    fake = FakeProgram()
    fake.azure.sign_in.put_signed_in()
    fake.azure.clusters.put(cluster, **{"updated": cluster.updated, **snapshot})
    async with standing(LifePage, fake) as stand:
        stand.page.life.show_cluster(cluster.id)
        await until(lambda: stand.page.life.model.cluster is not None)
        yield stand
