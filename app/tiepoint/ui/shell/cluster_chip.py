"""What clusters cost, in the strip of every page: per hour, when it stops by itself, and a way to pause. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy

from tiepoint.domain.cluster import Cluster
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.strip_chip import StripChip
from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme import icons
from tiepoint.ui.viewmodels.cluster_meter import SummedUp, bill_line, summed_up
from tiepoint.ui.viewmodels.cluster_refusals import untold
from tiepoint.ui.viewmodels.jobs import utc_now
from tiepoint.ui.viewmodels.pace import Pace
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph
from tiepoint.ui.widgets.layouts import column, row

_WIDTH: Final = 248
_LEAST_WIDTH: Final = 132
_NARROW: Final = 190
"""Below this the button gives way to the words."""
_PACE_MS: Final = 500
_TICK_MS: Final = 15_000


class ClusterChip(StripChip):
    """Shows what all clusters bill now.

    Signals:
        wanted_changed(is_wanted): Something bills, or nothing does any more.

    Args:
        panel: Whose clusters; a click leads to them.
        now: The clock, UTC.
    """

    wanted_changed = Signal(bool)

    def __init__(self, panel: Panel, *, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__(_WIDTH, _LEAST_WIDTH)
        self._panel, self._now = panel, now
        self._shown: SummedUp | None = None
        self._glyph = Glyph("gauge", "accent_text", 18)
        self._rate, self._words = ElidedLabel("", "value"), ElidedLabel("", "caption")
        self.pause = Button(tr("ClusterChip", "Pause"), "pause", size="small")
        self._pace = Pace(self._show, self, interval_ms=_PACE_MS)
        self._setup_ui()
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._show)
        self._tick.start()
        self._end = panel.program.azure.clusters.changed.subscribe(lambda _snapshot: self._pace.ask())
        self.destroyed.connect(self._end)
        self.pause.clicked.connect(self.ask_to_pause)
        self._show()

    @property
    def is_wanted(self) -> bool:
        """Whether something bills."""
        return self._shown is not None

    @property
    def words(self) -> str:
        """What it says."""
        return f"{self._rate.text()}, {self._words.text()}"

    def share(self) -> float | None:
        """There is no bar."""
        return None

    def is_lost(self) -> bool:
        """Whether what is shown is only the last that was known."""
        return self._shown is not None and self._shown.is_stale

    def open(self) -> None:
        """Show the cluster that bills; all of them when there are several."""
        clusters = self._shown.clusters if self._shown is not None else ()
        if len(clusters) == 1:
            self._panel.navigator.go("cluster", cluster=clusters[0].id)
        elif clusters:
            self._panel.navigator.go("cluster", view="overview")

    def ask_to_pause(self) -> None:
        """Ask how to pause the one that runs; of several, which."""
        running = self._shown.running if self._shown is not None else ()
        if len(running) == 1:
            self._ask(running[0])
        elif running:
            menu = self.pause_menu(running)
            menu.popup(self.pause.mapToGlobal(self.pause.rect().bottomLeft()))

    def pause_menu(self, running: tuple[Cluster, ...]) -> QMenu:
        """Return a menu of the clusters that can be paused."""
        menu = QMenu(self)
        for cluster in running:
            words = bill_line(cluster, self._now())
            entry = menu.addAction(icons.icon("pause"), tr("ClusterChip", "Pause {cluster}…", cluster=words))
            entry.triggered.connect(lambda _=False, which=cluster: self._ask(which))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _ask(self, cluster: Cluster) -> None:
        from tiepoint.ui.pages.cluster.life.pause_dialog import PauseDialog

        dialog = PauseDialog(cluster, self)
        dialog.agreed.connect(lambda: self._pause(cluster, drains=dialog.drains))
        dialog.finished.connect(lambda _code: dialog.deleteLater())
        dialog.open()

    def _pause(self, cluster: Cluster, *, drains: bool) -> None:
        panel = self._panel
        clusters = panel.program.azure.clusters
        told = untold(clusters, cluster.id, panel.messages.failure)
        panel.background.start(clusters.pause(cluster.name, drains=drains), on_failure=told)

    def _setup_ui(self) -> None:
        self.setFixedHeight(46)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(_WIDTH)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(tr("ClusterChip", "What your clusters cost now, at list price; shows them"))
        words = column(None, self._rate, self._words, None, spacing=1)
        line = row(self._glyph, words, self.pause, spacing=8, margins=(12, 0, 8, 0))
        line.setStretch(1, 1)
        self.setLayout(line)

    def _show(self) -> None:
        was_wanted = self.is_wanted
        self._shown = summed_up(self._panel.program.azure.clusters.snapshot, self._now())
        if self._shown is not None:
            self._show_sum(self._shown)
        if self.is_wanted != was_wanted:
            self.wanted_changed.emit(self.is_wanted)

    def _show_sum(self, shown: SummedUp) -> None:
        self._rate.setText(shown.rate or tr("ClusterChip", "Price not known"))
        self._words.setText(
            tr("ClusterChip", "last known, {words}", words=shown.words) if shown.is_stale else shown.words
        )
        tone = "warn.text" if shown.is_uncertain else "text2" if shown.is_stale or not shown.running else "accent_text"
        self._glyph.set_glyph("triangle-alert" if shown.is_uncertain else "gauge", tone)
        self._place_button()
        names = ", ".join(plain(each.name, limit=40) for each in shown.clusters)
        self.setAccessibleName(tr("ClusterChip", "Clusters bill {words}: {names}", words=self.words, names=names))
        self.pause.setAccessibleName(tr("ClusterChip", "Pause the cluster"))
        self.update()

    def _place_button(self) -> None:
        may = self._shown is not None and bool(self._shown.running) and not self._shown.is_stale
        self.pause.setVisible(may and self.width() >= _NARROW)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the button give way in a narrow window."""
        super().resizeEvent(event)
        self._place_button()
