"""Puts a toy in the place of every stage of the engine, in all processes of a program under test.

Python imports a module of this name at start when it finds one on PYTHONPATH, so the product needs no hook for tests.
"""

import importlib.abc
import importlib.util
import os
import socket
import sys
from pathlib import Path

_STAGES = "tiepoint.engine.stages."
_TOY = Path(__file__).with_name("toy_stage.py")


class _ToyFinder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):  # type: ignore[no-untyped-def]
        if not fullname.startswith(_STAGES):
            return None
        return importlib.util.spec_from_file_location(fullname, _TOY)


sys.meta_path.insert(0, _ToyFinder())

# Nodes on one machine that are called as those of a cluster are: by their homes' names.
if os.environ.get("TOY_HOSTS"):
    socket.gethostname = lambda: Path(os.environ["TIEPOINT_HOME"]).name

# A folder that hangs is given up sooner than for people.
if os.environ.get("TOY_ANSWER_S"):
    import tiepoint.runtime.folder_calls

    tiepoint.runtime.folder_calls.ANSWER_S = float(os.environ["TOY_ANSWER_S"])

# A worker that cannot even start: a broken library, say.
if os.environ.get("TOY_BROKEN_WORKERS") and "worker" in sys.orig_argv:
    sys.stderr.write("the toy worker is broken\n")
    os._exit(3)
