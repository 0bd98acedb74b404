"""What of everything that PyInstaller finds is left out of the frozen folder, and why. Pure functions over names.

Three kinds: libraries of the build machine, which the system that runs the program has to bring itself in a version
that fits its own graphics drivers; parts of Qt and VTK that the program never loads; and modules for developers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from pathlib import PurePosixPath
from typing import Final, NamedTuple, TypeAlias

Entry: TypeAlias = tuple[str, str, str]
"""PyInstaller's own: name in the folder, where it comes from (of a link: what it points to), its kind."""

EXCLUDED_MODULES: Final = (
    "IPython",
    "_curses",
    "_distutils_hack",
    "_pytest",
    "_tkinter",
    "bokeh",
    "curses",
    "dask.dataframe",
    "fontTools",
    "hypothesis",
    "idlelib",
    "ipywidgets",
    "lib2to3",
    "matplotlib",
    "mypy",
    "numba.cuda",
    "pandas",
    "pip",
    "pkg_resources",
    "pydoc_data",
    "pytest",
    "pyvista",
    "pyvistaqt",
    "readline",
    "setuptools",
    "test",
    "tkinter",
    "torch",
    "wheel",
)
"""Modules that libraries try to import and do without. matplotlib and pyvista: nothing of ours imports them."""

PYTHONS_OWN: Final = ("libbz2", "libcrypto", "libffi", "libpython", "libsqlite3", "libssl")
"""What Python itself is linked with on Linux, and other systems have in other versions or not at all. Whatever else
comes from the build machine is not taken along: the C and C++ run-time libraries, X11, OpenGL, fontconfig, GLib, D-Bus
and Kerberos belong to the drivers and the desktop of the machine that runs the program."""

QT_PLUGINS: Final = {
    "iconengines": (),
    "imageformats": ("qjpeg", "qsvg", "qico", "qwebp"),
    "platforminputcontexts": None,
    "platforms": ("qcocoa", "qoffscreen", "qwayland", "qwindows", "qxcb"),
    "platformthemes": ("qxdgdesktopportal",),
    "styles": (),
    "wayland-decoration-client": None,
    "wayland-graphics-integration-client": None,
    "wayland-shell-integration": None,
    "xcbglintegrations": None,
}
"""Kinds of Qt plugins that stay, with the beginnings of their names; None = all. The look, Fusion, is built in."""

QT_UNUSED: Final = ("Qt6EglFs", "Qt6EGLFS", "Qt6Pdf", "Qt6Qml", "Qt6Quick", "Qt6Sql", "Qt6Test", "Qt6VirtualKeyboard")
HOOKS_LATER: Final = ("pyi_rth_inspect", "pyi_rth_multiprocessing", "pyi_rth_pkgutil")
"""Start-up code of PyInstaller's that `entry.py` runs where it is needed: in our children, and in what multiprocessing
starts. At every start it would import a good part of the standard library."""
HOOKS_LEFT_OUT: Final = frozenset(
    {*HOOKS_LATER, "pyi_rth_pyside6", "pyi_rth_cryptography_openssl", "pyi_rth_mplconfig", "pyi_rth_setuptools"}
)
"""Start-up code that does not run by itself. Qt's would load Qt into every process, the agent and `--version` too;
PySide6 finds its own plugins, for it lies in the folder as in the wheel. The others prepare what is not used."""
_UNREAD: Final = (".pyi", ".pyx", ".pxd", ".h", ".hpp", ".c", ".cpp", ".f", ".a", ".lib", ".cmake")


class Places(NamedTuple):
    """Folders of the build machine whose files may travel, with forward slashes.

    Args:
        libraries: The clean environment's.
        python: Python's own.
        own: The repository.
    """

    libraries: str
    python: str
    own: str


def pruned(entries: Iterable[Entry], places: Places, system: str) -> list[Entry]:
    """Return the entries that stay.

    Args:
        entries: All that PyInstaller collected, libraries and data; links are kept only with what they lead to.
        places: Where files may come from.
        system: As sys.platform says it.
    """
    wanted = [entry for entry in entries if _is_wanted(entry, places, system)]
    names = {_slashed(name) for name, _, kind in wanted if kind != "SYMLINK"}
    there = names | {str(folder) for name in names for folder in PurePosixPath(name).parents}
    links = {_slashed(entry[0]): _target(entry) for entry in wanted if entry[2] == "SYMLINK"}
    return [entry for entry in wanted if entry[2] != "SYMLINK" or _leads(_slashed(entry[0]), links, there)]


def _is_wanted(entry: Entry, places: Places, system: str) -> bool:
    name, source, kind = entry[0], entry[1], entry[2]
    path = PurePosixPath(_slashed(name))
    if system == "linux" and kind in {"BINARY", "EXTENSION"} and _of_the_system(source, path, places):
        return False
    if system == "linux" and kind == "SYMLINK" and len(path.parts) == 1:
        return False  # a second name for a library of a wheel, which finds its own by itself: one place, one file
    if path.suffix in _UNREAD and path.parts[0] != "tiepoint":
        return False
    if "tests" in path.parts[:-1] and path.parts[0] != "tiepoint":
        return False
    if path.parts[0] == "PySide6" or path.name.startswith("libQt6"):
        return _is_wanted_of_qt(path)
    return not (path.parts[0] == "vtkmodules" and path.name.startswith("vtkFiltersVerdict."))


def _of_the_system(source: str, path: PurePosixPath, places: Places) -> bool:
    found = _slashed(source)
    if any(found.startswith(f"{place}/") for place in (places.libraries, places.own)):
        return False
    if found.startswith(f"{places.python}/"):
        return False
    return not any(path.name.startswith(own) for own in PYTHONS_OWN)


def _is_wanted_of_qt(path: PurePosixPath) -> bool:
    if any(unused in path.name for unused in QT_UNUSED):
        return False
    parts = path.parts
    if "translations" in parts:  # no translation of Qt's own words is ever loaded
        return False
    if "plugins" not in parts[:-2]:
        return True
    kind = parts[parts.index("plugins") + 1]
    if kind not in QT_PLUGINS:
        return False
    beginnings = QT_PLUGINS[kind]
    return beginnings is None or path.name.removeprefix("lib").startswith(beginnings)


def _leads(name: str, links: Mapping[str, str], there: Set[str]) -> bool:
    """Return whether a link leads to something that is there, be it over other links."""
    for _ in range(len(links) + 1):
        if name in there:
            return True
        parts = PurePosixPath(name).parts
        heads = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
        head = next((each for each in heads if each in links), None)
        if head is None:
            return False
        name = links[head] + name[len(head) :]
    return False


def _target(link: Entry) -> str:
    """Return the name of what a link leads to."""
    parts: list[str] = []
    for part in (*PurePosixPath(_slashed(link[0])).parent.parts, *PurePosixPath(_slashed(link[1])).parts):
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _slashed(path: str) -> str:
    return path.replace("\\", "/")
