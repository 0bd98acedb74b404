"""The panel with a window for tests to look through: it says where things are, and takes pictures. It presses nothing.

Run as a script: `python panel_probe.py ENDPOINT [PANEL ARGUMENTS]`. One JSON request a line on a local socket:
{"find": text} or {"find_in": page}, {"texts": true}, {"picture": path}, {"heap": true}, {"lag": true}.
"""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QObject, QPoint, Qt
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QLabel, QLineEdit, QWidget

sys.path.insert(0, str(Path(__file__).resolve().parent))

from heap_facts import heap_facts  # noqa: E402
from loop_watchdog import LoopWatchdog  # noqa: E402
from tiepoint.ui import application  # noqa: E402

MOST_ROWS = 100


class Probe(QObject):
    """Answers about what is on the screen."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self._server = QLocalServer(self)
        QLocalServer.removeServer(endpoint)
        self._server.newConnection.connect(self._on_connection)
        assert self._server.listen(endpoint), self._server.errorString()
        self._watchdog = LoopWatchdog()

    def _on_connection(self) -> None:
        socket = self._server.nextPendingConnection()
        socket.readyRead.connect(lambda: self._on_request(socket))

    def _on_request(self, socket: QLocalSocket) -> None:
        while socket.canReadLine():
            request = json.loads(bytes(socket.readLine().data()))
            try:
                answer = self._answer(request)
            except Exception:  # noqa: BLE001  told to whoever asked, who would wait for ever
                answer = traceback.format_exc()
            socket.write(json.dumps(answer).encode() + b"\n")
            socket.flush()

    def _answer(self, request: dict[str, Any]) -> Any:
        if "find" in request:
            exact = [_place(widget) for widget in _visible() if request["find"] in _names(widget)]
            return exact or [_place(widget) for widget in _visible() if _begins(widget, request["find"])]
        if "kind" in request:
            return [_place(widget) for widget in _visible() if type(widget).__name__ == request["kind"]]
        if "texts" in request:
            return sorted({name for widget in _visible() for name in (*_names(widget), *_cells(widget)) if name})
        if "picture" in request:
            screen = QApplication.primaryScreen()
            window = next(each for each in QApplication.topLevelWidgets() if each.isVisible())
            box = window.frameGeometry()
            return screen.grabWindow(0, box.x(), box.y(), box.width(), box.height()).save(request["picture"])
        return heap_facts() if "heap" in request else self._lag()

    def _lag(self) -> dict[str, Any]:
        watchdog = self._watchdog
        seen = {
            "p50_ms": watchdog.share_ms(0.5),
            "p99_ms": watchdog.share_ms(0.99),
            "worst_ms": watchdog.worst_ms,
            "worst_work_ms": watchdog.worst_work_ms,
            "gaps": [[gap.wall_ms, gap.worked_ms, gap.stack] for gap in watchdog.gaps],
            "our_gaps": len(watchdog.our_gaps),
        }
        watchdog.reset()
        return seen


def _visible() -> list[QWidget]:
    return [widget for widget in QApplication.allWidgets() if widget.isVisible() and widget.width() > 1]


def _names(widget: QWidget) -> list[str]:
    names = [widget.accessibleName(), widget.objectName()]
    if isinstance(widget, (QAbstractButton, QLabel, QLineEdit)):
        names.append(widget.text())
    if isinstance(widget, QLineEdit):
        names.append(widget.placeholderText())
    return names


def _cells(widget: QWidget) -> list[str]:
    """What a list or table says, as a screen reader hears it."""
    model = QAbstractItemView.model(widget) if isinstance(widget, QAbstractItemView) else None
    if model is None:
        return []
    found = []
    for row in range(min(model.rowCount(), MOST_ROWS)):
        for column in range(1 if isinstance(model, QAbstractListModel) else model.columnCount()):
            index = model.index(row, column)
            spoken = index.data(Qt.ItemDataRole.AccessibleTextRole) or index.data(Qt.ItemDataRole.DisplayRole)
            found.append(str(spoken or ""))
    return found


def _begins(widget: QWidget, text: str) -> bool:
    return any(name.startswith(text) for name in _names(widget))


def _place(widget: QWidget) -> dict[str, Any]:
    ratio = widget.devicePixelRatioF()
    corner = widget.mapToGlobal(QPoint(0, 0))
    return {
        "x": corner.x() * ratio,
        "y": corner.y() * ratio,
        "width": widget.width() * ratio,
        "height": widget.height() * ratio,
        "is_enabled": widget.isEnabled(),
        "is_button": isinstance(widget, QAbstractButton),
        "is_checked": isinstance(widget, QAbstractButton) and widget.isChecked(),
        "kind": type(widget).__name__,
        "names": [name for name in _names(widget) if name],
        "has_focus": widget.hasFocus(),
    }


def main() -> int:
    """Start the panel with a probe in it."""
    endpoint, *arguments = sys.argv[1:]
    make = application.make_application
    kept: list[Probe] = []

    def make_with_probe(*args: Any) -> QApplication:
        made = make(*args)
        if not kept:
            kept.append(Probe(endpoint))
        return made

    application.make_application = make_with_probe
    sys.argv = ["tiepoint", "panel", *arguments]
    from tiepoint.cli import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
