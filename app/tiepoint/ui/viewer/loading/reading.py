"""Chooses the reader by the file's ending, checked against its first bytes. Worker threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from tiepoint.domain.errors import Canceled, InputError
from tiepoint.ui.text import tr
from tiepoint.ui.viewer.loading.glb import read_glb
from tiepoint.ui.viewer.loading.obj import read_obj
from tiepoint.ui.viewer.loading.ply import read_ply
from tiepoint.ui.viewer.loading.source import Source
from tiepoint.ui.viewer.loading.stl import read_stl
from tiepoint.ui.viewer.surface import Model

READERS: Final[dict[str, Callable[[Source], Model]]] = {
    ".glb": read_glb,
    ".obj": read_obj,
    ".ply": read_ply,
    ".stl": read_stl,
}


def read_model(source: Source) -> Model:
    """Return the model in a file.

    Raises:
        InputError: The file cannot be read; the message names it and says why.
        Canceled: Nobody wants it any more.
    """
    source.size_bytes()
    reader = READERS.get(source.path.suffix.lower())
    if reader is None:
        raise source.refuse(tr("Viewer", "the viewer opens GLB, OBJ, PLY and STL files only"))
    try:
        # Damaged numbers overflow and are no numbers; what they make is checked, so numpy need not warn about them.
        with np.errstate(over="ignore", invalid="ignore"):
            return reader(source)
    except (InputError, Canceled):
        raise
    except MemoryError as error:
        raise source.refuse(tr("Viewer", "it does not fit into memory")) from error
    except Exception as error:  # noqa: BLE001 - a damaged file may break a reader in ways nobody thought of
        raise source.refuse(tr("Viewer", "it is damaged"), detail=repr(error)) from error
