"""A field for the address of a container; a signature pasted with it is taken out at once. The GUI thread.

One that is typed letter by letter is taken out when the field is left: nobody knows before where it ends.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.signature_words import split_address
from tiepoint.ui.widgets.buttons import IconButton
from tiepoint.ui.widgets.layouts import row


class AddressField(QWidget):
    """A line with the addresses used lately.

    Signals:
        changed(): Another address is in it.
        signature_found(text): A signature came with the address; it is no longer in the line.

    Args:
        name: What it is for, for screen readers.
        hint: What to type, while it is empty.
        recent: Addresses to choose from, each with words for it.
    """

    changed = Signal()
    signature_found = Signal(str)

    def __init__(self, name: str, hint: str, recent: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._recent = tuple(recent)
        self.line = QLineEdit()
        self.line.setPlaceholderText(hint)
        self.line.setAccessibleName(name)
        self.line.setAcceptDrops(False)
        self.recent_button = IconButton("history", tr("Address", "Used lately"), size=16)
        self.recent_button.setVisible(bool(self._recent))
        self.setLayout(row(self.line, self.recent_button, spacing=4))
        self.setFocusProxy(self.line)
        self._length = 0
        self.line.textChanged.connect(self._on_changed)
        self.line.editingFinished.connect(self._take_signature)
        self.recent_button.clicked.connect(self._open_recent)

    @property
    def text(self) -> str:
        """The address."""
        return self.line.text().strip()

    def set_text(self, text: str) -> None:
        """Put an address in; a signature in it goes where it is found."""
        self.line.setText(text)
        self.line.setCursorPosition(0)

    def recent_menu(self) -> QMenu:
        """Return the menu of addresses used lately."""
        menu = QMenu(self)
        for address, words in self._recent:
            entry = menu.addAction(plain(words, limit=110).replace("&", "&&"))
            entry.triggered.connect(lambda _=False, each=address: self.set_text(each))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _open_recent(self) -> None:
        self.recent_menu().popup(self.recent_button.mapToGlobal(QPoint(0, self.recent_button.height())))

    def _on_changed(self, text: str) -> None:
        is_pasted = len(text) - self._length > 1
        self._length = len(text)
        if not (is_pasted and self._take_signature()):
            self.changed.emit()

    def _take_signature(self) -> bool:
        address, signature = split_address(self.line.text())
        if signature:
            self._length = len(address)
            self.line.setText(address)  # undo must not bring it back into sight
            self.signature_found.emit(signature)
        return bool(signature)
