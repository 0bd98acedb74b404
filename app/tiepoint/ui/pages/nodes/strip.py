"""What the strip says of all nodes. The GUI thread."""

from __future__ import annotations

from typing import Final

from tiepoint.domain.link import LinkState
from tiepoint.ui.pages.page import StripContent
from tiepoint.ui.text import grouped, plain, tr, tr_count
from tiepoint.ui.viewmodels.jobs import utc_now
from tiepoint.ui.viewmodels.jobs_words import clock_text, duration_text
from tiepoint.ui.viewmodels.nodes import NodesViewModel
from tiepoint.ui.viewmodels.nodes_machines import power_line
from tiepoint.ui.viewmodels.site_words import site_name

_ENGINES: Final = {"metashape": "Metashape", "photoscan": "PhotoScan"}


def strip_content(viewmodel: NodesViewModel) -> StripContent:
    """Return the strip of the Nodes page."""
    snapshot, link = viewmodel.snapshot, viewmodel.snapshot.link
    nodes = len(viewmodel.rows)
    agent = snapshot.agent
    engine = "" if agent is None else f"{engine_name(agent.engine.name)} {plain(agent.engine.version)}".strip()
    parts = [site_name(viewmodel.site), tr_count("Nodes", "{count} node", "{count} nodes", nodes), engine]
    state, said = link.state.value, ""
    if not viewmodel.recorder.is_live:
        state, said = "info", tr("Nodes", "Recording")
    elif link.state is LinkState.STOPPED:
        state, said = "offline", tr("Nodes", "Agent stopped")
    elif link.state is LinkState.LOST and link.heard is not None:
        said = tr("Nodes", "Connection lost, last known {time}", time=clock_text(link.heard, utc_now()))
    if viewmodel.is_stale and viewmodel.cluster is not None:
        on, off = power_line(viewmodel.cluster)
        parts.append(tr("Nodes", "Azure still answers: {on} on, {off} off", on=grouped(on), off=grouped(off)))
    subtitle = " · ".join(part for part in parts if part)
    return StripContent(tr("Nodes", "Nodes"), state, said, subtitle, _facts(viewmodel), follows_site=True)


def engine_name(name: str) -> str:
    """Name an engine as people do."""
    return _ENGINES.get(name.casefold(), plain(name, limit=60))


def _facts(viewmodel: NodesViewModel) -> tuple[tuple[str, str], ...]:
    link = viewmodel.snapshot.link
    if viewmodel.is_stale:
        lost = link.state is LinkState.LOST and link.heard is not None
        for_s = (utc_now() - link.since).total_seconds()
        return ((tr("Nodes", "Lost for"), duration_text(for_s)),) if lost else ()
    if not viewmodel.rows:
        return ()
    words = tr("Nodes", "{count} of {all}", count=grouped(viewmodel.count("working")), all=grouped(len(viewmodel.rows)))
    return ((tr("Nodes", "Working"), words),)
