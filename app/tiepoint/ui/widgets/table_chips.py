"""Filter chips with counts above a table, one of them chosen. The GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QWidget

from tiepoint.ui.text import grouped
from tiepoint.ui.widgets.buttons import Chip
from tiepoint.ui.widgets.layouts import row


class FilterChips(QWidget):
    """Chips such as `All 12` and `Attention 1`.

    Signals:
        chosen(tag): A chip was chosen, by its tag.

    Args:
        chips: Tag, word and icon of each; the first one is on.
    """

    chosen = Signal(str)

    def __init__(self, chips: Sequence[tuple[str, str, str]]) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self._words = {tag: word for tag, word, _ in chips}
        self._chips = {tag: Chip(word, icon, is_on=place == 0) for place, (tag, word, icon) in enumerate(chips)}
        for tag, chip in self._chips.items():
            self._group.addButton(chip)
            chip.clicked.connect(lambda _is_on, each=tag: self.chosen.emit(each))
        self.setLayout(row(*self._chips.values(), spacing=6))

    def set_count(self, tag: str, count: int, *, hides_none: bool = False) -> None:
        """Show how many a chip stands for; with `hides_none` one that stands for none is not shown unless chosen."""
        chip = self._chips[tag]
        text = f"{self._words[tag]} {grouped(count)}"
        if chip.text() != text:
            chip.setText(text)
        if hides_none:
            chip.setVisible(count > 0 or chip.isChecked() or not tag)

    def chip(self, tag: str) -> Chip:
        """Return a chip."""
        return self._chips[tag]
