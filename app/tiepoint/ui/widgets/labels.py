"""Labels: always plain text, so that a file name with HTML in it is shown as it is written."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from tiepoint.ui import theme
from tiepoint.ui.theme import icons


class Label(QLabel):
    """A plain text.

    Args:
        text: What it says.
        role: How it looks: `body`, `display`, `h1`, `title`, `lead`, `sub`, `value`, `caption`, `number`, `mono`.
        tone: A tone (`warn`, `err`, ...) for its colour; empty = the role's.
        wrap: Break it into lines.
        selectable: Let people select and copy it.
    """

    def __init__(
        self,
        text: str = "",
        role: str = "body",
        *,
        tone: str = "",
        wrap: bool = False,
        selectable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setProperty("tone", tone)
        self.setWordWrap(wrap)
        if selectable:
            flags = Qt.TextInteractionFlag
            self.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
        self.setText(text)

    def set_tone(self, tone: str) -> None:
        """Change the tone; empty = the role's own colour."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)


class ElidedLabel(Label):
    """A label that shortens what does not fit, and shows all of it as a tool tip."""

    def __init__(self, text: str = "", role: str = "body", *, middle: bool = False, tone: str = "") -> None:
        super().__init__(text, role, tone=tone)
        self._mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as much as fits."""
        painter = QPainter(self)
        shown = self.fontMetrics().elidedText(self.text(), self._mode, self.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), int(self.alignment()), shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Offer the whole text as a tool tip when it does not fit."""
        fits = self.fontMetrics().horizontalAdvance(self.text()) <= self.width()
        self.setToolTip("" if fits else self._plain_tip())
        super().resizeEvent(event)

    def minimumSizeHint(self) -> QSize:
        """Give way to others."""
        return QSize(24, super().minimumSizeHint().height())

    def _plain_tip(self) -> str:
        # Tool tips guess HTML; as escaped text in a span they cannot.
        escaped = self.text().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return f"<span>{escaped}</span>"


class Glyph(QLabel):
    """An icon that stands by itself and follows the theme."""

    def __init__(self, name: str, colour: str = "text2", size: int = 16) -> None:
        super().__init__()
        self._name, self._colour, self._size = name, colour, size
        self.setFixedSize(size, size)
        self._retint()
        theme.watch(self._retint)

    def set_glyph(self, name: str, colour: str | None = None) -> None:
        """Show another icon."""
        self._name, self._colour = name, colour or self._colour
        self._retint()

    def _retint(self) -> None:
        self.setPixmap(icons.pixmap(self._name, self._colour, self._size))


class FactList(QWidget):
    """Names at the left, values at the right; each value may carry a tone's icon."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._values: dict[str, ElidedLabel] = {}

    def set_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Show these facts; values of names that stay are replaced in place."""
        if [name for name, _ in facts] != list(self._values):
            self._rebuild([name for name, _ in facts])
        for name, value in facts:
            self._values[name].setText(value)
            self._values[name].setAccessibleName(f"{name}: {value}")

    def value(self, name: str) -> Label:
        """Return the label of a fact, for a tone.

        Raises:
            KeyError: There is no such fact.
        """
        return self._values[name]

    def _rebuild(self, names: Sequence[str]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._values = {}
        for line, name in enumerate(names):
            value = ElidedLabel("", "value", middle=True)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._values[name] = value
            self._grid.addWidget(Label(name, "sub"), line, 0)
            self._grid.addWidget(value, line, 1)
