"""Pausing clusters that run before the window goes: waits until Azure was told, not until it is done. GUI thread."""

from __future__ import annotations

import asyncio
from typing import Final

from tiepoint.domain.cluster import Cluster, Power
from tiepoint.domain.errors import TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.services.clusters import ClustersSnapshot
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.closing_clusters import running_of
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.cluster_meter import billing

_PATIENCE_S: Final = 60.0
_ON: Final = (Power.RUNNING, Power.STARTING)


async def pause_before_leaving(panel: Panel, *, patience_s: float = _PATIENCE_S) -> bool:
    """Pause every cluster that has machines on.

    Args:
        panel: Whose clusters; what was refused is told there.
        patience_s: Longest wait. What Azure was not told by then is done by the guards and at the next start.

    Returns:
        Whether the window may go; not when a cluster could not be paused.
    """
    service = panel.program.azure.clusters
    running = running_of(billing(service.snapshot))
    names = ", ".join(plain(each.name, limit=40) for each in running)
    panel.messages.note(tr("Closing", "Pausing {names}", names=names), tr("Closing", "The window closes in a moment."))
    outcomes = await asyncio.gather(
        *(_pause(panel, cluster, patience_s) for cluster in running),
        return_exceptions=True,
    )
    failures = [each for each in outcomes if isinstance(each, BaseException)]
    for error in failures:
        if not isinstance(error, TiepointError):
            raise error
        panel.messages.failure(Failure.of(error))
    return not failures


async def _pause(panel: Panel, cluster: Cluster, patience_s: float) -> None:
    """Release a cluster, so that its guards see to it come what may, then pause it until all machines are told."""
    service = panel.program.azure.clusters
    await service.release(cluster.name)
    pausing = asyncio.ensure_future(service.pause(cluster.name, drains=False))
    told = asyncio.Event()

    def look(snapshot: ClustersSnapshot) -> None:
        found = snapshot.find(cluster.id)
        if found is None or not any(machine.power in _ON for machine in found.machines):
            told.set()

    off = service.changed.subscribe(look)
    waiting = asyncio.ensure_future(told.wait())
    try:
        await asyncio.wait({pausing, waiting}, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        off()
        waiting.cancel()
    if not pausing.done():
        pausing.cancel()
    elif not pausing.cancelled():
        pausing.result()
