"""A photo over the whole window: arrows leaf through, Space includes or leaves out, Escape closes. The GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from tiepoint.ui import theme
from tiepoint.ui.pages.photos.footer import set_toggle
from tiepoint.ui.pages.photos.picture_view import LargePictures, PictureView
from tiepoint.ui.pages.photos.pixmaps import Pixmaps
from tiepoint.ui.text import grouped, plain, tr
from tiepoint.ui.viewmodels import photos_text as words
from tiepoint.ui.viewmodels.photos import PhotosViewModel
from tiepoint.ui.widgets.buttons import Button, IconButton
from tiepoint.ui.widgets.labels import ElidedLabel, Label
from tiepoint.ui.widgets.layouts import column, row


class BigPreview(QWidget):
    """Lies over a window while it is shown.

    Signals:
        closed(): It went away.

    Args:
        photos: The current photo.
        pixmaps: Thumbnails.
        large: Large pictures.
        window: Over which it lies.
    """

    closed = Signal()

    def __init__(self, photos: PhotosViewModel, pixmaps: Pixmaps, large: LargePictures, window: QWidget) -> None:
        super().__init__(window)
        self._photos, self._over = photos, window
        self.picture = PictureView(pixmaps, large, radius=4)
        self._name, self._place = Label("", "h1"), Label("", "sub")
        self._facts = ElidedLabel("", "sub")
        self._issues = ElidedLabel("", "value", tone="warn")
        self.toggle_button = Button("", "plus", size="small")
        self.close_button = IconButton("x", tr("Photos", "Close (Escape)"))
        self.previous_button = IconButton("chevron-left", tr("Photos", "Previous photo"), size=24)
        self.next_button = IconButton("chevron-right", tr("Photos", "Next photo"), size=24)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Photos", "Large picture"))
        self._setup_ui()
        self._connect()
        window.installEventFilter(self)
        self.hide()

    def open_over(self) -> None:
        """Show the current photo."""
        if self._photos.current is None:
            return
        self.setGeometry(self._over.rect())
        self.raise_()
        self.show()
        self.refresh()
        self.setFocus()

    def close_over(self) -> None:
        """Go away."""
        self.hide()
        self.picture.show_photo(None)
        self.closed.emit()

    def refresh(self) -> None:
        """Show the photo that is the current one now; without one there is nothing to show."""
        photo = self._photos.current
        if not self.isVisible():
            return
        if photo is None:
            self.close_over()
            return
        rows = self._photos.model.photos
        self._name.setText(plain(photo.name, limit=80))
        place = grouped(self._photos.model.row_of(photo.path) + 1)
        self._place.setText(tr("Photos", "{place} of {all}", place=place, all=grouped(len(rows))))
        parts = (words.camera_line(photo.head), words.exposure_line(photo.head), words.taken_line(photo.head))
        self._facts.setText(
            "   ".join(plain(part) for part in (words.size_line(photo), *parts) if part != words.NOTHING)
        )
        self._issues.setText("  ".join(plain(issue.summary, limit=160) for issue in photo.issues))
        self._issues.setVisible(bool(photo.issues))
        set_toggle(self.toggle_button, (photo,))
        self.picture.show_photo(photo)

    def _setup_ui(self) -> None:
        head = row(
            self._name, self._place, None, self.toggle_button, self.close_button, spacing=12, margins=(24, 14, 18, 0)
        )
        middle = row(self.previous_button, self.picture, self.next_button, spacing=10, margins=(12, 0, 12, 0))
        middle.setStretch(1, 1)
        foot = column(self._issues, self._facts, spacing=3, margins=(24, 0, 24, 16))
        whole = column(head, middle, foot, spacing=12)
        whole.setStretch(1, 1)
        self.setLayout(whole)

    def _connect(self) -> None:
        photos = self._photos
        photos.focused.connect(self.refresh)
        photos.arranged.connect(self.refresh)
        self.close_button.clicked.connect(self.close_over)
        self.previous_button.clicked.connect(lambda: photos.step(-1))
        self.next_button.clicked.connect(lambda: photos.step(1))
        self.toggle_button.clicked.connect(lambda: self._toggle())
        self.picture.activated.connect(self.close_over)

    def _toggle(self) -> None:
        photo = self._photos.current
        if photo is not None:
            self._photos.set_included((photo,), not photo.is_included)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leaf, include or leave out, close."""
        key = event.key()
        if key in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close_over()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_PageUp):
            self._photos.step(-1)
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_PageDown):
            self._photos.step(1)
        elif key == Qt.Key.Key_Space:
            self._toggle()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground."""
        QPainter(self).fillRect(self.rect(), QColor(theme.tokens().ground))

    def focusNextPrevChild(self, is_next: bool) -> bool:
        """Keep the focus inside while it covers everything."""
        buttons = [self, self.previous_button, self.next_button, self.toggle_button, self.close_button]
        focused = self.focusWidget() if self.focusWidget() in buttons else self
        at = buttons.index(focused) if focused in buttons else 0
        buttons[(at + (1 if is_next else -1)) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the window when it changes its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._over.rect())
        return False
