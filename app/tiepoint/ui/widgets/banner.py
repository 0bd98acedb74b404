"""A line across a page that tells once what concerns all of it, with what can be done about it. The GUI thread."""

from __future__ import annotations

from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import row
from tiepoint.ui.widgets.tone_panel import TonePanel


class ActionBanner(TonePanel):
    """An icon, a title, a sentence, buttons; on the soft ground of a tone.

    Args:
        icon: Name of an icon.
        tone: Of ground, edge and icon.
        buttons: What can be done.
    """

    def __init__(self, icon: str, tone: str, *buttons: Button) -> None:
        self._title = Label("", "title")
        self._text = ElidedLabel("", "sub")
        self._glyph = Glyph(icon, f"{tone}.text", 18)
        line = row(self._glyph, self._title, self._text, *buttons, spacing=10)
        line.setStretch(2, 1)
        super().__init__(tone, line, margins=(14, 0, 7, 0))
        self.setFixedHeight(46)

    def set_look(self, icon: str, tone: str) -> None:
        """Show another icon on another tone's ground."""
        self._glyph.set_glyph(icon, f"{tone}.text")
        self.set_tone(tone)

    def tell(self, title: str, text: str) -> None:
        """Say this."""
        if (title, text) != (self._title.text(), self._text.text()):
            self._title.setText(title)
            self._text.setText(text)
            self.setAccessibleName(f"{title}. {text}")
