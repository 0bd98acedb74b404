"""The panel from its first pixel to its end: the application, the loop, and the session in between.

The window is on screen before anything heavy is imported or asked. The GUI thread only.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Final, TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from tiepoint import __version__
from tiepoint.ui.early import early_window, import_meanwhile
from tiepoint.ui.file_requests import PanelApplication
from tiepoint.ui.opening import FirstPicture, Opening
from tiepoint.ui.shell.sign import sign_icon
from tiepoint.ui.theme import active, fonts

if TYPE_CHECKING:
    from tiepoint.services.program import Program

# What the session imports at its very start stands here too, or the window would stand still for it.
_LATER: Final = (
    "tiepoint.ui.async_qt",
    "tiepoint.ui.session",
    "tiepoint.ui.pages.photos.page",
    "tiepoint.ui.shell.drops",
    "tiepoint.ui.shell.extras",
    "tiepoint.ui.shell.graphics_start",
    "tiepoint.ui.shell.other_starts",
    "tiepoint.ui.shell.strip",
)
ProgramOpener: TypeAlias = Callable[[], "AbstractAsyncContextManager[Program]"]


def show_panel(
    open_program: ProgramOpener, opening: Opening, own_name: str, first: FirstPicture, later: Sequence[str] = ()
) -> int:
    """Show the panel until it is closed.

    Args:
        open_program: Builds the services.
        opening: What to begin with.
        own_name: Name under which a second start finds this panel; empty = it cannot.
        first: What the first picture shows.
        later: Modules that `open_program` needs; they are imported while the window is on screen.

    Returns:
        The exit code.
    """
    application = make_application(first.theme)
    window = early_window(first)
    fonts.load_rest()
    from tiepoint.ui.shell.funnel import ErrorFunnel
    from tiepoint.ui.shell.messages import Messages

    messages = Messages()
    funnel = ErrorFunnel(messages.crash)
    funnel.install()
    try:
        import_meanwhile((*later, *_LATER))
        from tiepoint.ui.async_qt import run_in_qt
        from tiepoint.ui.session import Session

        application.setWindowIcon(sign_icon())

        async def session() -> int:
            async with open_program() as program:
                await Session(window, program, messages).run(opening, own_name)
            return 0

        return end_in_spite_of_drivers(run_in_qt(application, session(), funnel.on_loop_error))
    finally:
        funnel.uninstall()


def end_in_spite_of_drivers(code: int) -> int:
    """Return the exit code, or end the process with it where a driver holds a thread, which Qt would abort for."""
    held = sys.modules.get("tiepoint.ui.viewer.held")
    if held is not None and held.are_held():
        import logging  # the window must not wait for it

        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                with contextlib.suppress(OSError, ValueError):
                    stream.flush()
        os._exit(code)
    return code


def make_application(theme: str = "system") -> QApplication:
    """Return the one QApplication with our look on."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        application = existing
    else:
        QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
        application = PanelApplication([sys.argv[0]])
    application.setApplicationName("Tiepoint")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("tiepoint")
    if application.style().name() != "fusion":
        application.setStyle("Fusion")
    fonts.load(application)
    active.choose(theme)
    active.follow_system()
    return application
