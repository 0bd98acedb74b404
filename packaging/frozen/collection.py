"""What of the program and of its libraries has to be named to PyInstaller, because nothing that it reads names them.

Children's modules are named by strings, the 3D view imports VTK by name, plug-ins are found by entry points. Runs in
the clean environment, inside PyInstaller.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PyInstaller.utils.hooks import collect_data_files, collect_submodules, copy_metadata

from tiepoint.ui.viewer.library import MODULES

ROOT: Final = Path(__file__).resolve().parents[2]
# numba decides by a module's source file where its compiled cache goes; ours travel along for that. The agent's are
# packed for other machines, and one of them runs in Agisoft's Python.
_SOURCES: Final = (
    "__init__.py",
    "__main__.py",
    *(f"{part}/**/*.py" for part in ("agent", "daemon", "domain", "engine", "protocol", "runtime")),
    "protocol/**/*.json",
)
# Asked for their versions by the engine and the doctor; asyncssh's and websockets' licences ask to travel along.
_METADATA: Final = (
    "asyncssh",
    "distributed",
    "numba",
    "numpy",
    "opencv-python-headless",
    "pillow",
    "pi-heif",
    "pycolmap",
    "rawpy",
    "scipy",
    "tiepoint",
    "trimesh",
    "websockets",
)
_MADE_HERE: Final = frozenset({"direct_url.json", "INSTALLER", "RECORD", "REQUESTED"})


def hidden_imports() -> list[str]:
    """Return the modules that are imported by name only."""
    return [
        *collect_submodules("tiepoint"),
        *collect_submodules("distributed", filter=lambda name: ".tests" not in name and "dashboard" not in name),
        *collect_submodules("dask", filter=lambda name: ".tests" not in name and "dataframe" not in name),
        *collect_submodules("numba", filter=lambda name: ".tests" not in name and "cuda" not in name),
        "pi_heif",
        "rawpy",
        "scipy.sparse.csgraph",
        "scipy.spatial",
        *(f"vtkmodules.{name}" for name in (*MODULES, "util.numpy_support")),
    ]


def data_files() -> list[tuple[str, str]]:
    """Return the files that travel along, each with its folder in the frozen program."""
    found = [
        (str(ROOT / "resources"), "tiepoint/_resources"),
        (str(ROOT / "infra"), "tiepoint/_infra"),
        *collect_data_files("tiepoint", include_py_files=True, includes=list(_SOURCES)),
        *collect_data_files("distributed", includes=["*.yaml"]),
        *collect_data_files("dask", includes=["*.yaml"]),
        *collect_data_files("trimesh", includes=["resources/**"]),
    ]
    for name in _METADATA:
        found += _metadata(name)
    return found


def _metadata(name: str) -> list[tuple[str, str]]:
    """Return a distribution's metadata without what tells where it was installed from and to."""
    found = []
    for source, folder in copy_metadata(name):
        files = [path for path in Path(source).rglob("*") if path.is_file()]
        base = Path(source)
        found += [
            (str(path), (Path(folder) / path.relative_to(base).parent).as_posix())
            for path in files
            if path.name not in _MADE_HERE
        ]
    return found
