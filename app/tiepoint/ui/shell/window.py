"""The main window: rail, strip, page and dock put together. It knows pages by name and makes each when first shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from tiepoint.ui.shell.rail import Rail, RailEntry
from tiepoint.ui.theme.tokens import STRIP_HEIGHT
from tiepoint.ui.widgets.bars import ProgressBar
from tiepoint.ui.widgets.layouts import column, holder, row

if TYPE_CHECKING:
    from tiepoint.ui.pages.page import Page
    from tiepoint.ui.shell.dock import Dock
    from tiepoint.ui.shell.drops import DropArea
    from tiepoint.ui.shell.strip import Strip

_SIZE = QSize(1480, 920)
_LEAST = QSize(1120, 680)


class MainWindow(QMainWindow):
    """The window.

    Signals:
        close_asked(): A person wants to close it; whoever listens decides.
        page_shown(page): A page came to the front, by its name.

    Args:
        entries: Of the rail, one a page.
    """

    close_asked = Signal()
    page_shown = Signal(str)

    def __init__(self, entries: Sequence[RailEntry]) -> None:
        super().__init__()
        self.setWindowTitle("Tiepoint")
        self.setMinimumSize(_LEAST)
        self.resize(_SIZE)
        self._makers: dict[str, Callable[[], Page]] = {}
        self._pages: dict[str, Page] = {}
        self._current = ""
        self._wanted = ""
        self._may_close = False
        self.rail = Rail(entries)
        self._strip: Strip | None = None
        self._dock: Dock | None = None
        self._drops: DropArea | None = None
        self._setup_ui()
        self._connect(entries)

    @property
    def current(self) -> str:
        """The name of the page in front."""
        return self._current

    @property
    def strip(self) -> Strip:
        """The strip above the page; made when it is first asked for, which the first picture does not."""
        if self._strip is None:
            from tiepoint.ui.shell.strip import Strip

            self._strip = Strip()
            self._strip_place.hide()
            self._right.insertWidget(0, self._strip)
        return self._strip

    @property
    def dock(self) -> Dock:
        """The dock below the page; made when it is first asked for, which the first picture does not."""
        if self._dock is None:
            from tiepoint.ui.shell.dock import Dock

            self._dock = Dock()
            self._body.addWidget(self._dock)
        return self._dock

    @property
    def drops(self) -> DropArea:
        """Where dropped files arrive; the window takes drops from when it is first asked for."""
        if self._drops is None:
            from tiepoint.ui.shell.drops import DropArea

            self._drops = DropArea(self)
        return self._drops

    @property
    def wanted(self) -> str:
        """The page that was asked for before there were any; empty = none."""
        return self._wanted

    def set_foot(self, line: QWidget) -> None:
        """Take a line for the window's foot."""
        self._right.addWidget(line)

    def add_banner(self, banner: QWidget) -> None:
        """Put a line above whatever page is shown."""
        self._body.insertWidget(0, banner)

    def set_pages(self, makers: Mapping[str, Callable[[], Page]]) -> None:
        """Say how pages are made: each when it is first shown, by its name."""
        self._makers = dict(makers)

    def page(self, name: str) -> Page:
        """Return a page, made now if it was never shown."""
        if name not in self._pages:
            made = self._makers[name]()
            made.strip_changed.connect(lambda: self._show_strip(name))
            self._pages[name] = made
            self._stack.addWidget(made)
        return self._pages[name]

    def show_page(self, name: str) -> Page:
        """Bring a page to the front."""
        page = self.page(name)
        is_change = name != self._current
        is_walking_the_rail = self.rail.isAncestorOf(self.focusWidget())
        self._current = name
        self._stack.setCurrentWidget(page)
        if is_change and not is_walking_the_rail:  # else Qt hands it to whatever comes next, a toast perhaps
            page.focus_first()
        self.rail.mark(name)
        self._show_strip(name)
        if is_change:
            self.page_shown.emit(name)
        return page

    def shut_pages(self) -> None:
        """Let every page put away what outlives its widgets."""
        for page in self._pages.values():
            page.shut()

    def close_for_good(self) -> None:
        """Close without asking again."""
        self._may_close = True
        self.close()

    def _setup_ui(self) -> None:
        root = QWidget()
        root.setObjectName("root")
        self._stack = QStackedWidget()
        self._progress = ProgressBar(height=4)
        self._progress.hide()
        self._body = column(self._stack, spacing=12, margins=(12, 12, 12, 12))
        self._strip_place = QWidget()
        self._strip_place.setObjectName("strip")
        self._strip_place.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._strip_place.setFixedHeight(STRIP_HEIGHT)
        body = holder(self._body)
        self._right = column(self._strip_place, self._progress, body, spacing=0)
        self._right.setStretchFactor(body, 1)
        frame = row(self.rail, self._right, spacing=0)
        frame.setStretch(1, 1)
        root.setLayout(frame)
        self.setCentralWidget(root)

    def _connect(self, entries: Sequence[RailEntry]) -> None:
        self.rail.chosen.connect(self._on_chosen)
        for place, entry in enumerate(entries, start=1):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{place}"), self)
            shortcut.activated.connect(lambda name=entry.page: self._on_shortcut(name))
        if any(entry.page == "help" for entry in entries):
            QShortcut(QKeySequence("F1"), self).activated.connect(lambda: self._on_shortcut("help"))
        QShortcut(QKeySequence("Ctrl+J"), self).activated.connect(lambda: self.dock.set_folded(not self.dock.is_folded))

    def _on_chosen(self, name: str) -> None:
        if self._makers:
            self.show_page(name)
        else:
            self._wanted = name
            self.rail.mark(name)

    def _on_shortcut(self, name: str) -> None:
        self._on_chosen(name)
        if self._makers:
            self.page(name).focus_first()

    def _show_strip(self, name: str) -> None:
        if name != self._current:
            return
        content = self._pages[name].strip()
        self.strip.show_content(content)
        self._progress.setVisible(content.progress is not None)
        self._progress.set_share(content.progress or 0.0, "neutral" if content.is_stale else "info")

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask whoever listens; close when told so."""
        if self._may_close:
            event.accept()
        else:
            event.ignore()
            self.close_asked.emit()


def restore_frame(window: QMainWindow, geometry: bytes) -> None:
    """Put a window where it was; does nothing when the place is no longer on any screen."""
    if geometry:
        window.restoreGeometry(geometry)
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
