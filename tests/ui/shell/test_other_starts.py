"""What comes in on the panel's own endpoint: paths are handed on, nonsense and floods do nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from tiepoint.ui.opening import Opening
from tiepoint.ui.shell.other_starts import OtherStarts, hand_over

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the endpoint is a pipe there")


def _send(qtbot: QtBot, name: str, content: bytes) -> None:
    socket = QLocalSocket()
    socket.connectToServer(name)
    assert socket.waitForConnected(2000)
    for start in range(0, max(1, len(content)), 1_000_000):
        socket.write(content[start : start + 1_000_000])
        socket.flush()
        qtbot.wait(0)
        if socket.state() is not QLocalSocket.LocalSocketState.ConnectedState:
            return
    qtbot.waitUntil(lambda: socket.bytesToWrite() == 0 or not socket.isValid())
    socket.disconnectFromServer()


def test_paths_are_handed_over_and_nothing_else_is(qtbot: QtBot, tmp_path: Path) -> None:
    heard: list[Opening] = []
    name = str(tmp_path / "p.sock")
    starts = OtherStarts(name, heard.append)
    many = tuple(Path(f"/photos/{'x' * 200}/{number}.jpg") for number in range(10_000))
    for content in (b"", b"garbage", b"[" * 100_000, b"[1]", b'"', b"x" * 20_000_000):
        _send(qtbot, name, content)
    _send(qtbot, name, json.dumps({"paths": ["/a.jpg", 7, None], "preset": 3}).encode())
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [Opening((Path("/a.jpg"),))]
    _send(qtbot, name, json.dumps(Opening(many).to_message()).encode())
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert heard[1].paths == many
    starts.deleteLater()


def test_nobody_answers(qtbot: QtBot, tmp_path: Path) -> None:
    assert not hand_over(str(tmp_path / "none.sock"), Opening())
