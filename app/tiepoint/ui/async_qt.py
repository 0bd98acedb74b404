"""Qt and asyncio in one loop: the only place that knows qasync. The GUI thread is the loop's thread.

Must not run dialogs of its own: `exec()` inside a coroutine stops the loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import qasync
from PySide6.QtWidgets import QApplication

LoopHandler = Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]


def run_in_qt(application: QApplication, main: Coroutine[Any, Any, int], on_error: LoopHandler) -> int:
    """Run a coroutine on Qt's event loop to its end.

    Args:
        application: The one QApplication.
        main: What the program does; its result is the exit code.
        on_error: Hears of what no task awaited.

    Returns:
        What `main` returned.
    """
    # Otherwise Qt ends the loop with the last window, under the feet of whatever is still being put away.
    application.setQuitOnLastWindowClosed(False)
    logging.getLogger("qasync").setLevel(logging.ERROR)
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(application)) as runner:
        runner.get_loop().set_exception_handler(on_error)
        return runner.run(main)
