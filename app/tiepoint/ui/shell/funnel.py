"""The one funnel for what nobody expected: exceptions of slots, threads and the loop, and Qt's own complaints.

A defect repeated many times a second is shown once. Hooks may be called from any thread; the dialog is not.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

if TYPE_CHECKING:
    import asyncio

_qt_log = logging.getLogger("qt")
_LEVELS: Final = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_MOST_SHOWN: Final = 3


class ErrorFunnel(QObject):
    """Hears of every exception that nobody caught and hands it on in the GUI thread.

    Args:
        on_crash: Shows it.
    """

    _caught = Signal(object)

    def __init__(self, on_crash: Callable[[BaseException], None]) -> None:
        super().__init__()
        self._on_crash = on_crash
        self._seen: dict[str, int] = {}
        self._caught.connect(self._show)

    def install(self) -> None:
        """Take the hooks of the interpreter, its threads, and Qt."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        qInstallMessageHandler(_log_qt_message)

    def uninstall(self) -> None:
        """Give the hooks back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)

    def take(self, error: BaseException) -> None:
        """Take an exception, from any thread."""
        self._caught.emit(error)

    def on_loop_error(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Take what an event loop complains about."""
        error = context.get("exception")
        self.take(error if isinstance(error, BaseException) else RuntimeError(str(context.get("message", "?"))))

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            self.take(error)

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            self.take(args.exc_value)

    def _show(self, error: BaseException) -> None:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = (
            f"{type(error).__name__} {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else repr(error)
        )
        self._seen[where] = self._seen.get(where, 0) + 1
        if self._seen[where] == 1 and len(self._seen) <= _MOST_SHOWN:
            self._on_crash(error)
        elif self._seen[where] == 1:
            logging.getLogger(__name__).error("one more unexpected failure", exc_info=error)


def _log_qt_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    _qt_log.log(_LEVELS.get(kind, logging.WARNING), "%s: %s", context.category or "qt", text)
