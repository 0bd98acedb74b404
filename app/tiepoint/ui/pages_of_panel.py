"""Which pages there are: their place on the rail, and how each is made when it is first shown."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tiepoint.ui.shell.rail import RailEntry
from tiepoint.ui.text import tr

if TYPE_CHECKING:
    from tiepoint.ui.pages.page import Page
    from tiepoint.ui.panel import Panel

FIRST: Final = "photos"
_CLASSES: Final = {
    "cluster": "ClusterPage",
    "photos": "PhotosPage",
    "jobs": "JobsPage",
    "nodes": "NodesPage",
    "results": "ResultsPage",
    "transfers": "TransfersPage",
    "help": "HelpPage",
    "settings": "SettingsPage",
}


def rail_entries() -> tuple[RailEntry, ...]:
    """Return the rail's buttons in order."""
    return (
        RailEntry("cluster", "server", tr("Rail", "Cluster")),
        RailEntry("photos", "images", tr("Rail", "Photos")),
        RailEntry("jobs", "list", tr("Rail", "Jobs")),
        RailEntry("nodes", "cpu", tr("Rail", "Nodes")),
        RailEntry("results", "box", tr("Rail", "Results")),
        RailEntry("transfers", "arrow-up-down", tr("Rail", "Transfers")),
        RailEntry("help", "circle-help", tr("Rail", "Help"), is_at_foot=True),
        RailEntry("settings", "settings", tr("Rail", "Settings"), is_at_foot=True),
    )


def page_modules() -> tuple[str, ...]:
    """Return the modules of all pages, to be imported ahead."""
    return tuple(f"tiepoint.ui.pages.{name}.page" for name in _CLASSES)


def page_makers(panel: Panel) -> dict[str, Callable[[], Page]]:
    """Return what makes each page; a page's module is imported when it is first shown."""
    return {name: _maker(name, class_name, panel) for name, class_name in _CLASSES.items()}


def _maker(name: str, class_name: str, panel: Panel) -> Callable[[], Page]:
    def make() -> Page:
        module = importlib.import_module(f"tiepoint.ui.pages.{name}.page")
        page: Page = getattr(module, class_name)(panel)
        return page

    return make
