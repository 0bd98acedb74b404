"""The picture of Path Doctor: who is on the way, below each other, joined by a line that stops where it breaks.

Many nodes that see the same stand as one; each that does not stands by itself. GUI thread.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tiepoint.domain.path_view import PathReport, PathView, ViewerKind
from tiepoint.ui import theme
from tiepoint.ui.text import plain, tr_count
from tiepoint.ui.viewmodels.path_doctor import failure_text, view_facts, view_look, viewer_icon, viewer_title
from tiepoint.ui.widgets.cards import Well
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import column, empty, row
from tiepoint.ui.widgets.tone_panel import TonePanel

_LINK_PX: Final = 18
_MOST_ALONE: Final = 12


class PathPicture(QWidget):
    """Shows a report."""

    def __init__(self) -> None:
        super().__init__()
        self._parts = QVBoxLayout(self)
        self._parts.setContentsMargins(0, 0, 0, 0)
        self._parts.setSpacing(0)

    def show_report(self, report: PathReport) -> None:
        """Show this."""
        empty(self._parts)
        is_broken = False
        for place, (view, others) in enumerate(_grouped(report)):
            if place:
                self._parts.addWidget(_Link(is_broken=is_broken))
            self._parts.addWidget(_box(view, others, report))
            is_broken = is_broken or view is report.first_break


def _grouped(report: PathReport) -> list[tuple[PathView, int]]:
    """Return the views to show, each with how many nodes that see the same it stands for besides itself."""
    shown = [(view, 0) for view in report.views if view.viewer is not ViewerKind.NODE]
    nodes = [view for view in report.views if view.viewer is ViewerKind.NODE]
    bad, fine = [view for view in nodes if not view.is_fine], [view for view in nodes if view.is_fine]
    alone = [*bad[:_MOST_ALONE]]
    shown += [(view, len(bad) - _MOST_ALONE if view is alone[-1] and len(bad) > _MOST_ALONE else 0) for view in alone]
    if fine:
        shown.append((fine[0], len(fine) - 1))
    return shown


def _box(view: PathView, others: int, report: PathReport) -> QWidget:
    icon, tone = view_look(view, report)
    title = viewer_title(view)
    if others:
        title = tr_count("PathDoctor", "{name} and one more", "{name} and {count} more", others, name=title)
    head = row(
        Glyph(viewer_icon(view), "text2", 18),
        Label(title, "title"),
        ElidedLabel(plain(view.name, limit=80) if view.viewer is not ViewerKind.NODE else "", "sub"),
        Glyph(icon, f"{tone}.text", 18),
        spacing=10,
    )
    head.setStretch(2, 1)
    path = Label(plain(view.path, limit=400), "mono", wrap=True, selectable=True)
    lines: list[QWidget] = [path, Label(view_facts(view), "sub", wrap=True)]
    if why := failure_text(view):
        lines.append(Label(why, "body", tone=tone if tone in ("err", "warn") else "warn", wrap=True, selectable=True))
    body = column(head, *lines, spacing=4)
    made: QWidget = TonePanel("err", body) if view is report.first_break else Well(body)
    made.setAccessibleName(". ".join(part for part in (title, view_facts(view), why) if part))
    return made


class _Link(QWidget):
    """The line between two boxes; dashed and grey behind a break."""

    def __init__(self, *, is_broken: bool) -> None:
        super().__init__()
        self._is_broken = is_broken
        self.setFixedHeight(_LINK_PX)
        self.setAccessibleName("\N{DOWNWARDS ARROW}")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it below the icons."""
        tokens = theme.tokens()
        painter = QPainter(self)
        pen = QPen(QColor(tokens.text3 if self._is_broken else tokens.tone("ok").text), 2)
        if self._is_broken:
            pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.drawLine(23, 0, 23, self.height())
