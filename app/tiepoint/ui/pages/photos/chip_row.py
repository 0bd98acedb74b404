"""Filters with counts in one line; those that find no room are in a menu behind the last one. The GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from tiepoint.domain.photo_issue import ISSUE_WORDS, IssueKind
from tiepoint.domain.photo_set import SetCounts
from tiepoint.ui.text import grouped, tr
from tiepoint.ui.theme import icons
from tiepoint.ui.viewmodels.photos_order import ALL, LEFT_OUT, SHARP, SUGGESTED
from tiepoint.ui.viewmodels.photos_text import ISSUE_ICONS
from tiepoint.ui.widgets.buttons import Chip

_GAP = 6
_HEIGHT = 26


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: its group (see `Wanted.group`), icon, word and how many photos it shows."""

    group: str
    icon: str
    word: str
    count: int


def filters_of(counts: SetCounts, sharp: int) -> tuple[Filter, ...]:
    """Return the filters that would show something."""
    first = (
        Filter(ALL, "", tr("Photos", "All"), counts.photos),
        Filter(SHARP, "circle-check", tr("Photos", "Sharp"), sharp),
    )
    by_kind = sorted(counts.issues.items(), key=lambda item: list(IssueKind).index(item[0]))
    issues = (Filter(str(kind), ISSUE_ICONS[kind], tr("PhotoIssue", ISSUE_WORDS[kind]), n) for kind, n in by_kind)
    last = (
        Filter(SUGGESTED, "triangle-alert", tr("Photos", "Have a look"), counts.suggested),
        Filter(LEFT_OUT, "eye-off", tr("Photos", "Left out"), counts.left_out),
    )
    return tuple(each for each in (*first, *issues, *last) if each.count or each.group == ALL)


class ChipRow(QWidget):
    """The filters.

    Signals:
        chosen(group): A filter was chosen; choosing it again chooses all photos.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(_HEIGHT + 2)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Photos", "Filters"))
        self._filters: tuple[Filter, ...] = ()
        self._group = ALL
        self._chips: dict[str, Chip] = {}
        self._more = Chip(tr("Photos", "More"), "ellipsis")
        self._more.setParent(self)
        self._more.setCheckable(False)
        self._more.clicked.connect(self._open_menu)

    def show_filters(self, filters: Sequence[Filter], group: str) -> None:
        """Show these filters with one of them chosen."""
        if (tuple(filters), group) == (self._filters, self._group) and self._chips:
            return
        kinds = [each.group for each in filters]
        if kinds != list(self._chips):
            self._rebuild(filters)
        self._filters, self._group = tuple(filters), group
        for each in filters:
            chip = self._chips[each.group]
            chip.setText(f"{each.word} {grouped(each.count)}")
            chip.setChecked(each.group == group)
        self._place()

    def chip(self, group: str) -> Chip:
        """Return the chip of a filter.

        Raises:
            KeyError: There is none.
        """
        return self._chips[group]

    def _rebuild(self, filters: Sequence[Filter]) -> None:
        for chip in self._chips.values():
            chip.hide()
            chip.deleteLater()
        self._chips = {}
        for each in filters:
            chip = Chip(each.word, each.icon)
            chip.setParent(self)
            chip.clicked.connect(lambda _=False, group=each.group: self._choose(group))
            self._chips[each.group] = chip

    def _choose(self, group: str) -> None:
        wanted = ALL if group == self._group else group
        if group in self._chips:
            self._chips[group].setChecked(wanted == group)
        self.chosen.emit(wanted)

    def _place(self) -> None:
        """Put the chips side by side; what does not fit goes into the menu, never the chosen one."""
        widths = {each.group: self._chips[each.group].sizeHint().width() for each in self._filters}
        room = self.width()
        if sum(widths.values()) + _GAP * (len(widths) - 1) > room:
            room -= self._more.sizeHint().width() + _GAP
        order = sorted(self._filters, key=lambda each: each.group not in (ALL, self._group))
        fitting: set[str] = set()
        for each in order:
            if widths[each.group] <= room:
                fitting.add(each.group)
                room -= widths[each.group] + _GAP
            elif each.group != self._group:
                room = 0
        left = 0
        for each in self._filters:
            chip = self._chips[each.group]
            chip.setVisible(each.group in fitting)
            if each.group in fitting:
                chip.setGeometry(left, 0, widths[each.group], _HEIGHT + 2)
                left += widths[each.group] + _GAP
        self._more.setVisible(len(fitting) < len(self._filters))
        self._more.setGeometry(left, 0, self._more.sizeHint().width(), _HEIGHT + 2)

    def _open_menu(self) -> None:
        menu = QMenu(self)
        for each in self._filters:
            if not self._chips[each.group].isVisible():
                entry = menu.addAction(f"{each.word}  {grouped(each.count)}")
                if each.icon:
                    entry.setIcon(icons.icon(each.icon))
                entry.triggered.connect(lambda _=False, group=each.group: self._choose(group))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the chips to the width."""
        self._place()
        super().resizeEvent(event)

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(300, _HEIGHT + 2)
