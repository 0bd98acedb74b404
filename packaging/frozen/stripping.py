"""Takes the symbol tables, which only a debugger reads, out of libraries on Linux, where the library survives it.

Wheels' repair tools move parts of libraries about, and `strip` breaks some of those. So every result is looked into
before it takes the place of the original. Standard library and binutils' strip only.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

_PT_LOAD: Final = 1
_WORTH_BYTES: Final = 64 * 1024


def strip(folder: Path) -> int:
    """Strip what can be stripped below a folder.

    Args:
        folder: The frozen program's.

    Returns:
        Bytes saved; 0 where this computer has no `strip`.
    """
    if shutil.which("strip") is None:
        sys.stderr.write("strip (binutils) is not there: symbol tables stay in\n")
        return 0
    saved = 0
    for library in sorted(folder.rglob("*.so*")):
        if library.is_file() and not library.is_symlink():
            saved += _strip(library)
    return saved


def is_sound(library: Path) -> bool:
    """Return whether each loadable part of a 64-bit ELF file lies where the loader can map it.

    Args:
        library: The file. Its address and its offset have to agree modulo their alignment (System V ABI, chapter 5).
    """
    with library.open("rb") as file:
        header = file.read(64)
        if header[:5] != b"\x7fELF\x02":
            return False
        (start,) = struct.unpack_from("<Q", header, 32)
        size, count = struct.unpack_from("<HH", header, 54)
        file.seek(start)
        table = file.read(size * count)
    for index in range(count):
        kind, _flags, offset, address, _physical, _file, _memory, alignment = struct.unpack_from(
            "<IIQQQQQQ", table, index * size
        )
        if kind == _PT_LOAD and alignment and (address - offset) % alignment:
            return False
    return True


def _strip(library: Path) -> int:
    before = library.stat().st_size
    handle, name = tempfile.mkstemp(dir=library.parent, prefix=".strip-")
    os.close(handle)
    stripped = Path(name)
    try:
        done = subprocess.run(["strip", "--strip-unneeded", "-o", name, str(library)], capture_output=True, check=False)
        saved = before - stripped.stat().st_size
        if done.returncode or saved < _WORTH_BYTES or not is_sound(stripped):
            return 0
        shutil.copymode(library, stripped)
        stripped.replace(library)
        return saved
    finally:
        stripped.unlink(missing_ok=True)
