"""The life of one cluster: the operation that goes on or failed, else the cluster itself. GUI thread, on the loop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget

from tiepoint.domain.cluster import Cluster
from tiepoint.domain.operation import OperationState
from tiepoint.ui.pages.cluster.life.cluster_view import ClusterView
from tiepoint.ui.pages.cluster.life.commands import ClusterCommands
from tiepoint.ui.pages.cluster.life.notes import Notes
from tiepoint.ui.pages.cluster.life.operation_view import OperationView
from tiepoint.ui.pages.cluster.life.strip_words import facts_of, pill_of, share_of
from tiepoint.ui.pages.cluster.place import Place
from tiepoint.ui.pages.page import StripContent
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels import cluster_life_failure as ways
from tiepoint.ui.viewmodels import cluster_life_notes as told
from tiepoint.ui.viewmodels.cluster_bills import LEAST, bills_now
from tiepoint.ui.viewmodels.cluster_life import ClusterLifeModel
from tiepoint.ui.viewmodels.cluster_life_meter import is_anything_on
from tiepoint.ui.viewmodels.cluster_life_notes import Note
from tiepoint.ui.viewmodels.cluster_life_words import cluster_line
from tiepoint.ui.viewmodels.jobs import utc_now
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.empty import EmptyState
from tiepoint.ui.widgets.layouts import column

_OPERATION, _CLUSTER, _NOTHING = range(3)
KEEP_HOURS: Final = 2.0
_SHOWN_AS_OPERATION: Final = (OperationState.FAILED, OperationState.CANCELED)


class LifeView(Place):
    """One cluster, whatever it is doing.

    Args:
        panel: The services and the way to other pages.
        now: The clock, UTC.
    """

    def __init__(self, panel: Panel, *, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__()
        self._panel = panel
        self.model = ClusterLifeModel(panel.program, panel.background, panel.messages.failure, self, now=now)
        self.commands = ClusterCommands(panel, self, self.model)
        self.notes = Notes()
        self.operation = OperationView(self.model)
        self.cluster = ClusterView(self.model, panel.program.panel_state)
        self._back = Button(tr("Life", "All clusters"), "layout-dashboard")
        self.empty = EmptyState("loader", "", "", self._back)
        self._stack = QStackedWidget()
        self._wants_operation: bool | None = None
        self._seen_operation: tuple[object, ...] = ()
        self._setup_ui()
        self._connect()
        self._show()

    @property
    def is_operation_shown(self) -> bool:
        """Whether the operation is in front, and not the cluster itself."""
        return self._stack.currentIndex() == _OPERATION

    def show_cluster(self, cluster_id: str) -> None:
        """Show a cluster, by its id or name; one that is not there yet is waited for."""
        self._wants_operation, self._seen_operation = None, ()
        self.model.choose(cluster_id)
        self._show()

    def strip(self) -> StripContent:
        """Tell of the cluster."""
        cluster, model = self.model.cluster, self.model
        if cluster is None:
            return StripContent(tr("Life", "Cluster"))
        state, words = pill_of(cluster, model)
        self.commands.enable(cluster)
        return StripContent(
            plain(cluster.name, limit=60),
            state,
            words,
            cluster_line(cluster),
            facts_of(cluster, model),
            share_of(cluster.operation),
            self.commands.strip_actions(cluster, is_operation_shown=self.is_operation_shown),
            is_about_cluster=self._tells_all_costs(cluster),
        )

    def focus_first(self) -> None:
        """Begin where something can be done."""
        shown = self._stack.currentIndex()
        if shown == _OPERATION:
            self.operation.focus_first()
        elif shown == _CLUSTER:
            self.cluster.focus_first()
        else:
            self._back.setFocus()

    def shut(self) -> None:
        """Follow nothing any more."""
        self.model.shut()

    def _setup_ui(self) -> None:
        nothing = Card()
        nothing.content.addWidget(self.empty)
        for each in (self.operation, self.cluster, nothing):
            self._stack.addWidget(each)
        whole = column(self.notes, self._stack, spacing=12)
        whole.setStretch(1, 1)
        self.setLayout(whole)

    def _connect(self) -> None:
        model, commands = self.model, self.commands
        model.changed.connect(self._show)
        model.ticked.connect(self._on_tick)
        model.gone.connect(self._on_gone)
        commands.show_wanted.connect(self._on_show_wanted)
        self.notes.chosen.connect(self._on_note)
        self.operation.way_chosen.connect(self._on_way)
        self.operation.portal_wanted.connect(commands.open_portal)
        view = self.cluster
        view.portal_wanted.connect(commands.open_portal)
        view.meter.keep_wanted.connect(lambda: model.keep(KEEP_HOURS))
        view.meter.release_wanted.connect(model.release)
        view.rest.cold_wanted.connect(commands.ask_to_cool)
        view.storage.upload_wanted.connect(commands.open_upload)
        view.storage.download_wanted.connect(commands.open_download)
        self._back.clicked.connect(self._on_back)

    def _show(self) -> None:
        cluster = self.model.cluster
        if cluster is None:
            self._show_nothing()
            self.strip_changed.emit()
            return
        self._follow_operation(cluster)
        operation = cluster.operation
        if operation is not None and self._wants_operation:
            self._turn_to(_OPERATION)
            self.operation.show_operation(cluster, operation)
        else:
            self._turn_to(_CLUSTER)
            self.cluster.show_cluster(cluster)
        self.notes.show_notes(self._notes(cluster))
        self.strip_changed.emit()

    def _follow_operation(self, cluster: Cluster) -> None:
        """Bring an operation to the front when it begins or fails, and the cluster when it is done."""
        operation = cluster.operation
        if operation is None:
            self._wants_operation, self._seen_operation = False, ()
            return
        seen = (operation.kind, operation.began, operation.state)
        if seen == self._seen_operation:
            return
        self._seen_operation = seen
        if operation.state is OperationState.COMPLETED:
            self._wants_operation = False
        elif not operation.state.is_over or operation.is_interrupted or operation.state in _SHOWN_AS_OPERATION:
            self._wants_operation = True

    def _turn_to(self, place: int) -> None:
        if place == self._stack.currentIndex():
            return
        focused = self.window().focusWidget()
        had_focus = focused is not None and self._stack.isAncestorOf(focused)
        self._stack.setCurrentIndex(place)
        if had_focus:
            self.focus_first()

    def _show_nothing(self) -> None:
        self._turn_to(_NOTHING)
        self.notes.show_notes(())
        snapshot = self.model.snapshot
        if snapshot.is_known and snapshot.failure is None:
            title, text = (
                tr("Life", "This cluster is not there"),
                tr("Life", "It was deleted, or it is in another subscription."),
            )
        else:
            title, text = tr("Life", "Looking for the cluster"), tr("Life", "Azure is being asked.")
        self.empty.title_label.setText(title)
        self.empty.text_label.setText(text)

    def _notes(self, cluster: Cluster) -> tuple[Note, ...]:
        model, operation = self.model, cluster.operation
        notes = []
        if model.needs_confirmation:
            notes.append(told.confirm_note(model.tenant))
        if operation is not None and operation.is_interrupted:
            notes.append(told.interrupted_note(operation, model.now))
        if model.is_stale:
            notes.append(told.stale_note(model.trouble, model.seen, model.now))
        if self.is_operation_shown and operation is not None and (note := told.trouble_note(operation)) is not None:
            notes.append(note)
        if not self.is_operation_shown:
            if (
                operation is not None
                and operation.state is not OperationState.COMPLETED
                and not operation.is_interrupted
            ):
                notes.append(told.under_way_note(operation, model.now))
            if not model.is_busy and (note := told.state_note(cluster)) is not None:
                notes.append(note)
        if (note := told.budget_note(cluster)) is not None:
            notes.append(note)
        return tuple(notes)

    def _on_tick(self) -> None:
        cluster = self.model.cluster
        if cluster is None:
            return
        if self.is_operation_shown and cluster.operation is not None:
            self.operation.show_times(cluster, cluster.operation)
        else:
            self.cluster.show_times(cluster)
        self.notes.show_notes(self._notes(cluster))
        self.strip_changed.emit()

    def _on_show_wanted(self, is_operation: bool) -> None:
        self._wants_operation = is_operation
        self._show()

    def _on_note(self, key: str) -> None:
        actions: dict[str, Callable[[], object]] = {
            told.CONFIRM: self.model.confirm,
            told.CONTINUE: self.model.retry,
            told.DISMISS: self.model.dismiss,
            told.SHOW: lambda: self._on_show_wanted(True),
            told.LOOK: self.model.look,
            told.RESUME: self.model.resume,
            told.PAUSE: self.commands.ask_to_pause,
            told.DEPLOY: self._edit_plan,
            told.RETRY: self.model.retry,
        }
        actions[key]()

    def _on_way(self, key: str) -> None:
        actions: dict[str, Callable[[], object]] = {
            ways.RETRY: self.model.retry,
            ways.PLAN: self._edit_plan,
            ways.PORTAL: lambda: self.commands.open_portal(""),
            ways.DISMISS: self.model.dismiss,
            ways.DELETE: self.commands.ask_to_delete,
        }
        actions[key]()

    def _edit_plan(self) -> None:
        cluster = self.model.cluster
        if cluster is not None and cluster.plan is not None:
            self._panel.navigator.go("cluster", plan=cluster.plan)

    def _on_gone(self) -> None:
        if self.isVisible():
            self._on_back()

    def _on_back(self) -> None:
        self._panel.navigator.go("cluster", view="overview")

    def _tells_all_costs(self, shown: Cluster) -> bool:
        """Whether no other cluster costs anything, so that the strip need not sum them up."""
        others = (each for each in self.model.snapshot.clusters if each.id != shown.id)
        return not any(is_anything_on(each) or (bills_now(each) or 0.0) >= LEAST for each in others)

    def showEvent(self, event: QShowEvent) -> None:
        """Follow closely while somebody looks."""
        super().showEvent(event)
        self.model.set_seen(is_seen=True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Follow from afar."""
        super().hideEvent(event)
        self.model.set_seen(is_seen=False)
