"""A second start of the panel: it hands its files to the panel that runs already, and ends. GUI thread only."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from tiepoint.ui.opening import Opening

_WAIT_MS: Final = 2000
_MOST_BYTES: Final = 16_000_000


class OtherStarts(QObject):
    """Listens for later starts of the same user.

    Args:
        name: Of the private endpoint.
        on_start: Hears what they wanted to open.
    """

    def __init__(self, name: str, on_start: Callable[[Opening], None]) -> None:
        super().__init__()
        self._on_start = on_start
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        QLocalServer.removeServer(name)
        self._server.listen(name)

    def _on_connection(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda each=socket: _end_if_endless(each))
            socket.disconnected.connect(lambda each=socket: self._on_whole(each))

    def _on_whole(self, socket: QLocalSocket) -> None:
        text = bytes(socket.readAll().data()) if socket.bytesAvailable() else b""
        socket.deleteLater()
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            return
        if isinstance(message, dict):
            self._on_start(Opening.from_message(message))


def _end_if_endless(socket: QLocalSocket) -> None:
    if socket.bytesAvailable() > _MOST_BYTES:
        socket.abort()


def hand_over(name: str, opening: Opening) -> bool:
    """Give what was to be opened to the panel that runs already.

    Returns:
        Whether it took it.
    """
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_WAIT_MS):
        return False
    socket.write(json.dumps(opening.to_message()).encode())
    is_written = socket.waitForBytesWritten(_WAIT_MS)
    socket.disconnectFromServer()
    return is_written
