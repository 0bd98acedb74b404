"""Rules for tests of the panel: Qt's complaints fail, nothing is left behind, coroutines run on Qt's own loop."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest

os.environ.setdefault("QT_API", "pyside6")
os.environ.setdefault("LIBGL_ALWAYS_SOFTWARE", "1")
HAS_SCREEN = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) or os.name == "nt"
if not HAS_SCREEN:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import qasync  # noqa: E402  after the platform is chosen
from PySide6.QtCore import QCoreApplication, QEvent  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402
from pytestqt.qtbot import QtBot  # noqa: E402

from patience import PATIENCE_S  # noqa: E402
from tiepoint.ui.application import make_application  # noqa: E402
from tiepoint.ui.collector import collect_due  # noqa: E402
from tiepoint.ui.theme import fonts  # noqa: E402
from window_probe import left_windows  # noqa: E402

T = TypeVar("T")
InQt = Callable[[Coroutine[Any, Any, T]], T]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip tests that need OpenGL where there is no screen; the closing line counts them."""
    for item in items:
        if item.get_closest_marker("needs_gl") and not HAS_SCREEN:
            item.add_marker(pytest.mark.skip(reason="needs a screen with OpenGL"))


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    """The application class pytest-qt makes."""
    return QApplication


@pytest.fixture(scope="session")
def qapp(qapp_cls: type[QApplication]) -> QApplication:
    """The one application, with our look on, dark."""
    application = make_application("dark")
    fonts.load_rest()
    application.setQuitOnLastWindowClosed(False)
    return application


_PATIENT = {"timeout": round(PATIENCE_S * 1000)}


class PatientQtBot(QtBot):  # type: ignore[misc]
    """Waits as long as all tests do, not five seconds."""

    def waitUntil(self, callback: Callable[[], bool | None], **more: Any) -> None:
        super().waitUntil(callback, **_PATIENT | more)

    def waitSignal(self, signal: Any, **more: Any) -> Any:
        return super().waitSignal(signal, **_PATIENT | more)

    def waitSignals(self, signals: Any, **more: Any) -> Any:
        return super().waitSignals(signals, **_PATIENT | more)

    def waitExposed(self, widget: Any, **more: Any) -> Any:
        return super().waitExposed(widget, **_PATIENT | more)

    def waitActive(self, widget: Any, **more: Any) -> Any:
        return super().waitActive(widget, **_PATIENT | more)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """The hand of the tests, with patience."""
    return PatientQtBot(request)


@pytest.fixture(autouse=True)
def _nothing_left(qapp: QApplication) -> Iterator[None]:
    """Fail when a test leaves a window or an unread exception behind; garbage is searched for here alone, see there."""
    gc.disable()
    yield
    collect_due()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = left_windows(qapp)
    for window in left:
        window.close()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not left, f"windows left behind: {left}"


@pytest.fixture
def in_qt(qapp: QApplication) -> Iterator[InQt[Any]]:
    """Run a coroutine to its end on a loop that Qt drives; what no task awaited fails the test."""
    loop = qasync.QEventLoop(qapp)
    complaints: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _loop, context: complaints.append(context))
    asyncio.set_event_loop(loop)

    def run(work: Coroutine[Any, Any, T]) -> T:
        async def limited() -> T:
            async with asyncio.timeout(120):
                return await work

        return loop.run_until_complete(limited())  # type: ignore[no-any-return]

    yield run
    left = [task for task in asyncio.all_tasks(loop) if not task.done()]
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
    asyncio.set_event_loop(None)
    assert not complaints, complaints
