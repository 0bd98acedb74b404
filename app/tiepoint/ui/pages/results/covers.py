"""What lies over the 3D view when there is no model to see: nothing open, loading, failed, running, no OpenGL.

The GUI thread only.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from tiepoint.domain.failure import Failure
from tiepoint.ui import theme
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.theme.tokens import RADIUS_CARD
from tiepoint.ui.viewer import LoadProgress, Phase
from tiepoint.ui.widgets.bars import ProgressBar
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.empty import EmptyState
from tiepoint.ui.widgets.labels import ElidedLabel, Label
from tiepoint.ui.widgets.layouts import column, row

_CONTEXT: Final = "Results"


class Cover(QWidget):
    """A ground like the view's with one message on it."""

    def __init__(self) -> None:
        super().__init__()
        self.setLayout(column())
        self._content: QWidget | None = None

    @property
    def words(self) -> str:
        """What it says now."""
        return "" if self._content is None else "\n".join(each.text() for each in self._content.findChildren(QLabel))

    def show_content(self, content: QWidget) -> None:
        """Show this instead of what was there."""
        layout = self.layout()
        if self._content is not None and layout is not None:
            layout.removeWidget(self._content)
            self._content.hide()
            self._content.deleteLater()
        self._content = content
        if layout is not None:
            layout.addWidget(content)
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the gradient, round at the lower corners as the card is."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box, shape = QRectF(self.rect()), QPainterPath()
        shape.addRoundedRect(box.adjusted(0, -RADIUS_CARD, 0, 0), RADIUS_CARD - 1, RADIUS_CARD - 1)
        ground = QLinearGradient(box.topLeft(), box.bottomLeft())
        ground.setColorAt(0, QColor(tokens.view_top))
        ground.setColorAt(1, QColor(tokens.view_bottom))
        painter.fillPath(shape, ground)


class LoadingPanel(QFrame):
    """How far a model is that is being loaded, with a way to stop.

    Signals:
        cancel_wanted(): Stop it.
    """

    cancel_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("overlay", True)
        self.setFixedWidth(340)
        self._title, self._phase, self._bar = ElidedLabel("", "title", middle=True), Label("", "sub"), ProgressBar()
        self._cancel = Button(tr(_CONTEXT, "Cancel"), kind="quiet", size="small")
        self._cancel.clicked.connect(lambda: self.cancel_wanted.emit())
        self.setLayout(
            column(self._title, self._bar, row(self._phase, None, self._cancel), spacing=10, margins=(16, 14, 12, 8))
        )
        self.hide()

    def show_progress(self, title: str, progress: LoadProgress | None) -> None:
        """Say what is loaded and how far it is; None is before anything is known."""
        self._title.setText(plain(title) or tr(_CONTEXT, "Looking for the newest result"))
        self._cancel.setVisible(bool(title))
        share = None if progress is None else progress.share
        words = tr(_CONTEXT, "Opening") if progress is None else _phase_text(progress.phase)
        self._phase.setText(f"{words}, {share:.0%}" if share is not None else words)
        self._bar.set_share(share)
        self.show()
        self.raise_()
        self.centre()

    def centre(self) -> None:
        """Lie in the middle of the view."""
        parent = self.parentWidget()
        if parent is not None:
            self.adjustSize()
            self.move((parent.width() - self.width()) // 2, (parent.height() - self.height()) // 2)


def nothing_open(on_open: Button, on_photos: Button) -> EmptyState:
    """Return the message of a page without results."""
    return EmptyState(
        "box",
        tr(_CONTEXT, "No model yet"),
        tr(
            _CONTEXT,
            "The newest finished job opens here by itself. Drop a model on the window (GLB, OBJ, PLY or STL), or open "
            "one.",
        ),
        on_photos,
        on_open,
    )


def failed(failure: Failure, file: str, *buttons: Button) -> EmptyState:
    """Return the message about a file that cannot be shown: its name, the reason, and what to do."""
    title = tr(_CONTEXT, "{file} does not open", file=plain(file)) if file else tr(_CONTEXT, "Nothing is shown")
    text = "\n".join(plain(said_below(part)) for part in (failure.summary, failure.remedy) if part)
    return EmptyState("file-x", title, text, *buttons)


def still_running(name: str, stage: str, *buttons: Button) -> EmptyState:
    """Return the message about a job that is not over."""
    text = tr(_CONTEXT, "The model opens here by itself as soon as the job is done.")
    if stage:
        text = tr(_CONTEXT, "It is at: {stage}.", stage=stage) + " " + text
    return EmptyState("hourglass", tr(_CONTEXT, "{name} is still running", name=plain(name)), text, *buttons)


class NoOpenGl(QWidget):
    """Says that there is no 3D here, with the result's own picture where there is one."""

    def __init__(self, reason: str, picture: QPixmap | None) -> None:
        super().__init__()
        shown = QLabel()
        shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
        shown.setAccessibleName(tr(_CONTEXT, "Picture of the model"))
        shown.setVisible(picture is not None)
        if picture is not None:
            shown.setPixmap(picture)
        message = EmptyState(
            "monitor",
            tr(_CONTEXT, "No 3D on this screen"),
            "\n".join(
                (
                    plain(reason),
                    tr(_CONTEXT, "Facts, photos, the report and exports on this page work without it."),
                )
            ),
        )
        self.setLayout(column(None, shown, message, None, margins=(16, 16, 16, 16)))


def _phase_text(phase: Phase) -> str:
    return {
        Phase.READING: tr(_CONTEXT, "Reading the file"),
        Phase.TEXTURE: tr(_CONTEXT, "Decoding the texture"),
        Phase.SIMPLIFYING: tr(_CONTEXT, "Simplifying for the view"),
        Phase.DRAWING: tr(_CONTEXT, "Drawing"),
    }[phase]
