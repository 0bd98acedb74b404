"""All clusters at a glance: this computer first, those on Azure, and the way to them. The GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from tiepoint.services.doctor import Health
from tiepoint.ui.actions import action
from tiepoint.ui.pages.cluster.failure_note import FailureNote
from tiepoint.ui.pages.cluster.overview_cards import ClusterOverviewCard, ComputerOverviewCard, NewClusterCard
from tiepoint.ui.pages.cluster.own_clusters import OwnClustersCard
from tiepoint.ui.pages.cluster.place import Place
from tiepoint.ui.pages.cluster.sign_in_card import SignInCard
from tiepoint.ui.pages.page import StripContent
from tiepoint.ui.shell.account_menu import AccountMenu
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.cluster import ClusterModel
from tiepoint.ui.viewmodels.clusters import ClusterCardView, ClustersModel
from tiepoint.ui.viewmodels.doctor import DoctorModel
from tiepoint.ui.viewmodels.sign_in import SignInModel
from tiepoint.ui.widgets.banner import ActionBanner
from tiepoint.ui.widgets.bars import ProgressBar
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.card_grid import CardGrid
from tiepoint.ui.widgets.cards import Card, ScrollColumn
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import column


class Overview(Place):
    """The cards.

    Signals:
        computer_wanted(): This computer was pressed.
        cluster_wanted(id): A cluster was pressed.
        plan_wanted(): A new cluster is asked for.
        settings_wanted(): The settings about Azure are asked for.

    Args:
        computer: Follows this computer.
        doctor: Has looked at it.
        clusters: Follows those on Azure.
        sign_in: Who is signed in.
        own: The card of clusters of one's own.
    """

    computer_wanted = Signal()
    cluster_wanted = Signal(str)
    plan_wanted = Signal()
    settings_wanted = Signal()

    def __init__(
        self,
        computer: ClusterModel,
        doctor: DoctorModel,
        clusters: ClustersModel,
        sign_in: SignInModel,
        own: OwnClustersCard,
    ) -> None:
        super().__init__()
        self.own = own
        self._computer, self._doctor, self._clusters, self._sign_in = computer, doctor, clusters, sign_in
        self._cards: dict[str, ClusterOverviewCard] = {}
        self._new: NewClusterCard | None = None
        self._is_new_first = False
        self._setup_actions()
        self._setup_ui()
        self._connect()
        self.refresh()

    def strip(self) -> StripContent:
        """Say how many clusters there are and what they bill."""
        if not self._sign_in.is_ready:
            words = tr("Clusters", "Jobs run on this computer; clusters on Azure are an option")
            return StripContent(tr("Clusters", "Clusters"), subtitle=words)
        billing = self._clusters.billing()
        facts = ((tr("Clusters", "Billing now"), billing),) if billing else ()
        snapshot = self._clusters.snapshot
        subtitle = self._clusters.summary() if snapshot.is_known else tr("Clusters", "Looking for clusters on Azure")
        actions = (self.account_action, self.refresh_action, self.new_action)
        title = tr("Clusters", "Clusters")
        return StripContent(title, subtitle=subtitle, facts=facts, actions=actions, is_about_cluster=True)

    def shut(self) -> None:
        """Listen no more."""
        self.own.shut()

    def focus_first(self) -> None:
        """Begin at this computer."""
        self.computer.setFocus()

    @property
    def cluster_cards(self) -> tuple[ClusterOverviewCard, ...]:
        """The cards of clusters on Azure, in order."""
        return tuple(card for card in self.grid.cards if isinstance(card, ClusterOverviewCard))

    @property
    def new_card(self) -> NewClusterCard | None:
        """The card of a new cluster while it is offered."""
        return self._new

    def refresh(self) -> None:
        """Show everything as it is now."""
        view = self._sign_in.view
        bad = any(finding.health is not Health.OK for finding in self._doctor.findings)
        checks = tr("Clusters", "Checks: {summary}", summary=self._doctor.summary()) if self._doctor.findings else ""
        if self._doctor.is_looking:
            checks = tr("Clusters", "Looking at this computer")
        self.computer.show_view(self._computer.view, checks, needs_somebody=bad)
        self.banner.setVisible(view.needs_confirmation or view.is_confirming)
        self.confirm.setEnabled(not view.is_confirming)
        title = tr("Clusters", "Azure asks you to confirm that it is you.")
        text = tr("Clusters", "What was being done waits for it.")
        if view.is_confirming:
            text = tr("Clusters", "Finish it in your browser.")
        self.banner.tell(title, text)
        failure = self._clusters.failure
        is_told = failure is not None and failure.kind == "confirm" and view.needs_confirmation  # by the banner
        self.failure.show_failure(failure if self._sign_in.is_ready and not is_told else None)
        self.sign_in_card.refresh()
        self._show_cards()
        self.new_action.setEnabled(self._sign_in.is_ready)
        self.account_action.setText(view.username or tr("Clusters", "Account"))
        self.strip_changed.emit()

    def _show_cards(self) -> None:
        is_ready, snapshot = self._sign_in.is_ready, self._clusters.snapshot
        views = self._clusters.cards if is_ready else ()
        cards: list[QWidget] = [self.computer, *(self._card(view) for view in views)]
        if not is_ready:
            cards.append(self.sign_in_card)
        self._cards = {view.id: self._cards[view.id] for view in views}
        is_looking = is_ready and not snapshot.is_known and snapshot.failure is None
        self._looking.setVisible(is_looking)
        if is_ready and (snapshot.is_known or snapshot.failure is not None):
            cards.append(self._new_card(is_first=not views))
        else:
            self._new = None
        before = self.grid.cards
        self.grid.set_cards(cards)
        for gone in before:
            if gone not in cards and gone is not self.sign_in_card:
                gone.deleteLater()

    def _card(self, view: ClusterCardView) -> ClusterOverviewCard:
        if view.id in self._cards:
            self._cards[view.id].show_view(view)
        else:
            made = self._cards[view.id] = ClusterOverviewCard(view)
            made.clicked.connect(lambda _=False, chosen=view.id: self.cluster_wanted.emit(chosen))
        return self._cards[view.id]

    def _new_card(self, *, is_first: bool) -> NewClusterCard:
        if self._new is None or is_first is not self._is_new_first:
            self._new, self._is_new_first = NewClusterCard(is_first=is_first), is_first
            self._new.clicked.connect(self.plan_wanted)
        return self._new

    def _setup_actions(self) -> None:
        self.new_action = action(
            self, tr("Clusters", "New cluster"), self.plan_wanted.emit, icon="plus", kind="primary"
        )
        self.refresh_action = action(self, tr("Clusters", "Look again"), self._clusters.refresh, icon="refresh-cw")
        self.account_action = action(self, tr("Clusters", "Account"), lambda: None, icon="user-round")
        self.account_action.setMenu(AccountMenu(self._sign_in, self))

    def _setup_ui(self) -> None:
        self.confirm = Button(tr("Clusters", "Confirm"), "key-round", "primary", size="small")
        self.banner = ActionBanner("key-round", "warn", self.confirm)
        self.again = Button(tr("Clusters", "Look again"), "refresh-cw", size="small")
        self.failure = FailureNote(self.again)
        self.computer = ComputerOverviewCard()
        self.grid = CardGrid()
        why = tr(
            "Clusters",
            "Rent machines with graphics cards for as long as a job needs them. You see the price before anything "
            "is made and while it runs, and a cluster stops by itself when nobody works.",
        )
        self.sign_in_card = SignInCard(self._sign_in, why)
        self.sign_in_card.setProperty("wide", True)
        self._looking = Card()
        bar = ProgressBar(height=4)
        bar.set_share(None)
        words = tr("Clusters", "Looking for clusters on Azure")
        bar.setAccessibleName(words)
        self._looking.add(Label(words, "sub"), bar)
        shown = ScrollColumn(self.banner, self.failure, self.grid, self._looking, self.own, None)
        self.setLayout(column(shown))

    def _connect(self) -> None:
        self._computer.changed.connect(self.refresh)
        self._doctor.finished.connect(self.refresh)
        self._clusters.changed.connect(self.refresh)
        self._sign_in.changed.connect(self.refresh)
        self.computer.clicked.connect(self.computer_wanted)
        self.confirm.clicked.connect(lambda: self._sign_in.confirm())
        self.again.clicked.connect(self._clusters.refresh)
        self.sign_in_card.settings_wanted.connect(self.settings_wanted)
        self.sign_in_card.plan_wanted.connect(self.plan_wanted)
        self.sign_in_card.left.connect(self.focus_first)

    def showEvent(self, event: QShowEvent) -> None:
        """Look at the computer while this is seen."""
        super().showEvent(event)
        self._computer.set_seen(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave the computer alone."""
        super().hideEvent(event)
        self._computer.set_seen(False)
