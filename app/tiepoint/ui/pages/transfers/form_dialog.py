"""What asking for an upload and for a download have in common: judging as one types, sending, failing in place.

The GUI thread; opened, never run modally.
"""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import Transfer
from tiepoint.ports.token_source import TokenSource
from tiepoint.services.credentials import PastedSignature
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.viewmodels.transfers_clusters import CAPTURES, cluster_places, is_by_sign_in
from tiepoint.ui.viewmodels.transfers_form import Judged
from tiepoint.ui.viewmodels.transfers_recent import recent_addresses
from tiepoint.ui.viewmodels.transfers_words import place_of_address
from tiepoint.ui.widgets.address_field import AddressField
from tiepoint.ui.widgets.bars import ProgressBar
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.combo import Combo
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, holder, row
from tiepoint.ui.widgets.secret_field import SecretField

_WIDTH: Final = 600


class FormDialog(QDialog):
    """An address, a signature, a sentence about what is wrong, and a button.

    Signals:
        begun(transfer): The worker took it; a `Transfer`.

    Args:
        panel: The services and background work.
        parent: Over which it opens.
        title: What it asks for.
        address_name: What the address is of.
        verb: Words of the button.
        known: Addresses to choose from instead of those used lately, each with words for it.
        container: The one of a cluster's account that is offered to whoever is signed in.
    """

    begun = Signal(object)

    def __init__(
        self,
        panel: Panel,
        parent: QWidget,
        *,
        title: str,
        address_name: str,
        verb: str,
        known: Sequence[tuple[str, str]] = (),
        container: str = CAPTURES,
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._is_sending = False
        self._signature_part: QWidget | None = None
        self.setWindowTitle(title)
        self.setModal(True)
        self.setFixedWidth(_WIDTH)
        recent = [(each, place_of_address(each)) for each in recent_addresses(panel.program.panel_state)]
        hint = "https://ACCOUNT.blob.core.windows.net/CONTAINER"
        self.address = AddressField(address_name, hint, known or recent)
        self._places = cluster_places(panel.program, container)
        self.cluster = Combo(tr("Upload", "Where"))
        self.cluster_part = labelled(tr("Upload", "Where"), self.cluster)
        self.cluster_part.setVisible(bool(self._places))
        self.signature = SecretField(
            tr("Upload", "Shared access signature"), tr("Upload", "Paste the SAS token or the Blob SAS URL")
        )
        self.go_button = Button(verb, "", "primary")
        self.cancel_button = Button(tr("Upload", "Cancel"))
        self._said = Label("", "sub", wrap=True)
        self._glyph = Glyph("info", "text2", 16)
        self._bar = ProgressBar(height=4)
        self._bar.setAccessibleName(tr("Upload", "Handing over"))
        self._bar.set_share(None)
        self._connect()

    @property
    def words(self) -> str:
        """What it says about what was typed."""
        return self._said.text()

    def judge(self) -> Judged:
        """Judge what was typed."""
        raise NotImplementedError

    @property
    def is_by_sign_in(self) -> bool:
        """Whether the right to use the place comes from the sign-in to Azure."""
        place = self.judge().place
        return place is not None and not self.signature.text and is_by_sign_in(self._panel.program, place)

    def can_use(self, place: BlobPlace) -> bool:
        """Whether there is a right to use a container without a signature."""
        return is_by_sign_in(self._panel.program, place) or self._panel.program.transfers.can_use(place)

    def signature_part(self, *parts: Any) -> QWidget:
        """Wrap what asks for a signature; it is not shown while the sign-in gives the right."""
        self._signature_part = holder(column(*parts, spacing=12))
        return self._signature_part

    def send(self, source: TokenSource | None) -> Coroutine[Any, Any, Transfer]:
        """Hand it to the worker, with the pasted signature or the one given before."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Say what is wrong, or offer to begin."""
        judged = self.judge()
        self.go_button.setEnabled(judged.is_ready and not self._is_sending)
        by_sign_in = self.is_by_sign_in
        if self._signature_part is not None:
            self._signature_part.setVisible(not by_sign_in)
        self._hold_cluster()
        if not self._is_sending:
            note = self._sign_in_words() if by_sign_in and judged.is_ready else judged.note
            self._say(judged.problem or note, is_wrong=bool(judged.problem))
        self._fit()

    def _hold_cluster(self) -> None:
        """Mark the cluster that the address belongs to."""
        address = self.address.text.rstrip("/")
        other = ("", tr("Upload", "Another container, by its address"))
        chosen = next((url for url, _ in self._places if address == url), "")
        self.cluster.hold((*self._places, other), chosen)

    def _on_cluster(self, url: str) -> None:
        self.signature.clear()
        self.address.set_text(url)
        if not url:
            self.address.setFocus()

    def _sign_in_words(self) -> str:
        account = self._panel.program.azure.sign_in.snapshot.account
        return tr("Upload", "By your sign-in to Azure, {name}.", name=plain(account.username) if account else "")

    def foot(self) -> list[Any]:
        """Return what stands at the foot: the sentence, and the buttons."""
        self._said.setMinimumHeight(34)
        self._said.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        said = row(self._glyph, self._said, spacing=8)
        said.setStretch(1, 1)
        self._bar.hide()
        return [said, self._bar, row(None, self.cancel_button, self.go_button)]

    def _fit(self) -> None:
        """Be as high as the words need at this width."""
        layout = self.layout()
        if layout is not None and self.isVisible():
            self.resize(_WIDTH, layout.totalHeightForWidth(_WIDTH))

    def _connect(self) -> None:
        self.address.changed.connect(self.refresh)
        self.address.signature_found.connect(self._on_signature_found)
        self.signature.changed.connect(self.refresh)
        self.cluster.chosen.connect(self._on_cluster)
        self.cancel_button.clicked.connect(self.reject)
        self.go_button.clicked.connect(self._on_go)
        self.go_button.setDefault(True)

    def _on_signature_found(self, text: str) -> None:
        self.signature.set_text(text)
        self.refresh()

    def _say(self, words: str, *, is_wrong: bool) -> None:
        self._said.set_tone("err" if is_wrong else "")
        self._said.setText(words)
        self._glyph.set_glyph("circle-alert" if is_wrong else "info", "err.text" if is_wrong else "text2")
        self._glyph.setVisible(bool(words))

    def _on_go(self) -> None:
        if not self.judge().is_ready or self._is_sending:
            return
        source = self._source()
        self._set_sending(is_sending=True)
        self._say(tr("Upload", "Handing the list of files to the transfer worker …"), is_wrong=False)
        self._panel.background.start(self._sent(source), on_failure=self._on_failure)

    def _source(self) -> TokenSource | None:
        if self.signature.text:
            return PastedSignature(self.signature.text)
        return self._panel.program.azure.sign_in.blob_source() if self.is_by_sign_in else None

    async def _sent(self, source: TokenSource | None) -> None:
        transfer = await self.send(source)
        self.begun.emit(transfer)
        self.accept()

    def _on_failure(self, failure: Failure) -> None:
        self._set_sending(is_sending=False)
        self._say(" ".join(said_below(part) for part in (failure.summary, failure.remedy) if part), is_wrong=True)

    def _set_sending(self, *, is_sending: bool) -> None:
        self._is_sending = is_sending
        self._bar.setVisible(is_sending)
        self.go_button.setEnabled(not is_sending)
        for field in (self.address, self.signature, self.cluster, *self.findChildren(QLineEdit)):
            field.setEnabled(not is_sending)

    def done(self, code: int) -> None:
        """Forget the signature, however it ends."""
        self.signature.clear()
        super().done(code)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin at the first thing that is missing."""
        super().showEvent(event)
        self.refresh()
        first: QWidget = self.address if not self.address.text else self.signature
        (self.go_button if self.is_by_sign_in else first).setFocus(Qt.FocusReason.OtherFocusReason)


def labelled(name: str, *parts: Any) -> QWidget:
    """Put parts below the name of what they are for."""
    return holder(column(Label(name, "sub"), *parts, spacing=4))
