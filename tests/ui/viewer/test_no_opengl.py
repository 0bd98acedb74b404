"""Without OpenGL the view says so once and everything else goes on; importing it loads nothing heavy."""

from __future__ import annotations

import os
import subprocess
import sys

SCRIPT = """
import sys, pathlib, numpy
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from tiepoint.ui.viewer import *
heavy = [name for name in sys.modules if name.split(".")[0] in {"vtkmodules", "vtk", "pyvista", "pyvistaqt"}]
assert not heavy, heavy
application = QApplication([])
view = ModelView()
said = []
view.no_opengl.connect(said.append)
view.open_model(pathlib.Path("model.glb"))
view.resize(400, 300)
view.show()
def look():
    assert view.state is ViewerState.NO_OPENGL, view.state
    assert len(said) == 1, said
    assert not view.is_loading
    view.set_mode(DisplayMode.POINTS); view.fit(); view.look_from(Direction.TOP); view.set_turntable(True)
    view.update_cloud(numpy.zeros((3, 3), numpy.float32)); view.set_measuring(True); view.set_photos([])
    assert isinstance(view.screenshot().exception(), Exception)
    assert view.pick(1, 1).result() is None
    view.grab()
    view.hide(); view.show()
    assert len(said) == 1
    heavy = [name for name in sys.modules if name.split(".")[0] in {"vtkmodules", "vtk", "pyvista", "pyvistaqt"}]
    assert not heavy, heavy
    view.close()
    print("fine:", said[0])
    application.quit()
QTimer.singleShot(300, look)
QTimer.singleShot(20000, lambda: application.exit(3))
sys.exit(application.exec())
"""


def test_without_opengl_the_view_says_so_once() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("DISPLAY", None)
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", SCRIPT], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fine:" in done.stdout
