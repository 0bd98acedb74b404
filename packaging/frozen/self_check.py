"""Looks into the frozen program from inside, for tests: `tiepoint --self-check WHAT`, answered by one line of JSON.

spawn       whether multiprocessing starts processes from the frozen program
libraries   which files the loader really took for Qt, VTK and Python, and whether they lie in the folder
modules     whether every module of ours can be imported, and the libraries that are imported only when needed
start       when the panel's window can be used (start_probe.py; a line of its own kind)
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import pkgutil
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

_NEEDED_LATER: Final = (
    "PySide6.QtSvg",
    "PySide6.QtNetwork",
    "azure.identity",
    "azure.keyvault.secrets",
    "azure.mgmt.compute",
    "azure.mgmt.network",
    "azure.storage.blob",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "cv2",
    "distributed",
    "keyring.backends",
    "numba",
    "pi_heif",
    "pycolmap",
    "rawpy",
    "reportlab.pdfgen.canvas",
    "scipy.sparse.csgraph",
    "scipy.spatial",
    "trimesh.exchange.obj",
)


def main(args: Sequence[str]) -> int:
    """Answer one question and return 0, or 2 for a question that is not known."""
    if list(args) == ["start"]:
        import start_probe

        return start_probe.main()
    checks: dict[str, Callable[[], dict[str, Any]]] = {"spawn": _spawn, "libraries": _libraries, "modules": _modules}
    if len(args) != 1 or args[0] not in checks:
        sys.stderr.write(f"--self-check {'|'.join(checks)}\n")
        return 2
    sys.stdout.write(json.dumps(checks[args[0]]()) + "\n")
    return 0


def square(number: int) -> tuple[int, int]:
    """Return a number's square, and who worked it out."""
    return number * number, os.getpid()


def _spawn() -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        answers = pool.map(square, range(4))
    others = {process for _, process in answers} - {os.getpid()}
    return {"squares": [found for found, _ in answers], "others": len(others)}


def _libraries() -> dict[str, Any]:
    importlib.import_module("PySide6.QtWidgets")
    importlib.import_module("PySide6.QtSvg")
    importlib.import_module("tiepoint.ui.viewer.library").load_library()
    core = importlib.import_module("PySide6.QtCore")
    return {"loaded": sorted(_mapped()), "qt": core.QLibraryInfo.build()}


def _mapped() -> set[str]:
    with open("/proc/self/maps", encoding="utf-8") as maps:
        paths = {line.split(maxsplit=5)[5].strip() for line in maps if line.count("/")}
    return {path for path in paths if ".so" in path}


def _modules() -> dict[str, Any]:
    import tiepoint

    ours = [found.name for found in pkgutil.walk_packages(tiepoint.__path__, "tiepoint.")]
    broken = {}
    for name in (*ours, *_NEEDED_LATER):
        if name.endswith("__main__") or name in _FOREIGN:
            continue
        try:
            importlib.import_module(name)
        except ImportError as error:
            broken[name] = str(error)
    return {"ours": len(ours), "broken": broken}


_FOREIGN: Final = frozenset({"tiepoint.agent.backends.metashape.child"})
"""Runs in Agisoft's Python, whose module it imports."""
