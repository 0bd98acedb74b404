"""Clusters of one's own on the Cluster page: how the link to each is, adding and forgetting one. The GUI thread."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from tiepoint.services.sites import Site, SiteKind
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.pace import Pace
from tiepoint.ui.viewmodels.site_words import site_name, way_text
from tiepoint.ui.widgets.buttons import Button, IconButton
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import column, empty, holder, row
from tiepoint.ui.widgets.pill import Pill
from tiepoint.ui.widgets.question import Question, ask


class OwnClustersCard(Card):
    """All of them below each other.

    Args:
        panel: The sites.
    """

    def __init__(self, panel: Panel) -> None:
        self.add_button = Button(tr("OwnClusters", "Add a cluster"), "plus", size="small")
        super().__init__(tr("OwnClusters", "Clusters of your own"), " ", self.add_button)
        self._panel, self._sites = panel, panel.program.remote.sites
        self._shown: tuple[str, ...] | None = None
        self.rows: dict[str, _OwnRow] = {}
        self._lines = QVBoxLayout()
        self._lines.setSpacing(6)
        words = tr("OwnClusters", "Machines with Metashape’s network processing or the open engine, reached by SSH.")
        self._nothing = Label(words, "sub", wrap=True)
        self.add(self._nothing, self._lines, spacing=6, margins=(16, 0, 16, 14))
        self._pace = Pace(self.refresh, self)
        self._ends = (self._sites.changed.subscribe(lambda _: self._pace.ask()),)
        self.add_button.clicked.connect(self._on_add)
        self.refresh()

    def shut(self) -> None:
        """Listen no more."""
        for each in self.rows.values():
            each.shut()
        for end in self._ends:
            end()

    def refresh(self) -> None:
        """Show those there are."""
        own = tuple(site for site in self._sites.all if site.kind is SiteKind.OWN)
        self._nothing.setVisible(not own)
        keys = tuple(site.id for site in own)
        if keys == self._shown:
            return
        self._shown = keys
        for each in self.rows.values():
            each.shut()
        empty(self._lines)
        self.rows = {site.id: _OwnRow(self._panel, site) for site in own}
        for each in self.rows.values():
            self._lines.addWidget(each)

    def _on_add(self) -> None:
        from tiepoint.ui.shell.own_cluster_dialog import OwnClusterDialog

        OwnClusterDialog(self._panel, self.window()).open()


class _OwnRow(QWidget):
    """One of them."""

    def __init__(self, panel: Panel, site: Site) -> None:
        super().__init__()
        self._panel, self._site = panel, site
        name = site_name(site)
        self.pill = Pill("connecting")
        self.show_button = Button(tr("OwnClusters", "Show its jobs"), "list", "link", size="small")
        self.doctor_button = Button(tr("OwnClusters", "Path Doctor"), "activity", "link", size="small")
        self.remove_button = IconButton("trash-2", tr("OwnClusters", "Forget {name}", name=name), size=16)
        way = ElidedLabel(way_text(panel.program.remote.remote.own(site.id)), "sub")
        words = holder(column(Label(name, "title"), way, spacing=1))
        line = row(
            Glyph("server", "accent_text", 18),
            words,
            self.pill,
            self.show_button,
            self.doctor_button,
            self.remove_button,
            spacing=12,
        )
        line.setStretch(1, 1)
        self.setLayout(line)
        self.show_button.clicked.connect(self._on_show)
        self.doctor_button.clicked.connect(self._on_doctor)
        self.remove_button.clicked.connect(self._on_remove)
        self._end = site.monitor.changed.subscribe(lambda _: self._show())
        self._show()

    def shut(self) -> None:
        """Listen no more."""
        self._end()

    def _show(self) -> None:
        link = self._site.monitor.snapshot.link
        is_followed = link.heard is not None or link.problem is not None or link.is_up
        if is_followed:
            self.pill.set_state(link.state.value)
        else:
            self.pill.set_state("waiting", tr("OwnClusters", "Not followed"))
        self.pill.setToolTip(plain(link.problem.summary) if link.problem is not None else "")

    def _on_show(self) -> None:
        self._panel.program.remote.sites.show(self._site.id)
        self._panel.navigator.go("jobs")

    def _on_doctor(self) -> None:
        from tiepoint.ui.shell.path_doctor_dialog import open_path_doctor

        open_path_doctor(self._panel, self, site=self._site.id)

    def _on_remove(self) -> None:
        name = site_name(self._site)
        question = Question(
            tr("OwnClusters", "Forget a cluster"),
            tr("OwnClusters", "Forget {name}?", name=name),
            tr("OwnClusters", "Nothing there is touched: jobs go on. Its pinned keys are forgotten, too."),
            tr("OwnClusters", "Forget"),
            tr("OwnClusters", "Keep"),
        )
        ask(self, question, lambda: self._panel.background.start(self._remove()))

    async def _remove(self) -> None:
        await self._panel.program.remote.remote.remove(self._site.name)
