"""Why an operation on a cluster failed: the resource, the reason in words, the ways on; Azure's own text last.

The GUI thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.cluster_life_failure import FailureView, WayOn
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card, Well
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, empty, row

_RAW_PX: Final = 116
_COPIED_MS: Final = 2000


class ClusterFailurePanel(Card):
    """Shows a `FailureView`.

    Signals:
        chosen(key): A way on was taken.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        self._when = Label("", "caption")
        super().__init__(tr("ClusterFailure", "What happened"), "", self._when)
        self._shown: FailureView | None = None
        self._buttons: dict[str, Button] = {}
        self._glyph = Glyph("circle-x", "err.text", 22)
        self._title = Label("", "h1", wrap=True, selectable=True)
        self._reason = Label("", "sub", wrap=True, selectable=True)
        self._caption = Label(tr("ClusterFailure", "What you can do"), "caption")
        self._remedy = Label("", wrap=True, selectable=True)
        self._ways = column(spacing=8)
        self._raw = QPlainTextEdit()
        self.raw_button = Button(tr("ClusterFailure", "Azure’s own words"), "chevron-right", "link")
        self.copy_button = Button(tr("ClusterFailure", "Copy report"), "copy", "link")
        self._setup_ui()
        self.raw_button.clicked.connect(lambda: self._unfold(is_open=self._raw.isHidden()))
        self.copy_button.clicked.connect(self._on_copy)

    @property
    def is_raw_shown(self) -> bool:
        """Whether Azure's own words are unfolded."""
        return not self._raw.isHidden()

    def show_failure(self, view: FailureView) -> None:
        """Show why it failed."""
        if view == self._shown:
            return
        is_other = self._shown is None or view.raw != self._shown.raw
        old_ways = self._shown.ways if self._shown is not None else ()
        self._shown = view
        self._when.setText(view.when)
        self._glyph.set_glyph("circle-x" if view.is_alarm else "ban", "err.text" if view.is_alarm else "text2")
        self._title.setText(view.title)
        self._reason.setText(view.reason)
        self._reason.setVisible(bool(view.reason))
        self._remedy.setText(view.remedy)
        self._remedy.setVisible(bool(view.remedy))
        if view.ways != old_ways:
            self._show_ways(view.ways)
        self._caption.setVisible(bool(view.ways or view.remedy))
        self.raw_button.setVisible(bool(view.raw))
        if is_other:
            self._raw.setPlainText(view.raw)
            self._unfold(is_open=False)
        self.setAccessibleDescription(f"{view.title} {view.reason} {view.remedy}")

    def ways_buttons(self) -> tuple[Button, ...]:
        """The buttons of the ways on, the best first."""
        return tuple(self._buttons.values())

    def button(self, key: str) -> Button:
        """Return the button of a way on.

        Raises:
            KeyError: There is no such way.
        """
        return self._buttons[key]

    def _setup_ui(self) -> None:
        self._raw.setReadOnly(True)
        self._raw.setFixedHeight(_RAW_PX)
        self._raw.setAccessibleName(tr("ClusterFailure", "Azure’s own words"))
        self._raw.hide()
        glyph = self._glyph
        cause = row(glyph, column(self._title, self._reason, spacing=5), spacing=14)
        cause.setStretch(1, 1)
        cause.setAlignment(glyph, Qt.AlignmentFlag.AlignTop)
        self.add(
            Well(cause),
            self._caption,
            self._remedy,
            self._ways,
            row(self.raw_button, self.copy_button, None, spacing=12),
            self._raw,
        )

    def _show_ways(self, ways: Sequence[WayOn]) -> None:
        empty(self._ways)
        self._buttons = {}
        for way in ways:
            made = _WayRow(way)
            made.button.clicked.connect(lambda _=False, key=way.key: self.chosen.emit(key))
            self._ways.addWidget(made)
            self._buttons[way.key] = made.button

    def _unfold(self, *, is_open: bool) -> None:
        self._raw.setVisible(is_open)
        self.raw_button.set_icon("chevron-down" if is_open else "chevron-right")

    def _on_copy(self) -> None:
        if self._shown is None:
            return
        parts = (self._shown.title, self._shown.reason, self._shown.remedy, self._shown.raw)
        QGuiApplication.clipboard().setText("\n".join(part for part in parts if part))
        self.copy_button.setText(tr("ClusterFailure", "Copied"))
        words = tr("ClusterFailure", "Copy report")
        QTimer.singleShot(_COPIED_MS, self.copy_button, lambda: self.copy_button.setText(words))


class _WayRow(Well):
    """A way on: icon, what and what it means, its button."""

    def __init__(self, way: WayOn) -> None:
        self.button = Button(way.verb, "", "primary" if way.is_primary else "plain")
        self.button.setMinimumWidth(150)
        words = QWidget()
        title = Label(way.title, "value")
        words.setLayout(column(title, Label(way.text, "sub", wrap=True), spacing=1))
        line = row(Glyph(way.icon, "accent_text" if way.is_primary else "text2", 18), words, self.button, spacing=14)
        line.setStretch(1, 1)
        super().__init__(line, margins=(14, 8, 10, 8))
        self.setAccessibleName(f"{way.title}. {way.text}")
