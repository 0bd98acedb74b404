"""What a person can do with a transfer: asks the service; it tells what came of it. GUI thread, on the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from tiepoint.domain.transfer import FileState, Transfer, TransferId
from tiepoint.ui.folders import open_document, open_folder
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, tr, tr_count
from tiepoint.ui.theme import icons
from tiepoint.ui.viewmodels.transfers import TransfersViewModel
from tiepoint.ui.viewmodels.transfers_allowed import TransferAction
from tiepoint.ui.viewmodels.transfers_parts import standing
from tiepoint.ui.viewmodels.transfers_words import action_words
from tiepoint.ui.widgets.question import Question, ask

_MENU: Final = (
    (TransferAction.PAUSE, TransferAction.RESUME, TransferAction.FIRST, TransferAction.USUAL),
    (TransferAction.RETRY, TransferAction.REPLACE, TransferAction.CSV),
    (TransferAction.VERIFY, TransferAction.RECEIPT, TransferAction.SHOW_RECEIPT),
    (TransferAction.OPEN_FOLDER, TransferAction.DOWNLOAD, TransferAction.CREDENTIAL),
    (TransferAction.CANCEL, TransferAction.REMOVE),
)


class TransferCommands:
    """Does what buttons, menus and keys of the Transfers page say.

    Args:
        panel: The services, background work and messages.
        owner: Over which questions are asked.
        viewmodel: Knows what may be done.
    """

    def __init__(self, panel: Panel, owner: QWidget, viewmodel: TransfersViewModel) -> None:
        self._panel, self._owner, self._viewmodel = panel, owner, viewmodel
        self._service = panel.program.transfers
        self.question: QMessageBox | None = None

    def run(self, action: TransferAction, transfer: Transfer) -> None:
        """Do something with a transfer, if that may be done now; the page itself does what is shown in it."""
        if action not in self._viewmodel.allowed(transfer):
            return
        service, key = self._service, transfer.id
        if action is TransferAction.PAUSE:
            self._start(service.pause(key))
        elif action is TransferAction.RESUME:
            self._start(service.resume(key))
        elif action in (TransferAction.FIRST, TransferAction.USUAL):
            self._start(service.prioritise(key, is_first=action is TransferAction.FIRST))
        elif action is TransferAction.RETRY:
            self._start(service.retry(key))
        elif action is TransferAction.VERIFY:
            self._viewmodel.verify(transfer)
        elif action is TransferAction.REMOVE:
            self._start(service.remove(key))
        elif action is TransferAction.OPEN_FOLDER:
            open_folder(Path(transfer.folder), self._panel.messages)
        else:
            self._run_with_care(action, transfer)

    def retry(self, transfer: Transfer, indices: Sequence[int]) -> None:
        """Begin some failed files again, all of them when none is named."""
        self._start(self._service.retry(transfer.id, list(indices) or None))

    def pause_all(self, *, is_paused: bool) -> None:
        """Stop everything for now, or let it go on."""
        wanted = TransferAction.PAUSE if is_paused else TransferAction.RESUME
        for each in self._viewmodel.transfers:
            if not each.state.is_over and wanted in self._viewmodel.allowed(each):
                self.run(wanted, each)

    def remove_completed(self) -> None:
        """Take all that are complete off the list."""
        for each in self._viewmodel.transfers:
            if each.state.value == "completed":
                self.run(TransferAction.REMOVE, each)

    def menu(self, parent: QWidget, transfer: Transfer, others: dict[TransferAction, Any]) -> QMenu:
        """Return a menu of what may be done with a transfer.

        Args:
            parent: Whose menu it is.
            transfer: As it is now.
            others: What the page does itself, by action.
        """
        menu = QMenu(parent)
        may = self._viewmodel.allowed(transfer)
        for group in _MENU:
            if menu.actions() and not menu.actions()[-1].isSeparator():
                menu.addSeparator()
            for each in group:
                if each in may:
                    verb, icon = action_words(each, transfer)
                    entry = menu.addAction(icons.icon(icon), verb)
                    does = others.get(each) or (lambda which=each: self.run(which, transfer))
                    entry.triggered.connect(lambda _=False, slot=does: slot())
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _run_with_care(self, action: TransferAction, transfer: Transfer) -> None:
        if action is TransferAction.CANCEL:
            self._ask(_stop_question(transfer), lambda: self._start(self._service.cancel(transfer.id)))
        elif action is TransferAction.REPLACE:
            self._ask(_replace_question(transfer), lambda: self._replace(transfer.id))
        elif action is TransferAction.CSV:
            self._choose_csv(transfer)
        elif action is TransferAction.RECEIPT and transfer.receipt is not None:
            open_document(Path(transfer.receipt.pdf), self._panel.messages)
        elif action is TransferAction.SHOW_RECEIPT and transfer.receipt is not None:
            open_folder(Path(transfer.receipt.pdf).parent, self._panel.messages)

    def _ask(self, question: Question, on_yes: Any) -> None:
        if self.question is not None:
            self.question.raise_()
            return
        self.question = ask(self._owner, question, on_yes)
        self.question.finished.connect(self._forget_question)

    def _forget_question(self, _code: int) -> None:
        self.question = None

    def _replace(self, transfer: TransferId) -> None:
        async def replace() -> None:
            failed = await self._service.failed_files(transfer)
            conflicts = [file.index for file in failed if file.state is FileState.CONFLICT]
            await self._service.retry(transfer, conflicts, replaces=True)

        self._start(replace())

    def _choose_csv(self, transfer: Transfer) -> None:
        name = "".join(each if each.isalnum() or each in "-_ ." else "-" for each in transfer.name).strip(". ")
        dialog = QFileDialog(self._owner, tr("Transfers", "Save the list of failed files"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([tr("Transfers", "Tables (*.csv)"), tr("Transfers", "All files (*)")])
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(f"{name or 'transfer'}-failed.csv")
        dialog.fileSelected.connect(lambda path: self._start(self.save_csv(transfer.id, Path(path))))
        dialog.finished.connect(lambda _: dialog.deleteLater())
        dialog.open()

    async def save_csv(self, transfer: TransferId, file: Path) -> None:
        """Write the failed files of a transfer into a file, and say where it is."""
        text = await self._service.failed_csv(transfer)
        messages = self._panel.messages
        try:
            await asyncio.to_thread(file.write_text, text, encoding="utf-8", newline="")
        except OSError as error:
            why = tr("Transfers", "{name} cannot be written.", name=plain(file.name))
            messages.warn(why, plain(error.strerror or str(error)))
            return
        messages.done(
            tr("Transfers", "The list of failed files is saved"),
            plain(str(file)),
            action=tr("Transfers", "Open folder"),
            on_action=lambda: open_folder(file.parent, messages),
        )

    def _start(self, work: Coroutine[Any, Any, Any]) -> None:
        self._panel.background.start(work)


def _stop_question(transfer: Transfer) -> Question:
    figures = standing(transfer)
    return Question(
        tr("Transfers", "Stop the transfer"),
        tr("Transfers", "Stop “{name}”?", name=plain(transfer.name, limit=120)),
        tr_count(
            "Transfers",
            "{count} file that arrived stays. To go on later, begin the same again: nothing is moved twice.",
            "{count} files that arrived stay. To go on later, begin the same again: nothing is moved twice.",
            figures.arrived.files,
        ),
        tr("Transfers", "Stop it"),
        tr("Transfers", "Let it run"),
    )


def _replace_question(transfer: Transfer) -> Question:
    conflicts = transfer.tally(FileState.CONFLICT).files
    return Question(
        tr("Transfers", "Replace files"),
        tr_count("Transfers", "Replace {count} file?", "Replace {count} files?", conflicts),
        tr(
            "Transfers",
            "What is there under the same names is another content; it is overwritten and cannot be brought back.",
        ),
        tr("Transfers", "Replace"),
        tr("Transfers", "Leave it"),
    )
