"""The Transfers page: captures on their way at the left, the one that is looked at with its files at the right.

It puts parts together; what a part shows is in its own file. GUI thread, on the loop.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QMenu, QStackedWidget

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import Limits, Transfer, TransferId
from tiepoint.services.credentials import PastedSignature
from tiepoint.ui.actions import action
from tiepoint.ui.pages.page import Page, StripContent
from tiepoint.ui.pages.transfers.away_banner import AwayBanner
from tiepoint.ui.pages.transfers.bandwidth_card import BandwidthCard
from tiepoint.ui.pages.transfers.captures_card import CapturesCard
from tiepoint.ui.pages.transfers.commands import TransferCommands
from tiepoint.ui.pages.transfers.detail_card import DetailCard
from tiepoint.ui.pages.transfers.drop_hint import DropHint
from tiepoint.ui.pages.transfers.strip_words import facts_of, subtitle_of
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import tr
from tiepoint.ui.theme import icons
from tiepoint.ui.viewmodels.transfers import TransfersViewModel
from tiepoint.ui.viewmodels.transfers_allowed import TransferAction
from tiepoint.ui.viewmodels.transfers_parts import totals
from tiepoint.ui.viewmodels.transfers_words import moving_words
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.empty import EmptyState
from tiepoint.ui.widgets.layouts import column, holder, row

_LEFT_PX: Final = (300, 384)
_STRIP_MS: Final = 40
"""The strip is painted a moment after the page, so that neither holds the loop for long."""
_LOW_PX: Final = 660
"""A page lower than this has no room for the hint about dropping."""


class TransfersPage(Page):
    """All transfers, and one of them open. Targets: `transfer` (an id) opens one."""

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self._panel = panel
        self.viewmodel = TransfersViewModel(panel.program, panel.background)
        self.commands = TransferCommands(panel, self, self.viewmodel)
        self.banner = AwayBanner()
        self.captures = CapturesCard(self.viewmodel)
        self.bandwidth = BandwidthCard()
        self.hint = DropHint()
        self.detail = DetailCard(self.viewmodel, panel.program.panel_state)
        self._to_photos = Button(tr("Transfers", "Go to Photos"), "images", "primary")
        self._to_download = Button(tr("Transfers", "Download"), "arrow-down-to-line")
        self.empty = EmptyState("arrow-up-down", "", "", self._to_download, self._to_photos)
        self._stack = QStackedWidget()
        self._strip_soon = QTimer(self, singleShot=True, interval=_STRIP_MS)
        self._strip_soon.timeout.connect(self.strip_changed)
        self._make_actions()
        self._setup_ui()
        self._connect()
        self._show()

    def strip(self) -> StripContent:
        """Tell of all transfers together."""
        viewmodel, transfers = self.viewmodel, self.viewmodel.transfers
        if not transfers:
            return StripContent(
                tr("Transfers", "Transfers"),
                subtitle=tr("Transfers", "Photos up to Azure Blob storage, products down"),
                actions=(self._download, self._upload),
            )
        sums = totals(transfers)
        state, words = moving_words(sums)
        if viewmodel.is_stale:
            state, words = "lost", ""
        return StripContent(
            tr("Transfers", "Transfers"),
            state,
            words,
            subtitle_of(transfers, sums),
            facts_of(sums, is_stale=viewmodel.is_stale),
            sums.share if sums.active else None,
            self._strip_actions(),
            is_about_transfers=True,
        )

    def show_target(self, **target: Any) -> None:
        """Open a transfer by its id."""
        transfer = target.get("transfer")
        if isinstance(transfer, str):
            self.viewmodel.choose(transfer)
            self._show()

    def focus_first(self) -> None:
        """Begin in the list, or at the way to the photos."""
        (self._to_photos if self._stack.currentIndex() else self.captures.list).setFocus(
            Qt.FocusReason.ShortcutFocusReason
        )

    def shut(self) -> None:
        """Listen no more."""
        self.viewmodel.shut()

    def _make_actions(self) -> None:
        self._pause = action(
            self, tr("Transfers", "Pause all"), lambda: self.commands.pause_all(is_paused=True), icon="pause"
        )
        self._resume = action(
            self, tr("Transfers", "Let all go on"), lambda: self.commands.pause_all(is_paused=False), icon="play"
        )
        self._download = action(self, tr("Transfers", "Download"), self.open_download, icon="arrow-down-to-line")
        self._upload = action(self, tr("Transfers", "Upload photos"), self._go_to_photos, icon="upload", kind="primary")

    def _setup_ui(self) -> None:
        left = column(self.captures, self.bandwidth, self.hint, spacing=12)
        left.setStretch(0, 1)
        self._left = holder(left)
        body = row(self._left, self.detail, spacing=12)
        body.setStretch(1, 1)
        nothing = Card()
        nothing.content.addWidget(self.empty)
        self._stack.addWidget(holder(body))
        self._stack.addWidget(nothing)
        whole = column(self.banner, self._stack, spacing=12)
        whole.setStretch(1, 1)
        self.setLayout(whole)

    def _connect(self) -> None:
        viewmodel, detail, files = self.viewmodel, self.detail, self.detail.files
        viewmodel.changed.connect(self._show)
        viewmodel.files_reset.connect(self._on_files_reset)
        viewmodel.files_changed.connect(files.change)
        self.captures.list.chosen.connect(viewmodel.choose)
        self.captures.list.acted.connect(self._on_acted)
        self.captures.list.menu_wanted.connect(self._on_menu)
        self.captures.more_wanted.connect(lambda place: self.all_menu().popup(place))
        self.bandwidth.limited.connect(self._on_limited)
        self.hint.clicked.connect(self._go_to_photos)
        detail.acted.connect(self._run)
        detail.menu_wanted.connect(lambda place: self._open_menu(viewmodel.transfer, place))
        detail.sign_in.given.connect(self._on_signature)
        files.retry_wanted.connect(self._on_retry)
        self._to_photos.clicked.connect(self._go_to_photos)
        self._to_download.clicked.connect(lambda: self.open_download())
        self._add_keys()

    def _add_keys(self) -> None:
        keys: tuple[tuple[QKeySequence | QKeySequence.StandardKey, Callable[[], object]], ...] = (
            (QKeySequence.StandardKey.Find, self.detail.files.begin_find),
            (QKeySequence("Ctrl+P"), self._pause_or_go_on),
            (QKeySequence("Delete"), self._stop_or_remove),
        )
        for key, slot in keys:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)

    def _show(self) -> None:
        viewmodel, transfer = self.viewmodel, self.viewmodel.transfer
        snapshot = viewmodel.snapshot
        self.banner.show_snapshot(snapshot)
        self.turn(self._stack, 0 if transfer is not None else 1)
        if transfer is not None:
            self.captures.refresh()
            self.detail.show_transfer(transfer)
            self.bandwidth.show_limits(snapshot.limits, is_connected=snapshot.is_connected)
        else:
            self._tell_nothing()
        self._strip_soon.start()

    def _tell_nothing(self) -> None:
        snapshot = self.viewmodel.snapshot
        is_asking = snapshot.is_following and not snapshot.is_connected and snapshot.problem is None
        title = tr("Transfers", "Looking for transfers") if is_asking else tr("Transfers", "Nothing is on its way")
        text = tr(
            "Transfers",
            "Open photos on the Photos page and choose “Upload to…”: every photo is sent to your container in Azure "
            "Blob storage, checked there by its MD5, and a receipt says when the card is safe to format. Sending goes "
            "on when this window is closed, and after a cut goes on where it stopped.",
        )
        self.empty.title_label.setText(title)
        self.empty.text_label.setText(text)

    def _on_files_reset(self) -> None:
        transfer = self.viewmodel.transfer
        if transfer is not None:
            self.detail.files.begin(transfer, self.viewmodel.files)

    def _run(self, which: TransferAction) -> None:
        transfer = self.viewmodel.transfer
        if transfer is not None:
            self._others(transfer).get(which, partial(self.commands.run, which, transfer))()

    def _others(self, transfer: Transfer) -> dict[TransferAction, Callable[[], object]]:
        """What is done in the page rather than asked of the service."""
        return {
            TransferAction.CREDENTIAL: self.detail.sign_in.ask,
            TransferAction.DOWNLOAD: lambda: self.open_download(transfer),
        }

    def _on_acted(self, key: str) -> None:
        self.viewmodel.choose(key)
        transfer = self.viewmodel.transfer
        which = self.viewmodel.main_action(transfer) if transfer is not None else None
        if which is not None:
            self._run(which)

    def _on_menu(self, key: str, place: QPoint) -> None:
        self.viewmodel.choose(key)
        self._open_menu(self.viewmodel.transfer, place)

    def _open_menu(self, transfer: Transfer | None, place: QPoint) -> None:
        if transfer is not None:
            self.commands.menu(self, transfer, self._others(transfer)).popup(place)

    def all_menu(self) -> QMenu:
        """Return the menu about all transfers."""
        menu = QMenu(self)
        for made in (self._upload, self._download):
            entry = menu.addAction(icons.icon(str(made.property("icon_name"))), made.text())
            entry.triggered.connect(made.trigger)
        menu.addSeparator()
        for made in (self._pause, self._resume):
            entry = menu.addAction(icons.icon(str(made.property("icon_name"))), made.text())
            entry.triggered.connect(made.trigger)
        gone = menu.addAction(icons.icon("trash-2"), tr("Transfers", "Take what is complete off the list"))
        gone.triggered.connect(self.commands.remove_completed)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def open_download(self, transfer: Transfer | None = None) -> None:
        """Ask what shall come down, and where to.

        Args:
            transfer: Whose capture is proposed; None = none.
        """
        from tiepoint.ui.pages.transfers.download_dialog import DownloadDialog

        dialog = DownloadDialog(self._panel, self, transfer)
        dialog.begun.connect(lambda begun: self.show_target(transfer=begun.id))
        dialog.finished.connect(lambda _: dialog.deleteLater())
        dialog.open()

    def _on_retry(self, indices: list[int]) -> None:
        if (transfer := self.viewmodel.transfer) is not None:
            self.commands.retry(transfer, indices)

    def _on_limited(self, limits: Limits) -> None:
        self._panel.background.start(self._panel.program.transfers.set_limits(limits))

    def _on_signature(self, key: str, text: str) -> None:
        transfer = self.viewmodel.snapshot.transfer(key)
        if transfer is not None:
            self._panel.background.start(self._sign_in(transfer, text))

    async def _sign_in(self, transfer: Transfer, text: str) -> None:
        key: TransferId = transfer.id
        try:
            await self._panel.program.transfers.sign_in(transfer.place, PastedSignature(text))
        except TiepointError as error:
            self.detail.sign_in.refused(key, Failure.of(error))
        else:
            self.detail.sign_in.done(key)

    def _pause_or_go_on(self) -> None:
        transfer = self.viewmodel.transfer
        may = self.viewmodel.allowed(transfer) if transfer is not None else frozenset()
        which = next((each for each in (TransferAction.PAUSE, TransferAction.RESUME) if each in may), None)
        if which is not None:
            self._run(which)

    def _stop_or_remove(self) -> None:
        transfer = self.viewmodel.transfer
        if transfer is not None:
            self._run(TransferAction.REMOVE if transfer.state.is_over else TransferAction.CANCEL)

    def _go_to_photos(self) -> None:
        self._panel.navigator.go("photos")

    def _strip_actions(self) -> tuple[Any, ...]:
        may = [self.viewmodel.allowed(each) for each in self.viewmodel.transfers if not each.state.is_over]
        pause, resume = (any(which in each for each in may) for which in (TransferAction.PAUSE, TransferAction.RESUME))
        middle = (self._pause,) if pause else (self._resume,) if resume else ()
        return (self._download, *middle, self._upload)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new width, and leave out the hint when it is low."""
        least, most = _LEFT_PX
        self._left.setFixedWidth(min(max(least, int(self.width() * 0.27)), most))
        self.hint.setVisible(self.height() >= _LOW_PX)
        super().resizeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Follow closely while it is seen."""
        super().showEvent(event)
        self._panel.program.transfers.load()
        self.viewmodel.set_active(is_active=True)
        QTimer.singleShot(0, self, self._show)

    def hideEvent(self, event: QHideEvent) -> None:
        """Do nothing while nobody looks."""
        super().hideEvent(event)
        self.viewmodel.set_active(is_active=False)
