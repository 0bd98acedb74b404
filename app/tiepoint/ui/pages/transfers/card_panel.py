"""Whether the card may be formatted: not yet, or yes with the receipt; and what a check against Blob found. GUI thread.

Says yes only for a whole receipt that no later check contradicts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit

from tiepoint.domain.transfer import Difference, Direction, ReceiptPlace, Transfer, TransferState, Verdict
from tiepoint.ui.text import grouped, plain, said_below, tr, tr_count
from tiepoint.ui.viewmodels.jobs_words import clock_text
from tiepoint.ui.viewmodels.transfers import Check
from tiepoint.ui.viewmodels.transfers_parts import standing
from tiepoint.ui.viewmodels.transfers_words import amount_text, left_out_text
from tiepoint.ui.widgets.bars import ProgressBar
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, row
from tiepoint.ui.widgets.tone_panel import TonePanel

_LIST_PX: Final = 96
_LIST_PAD_PX: Final = 24
_MOST_LISTED: Final = 200


class CardPanel(TonePanel):
    """The card's standing for an upload, and a word at the end of a download.

    Signals:
        receipt_wanted(): The receipt shall be opened.
        folder_wanted(): The folder of the receipt, or of what came down, shall be opened.
        check_wanted(): What is in Blob shall be checked again.
    """

    receipt_wanted = Signal()
    folder_wanted = Signal()
    check_wanted = Signal()

    def __init__(self) -> None:
        self._glyph = Glyph("lock", "warn.text", 20)
        self._title, self._text = Label("", "title", wrap=True), Label("", "sub", wrap=True)
        self.pdf_button = Button(tr("CardPanel", "Open PDF"), "receipt", size="small")
        self.folder_button = Button(tr("CardPanel", "Open folder"), "folder-open", size="small")
        self.check_button = Button(tr("CardPanel", "Check again"), "badge-check", size="small")
        self._bar = ProgressBar(height=4)
        self._found = Label("", "sub", wrap=True, selectable=True)
        self._list = QPlainTextEdit()
        words = column(self._title, self._text, self._found, spacing=2)
        head = row(self._glyph, words, self.pdf_button, self.folder_button, self.check_button, spacing=10)
        head.setStretch(1, 1)
        super().__init__("warn", head, self._bar, self._list, spacing=8, margins=(14, 10, 10, 10))
        self._list.setReadOnly(True)
        self._list.setTabChangesFocus(True)
        self._list.setAccessibleName(tr("CardPanel", "Photos that are not as the receipt says"))
        self._bar.setAccessibleName(tr("CardPanel", "Checking"))
        self._bar.set_share(None)
        self.pdf_button.clicked.connect(self.receipt_wanted)
        self.folder_button.clicked.connect(self.folder_wanted)
        self.check_button.clicked.connect(self.check_wanted)

    @property
    def words(self) -> str:
        """What it says."""
        return " ".join(label.text() for label in (self._title, self._text, self._found) if label.text())

    @property
    def listed(self) -> str:
        """The photos that the last check missed, a line each."""
        return self._list.toPlainText()

    def show_transfer(
        self, transfer: Transfer, check: Check | None, now: datetime, *, may_check: bool, is_contradicted: bool = False
    ) -> None:
        """Show a transfer's standing.

        Args:
            transfer: As it is now.
            check: The last check against Blob; None when there was none.
            now: The time.
            may_check: Whether it can be checked now.
            is_contradicted: Whether a check, of an earlier day perhaps, found it not as its receipt says.
        """
        is_up = transfer.direction is Direction.UP
        self.setVisible(is_up or transfer.state is TransferState.COMPLETED)
        tone, icon, title, text = (
            _upload_words(transfer, check, now, is_contradicted=is_contradicted) if is_up else _download_words(transfer)
        )
        self.set_tone(tone)
        self._glyph.set_glyph(icon, f"{tone}.text")
        self._title.setText(title)
        self._text.setText(text)
        has_receipt = transfer.receipt is not None
        is_whole = transfer.receipt is not None and transfer.receipt.is_whole
        self.pdf_button.setVisible(has_receipt)
        self.pdf_button.setText(tr("CardPanel", "Open PDF") if is_whole else tr("CardPanel", "Receipt so far"))
        self.folder_button.setVisible(has_receipt if is_up else True)
        self.check_button.setVisible(may_check and is_up)
        self.check_button.setEnabled(check is None or not check.is_running)
        self._show_check(check, now)
        self.setAccessibleName(self.words)

    def _show_check(self, check: Check | None, now: datetime) -> None:
        self._bar.setVisible(check is not None and check.is_running)
        words = _check_words(check, now)
        self._found.setText(words)
        self._found.setVisible(bool(words))
        listed = _listed(check.verdict) if check is not None and check.verdict is not None else ""
        if self._list.toPlainText() != listed:
            self._list.setPlainText(listed)
            lines = listed.count("\n") + 1
            self._list.setFixedHeight(min(_LIST_PX, lines * self._list.fontMetrics().lineSpacing() + _LIST_PAD_PX))
        self._list.setVisible(bool(listed))


def _upload_words(
    transfer: Transfer, check: Check | None, now: datetime, *, is_contradicted: bool
) -> tuple[str, str, str, str]:
    receipt = transfer.receipt
    if is_contradicted:
        verdict = check.verdict if check is not None else None
        way = tr("CardPanel", "Upload the same photos under the same name again: only what is missing is sent.")
        words = f"{_gone_words(verdict)} {way}"
        return "err", "octagon-alert", tr("CardPanel", "Do not format the card"), words
    if transfer.state is TransferState.COMPLETED and receipt is not None and receipt.is_whole:
        if receipt.left_out:
            return _left_out_words(receipt)
        title = tr_count(
            "CardPanel",
            "{all} of {count} photo verified in Blob: safe to format the card",
            "{all} of {count} photos verified in Blob: safe to format the card",
            receipt.photos_total,
            all=grouped(receipt.photos),
        )
        when = clock_text(receipt.made, now)
        return "ok", "shield-check", title, tr("CardPanel", "The receipt of {time} lists each photo.", time=when)
    title = tr("CardPanel", "Do not format the card yet")
    if transfer.state is TransferState.COMPLETED:
        return "warn", "lock", title, tr("CardPanel", "All photos are there, but there is no receipt of it yet.")
    return "warn", "lock", title, _missing_words(transfer)


def _missing_words(transfer: Transfer) -> str:
    figures = standing(transfer)
    missing = figures.total.files - figures.arrived.files
    if transfer.state is TransferState.DRAFT or not figures.total.files:
        return tr("CardPanel", "The photos are still being listed.")
    if not missing:
        return tr("CardPanel", "All photos arrived; the server is asked to confirm them.")
    words = tr_count("CardPanel", "{count} photo is not verified.", "{count} photos are not verified.", missing)
    then = tr_count(
        "CardPanel",
        "The receipt is written when it is.",
        "The receipt is written when all {count} are.",
        figures.total.files,
    )
    return f"{words} {then}"


def _gone_words(verdict: Verdict | None) -> str:
    if verdict is None:
        return tr("CardPanel", "The last check found photos missing or different in Blob.")
    return tr_count(
        "CardPanel",
        "{count} of {all} photos is not in Blob as the receipt says.",
        "{count} of {all} photos are not in Blob as the receipt says.",
        verdict.photos_total - verdict.photos_verified,
        all=grouped(verdict.photos_total),
    )


def _download_words(transfer: Transfer) -> tuple[str, str, str, str]:
    files, size = standing(transfer).arrived.files, amount_text(transfer.bytes_total)
    title = tr_count("CardPanel", "{count} file is on this computer", "{count} files are on this computer", files)
    return "ok", "circle-check", title, f"{size} · {plain(transfer.folder, limit=200)}"


def _left_out_words(receipt: ReceiptPlace) -> tuple[str, str, str, str]:
    title = tr_count(
        "CardPanel",
        "{all} of {count} photo verified in Blob, but the card may hold more",
        "{all} of {count} photos verified in Blob, but the card may hold more",
        receipt.photos_total,
        all=grouped(receipt.photos),
    )
    return "warn", "triangle-alert", title, left_out_text(receipt.left_out)


def _check_words(check: Check | None, now: datetime) -> str:
    if check is None:
        return ""
    if check.failure is not None:
        told = " ".join(part for part in (check.failure.summary, check.failure.remedy) if part)
        return tr("CardPanel", "It could not be checked: {why}", why=said_below(plain(told)))
    if check.verdict is None:
        return tr("CardPanel", "Asking the server about every photo …")
    when = clock_text(check.verdict.checked, now, with_seconds=True)
    if check.verdict.is_whole:
        return tr_count(
            "CardPanel",
            "Checked at {time}: {count} photo is there, with the size and MD5 of the receipt.",
            "Checked at {time}: all {count} photos are there, with the sizes and MD5 of the receipt.",
            check.verdict.photos_total,
            time=when,
        )
    return tr("CardPanel", "Checked at {time}:", time=when)


def _listed(verdict: Verdict) -> str:
    lines = [_difference(each) for each in verdict.differences[:_MOST_LISTED]]
    more = verdict.differences_total - len(lines)
    if lines and more > 0:
        lines.append(tr_count("CardPanel", "and {count} more", "and {count} more", more))
    return "\n".join(lines)


def _difference(found: Difference) -> str:
    why = {
        "missing": tr("CardPanel", "missing"),
        "different": tr("CardPanel", "different"),
        "unverifiable": tr("CardPanel", "cannot be verified"),
    }.get(found.why, plain(found.why))
    detail = f" ({said_below(plain(found.detail))})" if found.detail else ""
    return f"{plain(found.path)}: {why}{detail}"
