"""Five figures of a transfer side by side: verified, moving, waiting, already there, failed. The GUI thread."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QSizePolicy, QWidget

from tiepoint.domain.transfer import Direction, FileState, Tally, Transfer
from tiepoint.ui.text import grouped, tr, tr_count
from tiepoint.ui.viewmodels.transfers_parts import standing
from tiepoint.ui.viewmodels.transfers_words import amount_text
from tiepoint.ui.widgets.cards import Well
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import row

_TILE_PX: Final = 70


class Tiles(QWidget):
    """The tiles; each says the files as a figure and the bytes below it."""

    def __init__(self) -> None:
        super().__init__()
        self.verified = _Tile("badge-check", "ok.text")
        self.moving = _Tile("arrow-up", "accent_text")
        self.waiting = _Tile("clock", "text2")
        self.there = _Tile("copy-check", "text2")
        self.failed = _Tile("circle-x", "err.text")
        tiles = (self.verified, self.moving, self.waiting, self.there, self.failed)
        line = row(*tiles, spacing=10)
        for place in range(len(tiles)):
            line.setStretch(place, 1)
        self.setLayout(line)

    def show_transfer(self, transfer: Transfer, reasons: int) -> None:
        """Show a transfer's figures.

        Args:
            transfer: As it is now.
            reasons: For how many different reasons files failed; 0 = not known.
        """
        is_up = transfer.direction is Direction.UP
        figures = standing(transfer)
        arrived = tr("Tiles", "Verified") if is_up else tr("Tiles", "Received")
        proof = tr("Tiles", "{size}, MD5 confirmed", size=amount_text(figures.verified.size_bytes))
        self.verified.tell(arrived, figures.verified.files, proof)
        flight = tr("Tiles", "{size} in flight", size=amount_text(transfer.moving_bytes))
        size = amount_text(figures.moving.size_bytes)
        self.moving.set_glyph("arrow-up" if is_up else "arrow-down")
        self.moving.tell(
            tr("Tiles", "Sending") if is_up else tr("Tiles", "Receiving"),
            figures.moving.files,
            flight if transfer.moving_bytes else size,
        )
        self.waiting.tell(tr("Tiles", "Waiting"), figures.waiting.files, amount_text(figures.waiting.size_bytes))
        self.there.tell(tr("Tiles", "Already there"), figures.there.files, _there_words(transfer, figures.there))
        self.failed.tell(tr("Tiles", "Failed"), figures.failed.files, _failed_words(transfer, figures.failed, reasons))


class _Tile(Well):
    """An icon and a word, a figure, and a line below."""

    def __init__(self, icon: str, colour: str) -> None:
        self._glyph = Glyph(icon, colour, 14)
        self._title, self._figure, self._line = ElidedLabel("", "sub"), Label("", "h1"), ElidedLabel("", "sub")
        head = row(self._glyph, self._title, spacing=6)
        head.setStretch(1, 1)
        super().__init__(head, self._figure, self._line, spacing=1, margins=(12, 8, 8, 8))
        self.setFixedHeight(_TILE_PX)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_glyph(self, icon: str) -> None:
        """Show another icon."""
        self._glyph.set_glyph(icon)

    def tell(self, title: str, count: int, line: str) -> None:
        """Show these; only what changed is touched."""
        for label, text in ((self._title, title), (self._figure, grouped(count)), (self._line, line)):
            if label.text() != text:
                label.setText(text)
        self.setAccessibleName(f"{title}: {grouped(count)}, {line}")


def _there_words(transfer: Transfer, there: Tally) -> str:
    copied = transfer.tally(FileState.COPIED).files
    size = amount_text(there.size_bytes)
    if copied:
        return tr_count("Tiles", "{size}, {count} copied there", "{size}, {count} copied there", copied, size=size)
    return tr("Tiles", "{size} not moved again", size=size)


def _failed_words(transfer: Transfer, failed: Tally, reasons: int) -> str:
    conflicts = transfer.tally(FileState.CONFLICT).files
    size = amount_text(failed.size_bytes)
    if conflicts:
        return tr_count("Tiles", "{size}, {count} conflict", "{size}, {count} conflicts", conflicts, size=size)
    if reasons and failed.files:
        return tr_count("Tiles", "{size}, {count} reason", "{size}, {count} reasons", reasons, size=size)
    return size
