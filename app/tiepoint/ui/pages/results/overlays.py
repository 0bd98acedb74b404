"""Small panels over the 3D view: what is shown, how much of it, what to do next, and the value at the pointer.

The GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from tiepoint.ui.text import grouped, plain, tr
from tiepoint.ui.viewer import Detail
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import empty, holder, row

_CONTEXT: Final = "Results"
_WARNING_MS: Final = 8000
_TAG_GAP: Final = QPoint(16, 18)


class _Overlay(QFrame):
    """A small panel with a row in it."""

    def __init__(self, *, margins: tuple[int, int, int, int] = (12, 6, 12, 6)) -> None:
        super().__init__()
        self.setProperty("overlay", True)
        self.line = QHBoxLayout(self)
        self.line.setContentsMargins(*margins)
        self.line.setSpacing(8)

    def fit(self) -> None:
        """Take the size of what it says, and lay it out in that: who places it has been told of the size before."""
        self.line.activate()
        self.adjustSize()
        self.line.invalidate()
        self.line.activate()


class StatsBar(_Overlay):
    """Names and values at the foot of the view; the last ones give way when there is no room."""

    def __init__(self) -> None:
        super().__init__()
        self._stats: tuple[tuple[str, str], ...] = ()
        self._room = 10_000
        self._pairs: list[QWidget] = []
        self.line.setSpacing(14)

    def show_stats(self, stats: Sequence[tuple[str, str]]) -> None:
        """Show these; values may come from files."""
        shown = tuple((name, plain(value)) for name, value in stats if value)
        if shown == self._stats:
            return
        self._stats = shown
        empty(self.line)
        self._pairs = []
        for name, value in shown:
            told = Label(value, "value")
            told.setAccessibleName(f"{name}: {value}")
            pair = holder(row(Label(name, "caption"), told))
            self._pairs.append(pair)
            self.line.addWidget(pair)
        self._fit_room()

    def set_room(self, width: int) -> None:
        """Say how wide it may be."""
        if width != self._room:
            self._room = width
            self._fit_room()

    def _fit_room(self) -> None:
        left = self._room - 24
        for pair in self._pairs:
            left -= pair.sizeHint().width() + self.line.spacing()
            pair.setVisible(left >= 0)
        self.setVisible(bool(self._pairs))
        self.fit()


class DetailBar(_Overlay):
    """How much of the model is drawn, and a way to see all of it.

    Signals:
        full_wanted(): All of it is wanted.
    """

    full_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(margins=(12, 4, 10, 4))
        self._label = Label("", "value")
        self._full = Button(tr(_CONTEXT, "Full detail"), kind="link")
        self._full.clicked.connect(lambda: self.full_wanted.emit())
        self.line.addWidget(self._label)
        self.line.addWidget(self._full)
        self.hide()

    def show_detail(self, detail: Detail | None) -> None:
        """Say how much is drawn; nothing is said without a model."""
        if detail is not None:
            self._label.setText(_detail_text(detail))
            self._full.setVisible(detail.can_show_full and not detail.is_full and not detail.is_working)
        self.setVisible(detail is not None)
        self.fit()


class HintBar(_Overlay):
    """What to do next while measuring, or for a moment why it cannot be done."""

    def __init__(self) -> None:
        super().__init__()
        self._label, self._glyph = Label("", "sub"), Glyph("info", "accent_text", 14)
        self.line.addWidget(self._glyph)
        self.line.addWidget(self._label)
        self._timer = QTimer(self, singleShot=True, interval=_WARNING_MS)
        self._timer.timeout.connect(self.hide)
        self.hide()

    @property
    def text(self) -> str:
        """What it says now."""
        return "" if self.isHidden() else self._label.text()

    def show_hint(self, hint: str) -> None:
        """Say it; an empty one hides the panel, unless a warning is still to be read."""
        if hint or not self._timer.isActive():
            self._timer.stop()
            self._say(hint, "info", "accent_text")

    def show_warning(self, text: str) -> None:
        """Say why something cannot be done; it goes by itself."""
        self._say(text, "triangle-alert", "warn.text")
        self._timer.start()

    def _say(self, text: str, glyph: str, colour: str) -> None:
        self._glyph.set_glyph(glyph, colour)
        self._label.setText(text)
        self.setVisible(bool(text))
        self.fit()


class PointerTag(_Overlay):
    """The live value beside the pointer; it never takes a click."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(margins=(9, 3, 9, 3))
        self.setParent(view)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._label = Label("", "value")
        self.line.addWidget(self._label)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return "" if self.isHidden() else self._label.text()

    def show_value(self, text: str, at: QPoint | None) -> None:
        """Say a value beside a pixel of the view; empty or nowhere hides it."""
        view = self.parentWidget()
        if not text or at is None or view is None:
            self.hide()
            return
        self._label.setText(text)
        self.fit()
        place = at + _TAG_GAP
        if place.x() + self.width() > view.width() - 8:
            place.setX(at.x() - _TAG_GAP.x() - self.width())
        if place.y() + self.height() > view.height() - 8:
            place.setY(at.y() - _TAG_GAP.y() - self.height())
        self.move(place)
        self.show()
        self.raise_()


def _detail_text(detail: Detail) -> str:
    things = tr(_CONTEXT, "points") if detail.is_cloud else tr(_CONTEXT, "faces")
    if detail.is_working:
        return tr(_CONTEXT, "full detail is on its way")
    if detail.is_full:
        return tr(_CONTEXT, "all {total} {things}", total=grouped(detail.total), things=things)
    return tr(
        _CONTEXT,
        "showing {shown} of {total} {things}",
        shown=grouped(detail.shown),
        total=grouped(detail.total),
        things=things,
    )
