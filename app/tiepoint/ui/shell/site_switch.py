"""The switch in the strip: whose scheduler the Jobs and Nodes pages show. The GUI thread."""

from __future__ import annotations

from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QWidget

from tiepoint.domain.cluster import Cluster
from tiepoint.domain.link import LinkState
from tiepoint.services.sites import Site, SiteKind
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import tr
from tiepoint.ui.theme import icons
from tiepoint.ui.viewmodels.site_words import site_icon, site_line, site_name
from tiepoint.ui.widgets.buttons import Button

_KEYS = "Ctrl+K"


class SiteSwitch(Button):
    """A button with the name of the shown site; its menu has all of them.

    Args:
        panel: The sites, and the way to where clusters are added.
        window: Where its key works.
    """

    def __init__(self, panel: Panel, window: QWidget) -> None:
        super().__init__("", "laptop")
        self._panel, self._sites = panel, panel.program.remote.sites
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self.fill)
        self.setMenu(self._menu)
        QShortcut(QKeySequence(_KEYS), window).activated.connect(self._on_key)
        self._ends = (self._sites.changed.subscribe(lambda _: self._show()),)
        self._show()

    def shut(self) -> None:
        """Listen no more."""
        for end in self._ends:
            end()

    def fill(self) -> None:
        """Say which sites there are now, and how the link to each is."""
        self._menu.clear()
        group = QActionGroup(self._menu)
        for site in self._sites.all:
            self._add(group, site)
        self._menu.addSeparator()
        add = self._menu.addAction(icons.icon("plus", size=16), tr("Site", "Add a cluster of your own…"))
        add.triggered.connect(lambda _=False: self._on_add())
        all_of_them = self._menu.addAction(icons.icon("layout-dashboard", size=16), tr("Site", "All clusters"))
        all_of_them.triggered.connect(lambda _=False: self._panel.navigator.go("cluster", view="overview"))

    def _add(self, group: QActionGroup, site: Site) -> None:
        is_shown = site is self._sites.shown
        line = site_line(site, self._cluster(site), is_followed=site.is_computer or _is_followed(site))
        entry = QAction(f"{site_name(site)}    {line}".replace("&", "&&"), self._menu)
        entry.setIcon(icons.icon(site_icon(site), size=16))
        entry.setCheckable(True)
        entry.setChecked(is_shown)
        entry.setActionGroup(group)
        entry.setToolTip(line)
        entry.setProperty("site", site.id)
        entry.triggered.connect(lambda _=False, chosen=site.id: self._sites.show(chosen))
        self._menu.addAction(entry)

    def _cluster(self, site: Site) -> Cluster | None:
        if site.kind is not SiteKind.CLOUD:
            return None
        return self._panel.program.azure.clusters.snapshot.find(site.id)

    def _show(self) -> None:
        site = self._sites.shown
        name = site_name(site)
        self.setText(name.replace("&", "&&"))
        self.set_icon(site_icon(site))
        words = tr("Site", "Whose jobs and nodes are shown: {name}", name=name)
        self.setAccessibleName(words)
        self.setToolTip(f"{words} ({QKeySequence(_KEYS).toString(QKeySequence.SequenceFormat.NativeText)})")

    def _on_key(self) -> None:
        if self.isVisible():
            self.showMenu()

    def _on_add(self) -> None:
        from tiepoint.ui.shell.own_cluster_dialog import OwnClusterDialog

        OwnClusterDialog(self._panel, self.window()).open()


def _is_followed(site: Site) -> bool:
    """Whether anything was heard or tried yet."""
    link = site.monitor.snapshot.link
    return link.heard is not None or link.state is not LinkState.CONNECTING
