"""The three reasons for which Azure refuses machines, told apart. The GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tiepoint.ui.text import tr
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import row

_NAME_PX = 62


class RefusalsCard(Card):
    """Quota, size, capacity."""

    def __init__(self) -> None:
        super().__init__(tr("Preflight", "Three different refusals"))
        lines = []
        for icon, tone, name, words in (
            (
                "circle-x",
                "err",
                tr("Preflight", "Quota"),
                tr("Preflight", "your limit is too small: ask for more, or use less"),
            ),
            (
                "ban",
                "warn",
                tr("Preflight", "Size"),
                tr("Preflight", "not offered to you in this region: change region or size"),
            ),
            (
                "hourglass",
                "warn",
                tr("Preflight", "Capacity"),
                tr("Preflight", "Azure has none free just now: tried again, or another zone"),
            ),
        ):
            title = Label(name, "title")
            title.setFixedWidth(_NAME_PX)
            glyph = Glyph(icon, f"{tone}.text", 16)
            line = row(glyph, title, Label(words, "sub", wrap=True), spacing=10)
            line.setStretch(2, 1)
            for each in (glyph, title):
                line.setAlignment(each, Qt.AlignmentFlag.AlignTop)
            lines.append(line)
        self.add(*lines, spacing=8)
