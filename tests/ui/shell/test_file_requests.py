"""Files that macOS asks for by events: kept until the window is there, then opened as they come."""

from __future__ import annotations

import os
import subprocess
import sys

_PANEL = """
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent
from tiepoint.ui.application import make_application
from tiepoint.ui.file_requests import hand_files_to

application = make_application()
taken = []
application.sendEvent(application, QFileOpenEvent("/photos/early.glb"))
application.sendEvent(application, QFileOpenEvent(QUrl("https://nothing.example/to/open")))
assert taken == []
hand_files_to(taken.append)
application.sendEvent(application, QFileOpenEvent("/photos/a later folder"))
hand_files_to(None)
application.sendEvent(application, QFileOpenEvent("/photos/too late.glb"))
print([[str(path) for path in paths] for paths in taken])
"""


def test_early_ones_wait_and_later_ones_come_at_once() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", _PANEL], capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[['/photos/early.glb'], ['/photos/a later folder']]"
