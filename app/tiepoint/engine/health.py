"""The child role `health`: which libraries the engine has, and whether its compiled code is cached.

Prints one JSON object on stdout. Must not compile or change anything. Main thread.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import sys
from collections.abc import Sequence
from typing import Any, Final

from tiepoint.runtime.compiled_code import is_compiled

_LIBRARIES: Final = {
    "pycolmap": "pycolmap",
    "numba": "numba",
    "cv2": "opencv-python-headless",
    "scipy": "scipy",
    "trimesh": "trimesh",
    "PIL": "pillow",
    "pi_heif": "pi-heif",
    "rawpy": "rawpy",
    "distributed": "distributed",
}


def main(args: Sequence[str]) -> int:
    """Load every library, so that one that is there but broken is found too.

    Args:
        args: None.

    Returns:
        0; what is missing is in the answer.
    """
    versions: dict[str, str] = {}
    for module, package in _LIBRARIES.items():
        try:
            importlib.import_module(module)
            versions[package] = importlib.metadata.version(package)
        except (ImportError, OSError) as error:
            _print({"type": "error", **_missing(package, error)})
            return 0
    _print({"versions": versions, "is_warm": is_compiled()})
    return 0


def _missing(package: str, error: Exception) -> dict[str, str]:
    return {
        "kind": "setup",
        "summary": f"The library {package}, which the engine needs, cannot be loaded.",
        "remedy": "Install Tiepoint again.",
        "detail": f"{type(error).__name__}: {error}",
    }


def _print(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
