"""A second start hands its files to the first one, also when that one is only just starting."""

from __future__ import annotations

import json
import socket
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from patience import PATIENCE_S
from tiepoint import panel_start
from tiepoint.runtime import folders
from tiepoint.runtime.locks import FileLock
from tiepoint.ui.opening import Opening

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the endpoint is a pipe there")


class LateAnswer(threading.Thread):
    """A panel that answers on its endpoint a while after its start."""

    def __init__(self, endpoint: Path, after_s: float) -> None:
        super().__init__(daemon=True)
        self._endpoint, self._after_s = endpoint, after_s
        self.heard = b""

    def run(self) -> None:
        threading.Event().wait(self._after_s)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(self._endpoint))
            server.listen()
            with server.accept()[0] as taken:
                while part := taken.recv(65536):
                    self.heard += part


def test_waits_for_a_panel_that_is_just_starting(qapp: QApplication, tiepoint_home: Path) -> None:
    lock = FileLock(folders.private_folder() / "panel.lock")
    assert lock.try_acquire()
    first = LateAnswer(folders.private_folder() / "panel.sock", after_s=0.5)
    first.start()
    try:
        assert panel_start.run_panel(Opening((Path("/a/photo.jpg"),))) == 0
    finally:
        lock.release()
    first.join(PATIENCE_S)
    assert json.loads(first.heard)["paths"] == ["/a/photo.jpg"]
