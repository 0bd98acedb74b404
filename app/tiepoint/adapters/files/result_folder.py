"""Which files of a folder make up a result, and which one to show. Blocking; any thread."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tiepoint.adapters.files.heads.head import Head
from tiepoint.adapters.files.heads.reading import MODEL_SUFFIXES, model_file
from tiepoint.domain.errors import InputError
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import is_id
from tiepoint.domain.model_facts import ModelFile, ModelFormat, ProductFile
from tiepoint.domain.plain_text import plain
from tiepoint.domain.product import MODEL, PRODUCT_NAMES, REPORT, RESULT

CLOUD: Final = "cloud.ply"
_PREFERRED: Final = (MODEL, "model.obj", "model.ply", "mesh.ply")
_MOST_MODELS: Final = 20


@dataclass(frozen=True, slots=True)
class ResultFolder:
    """What is to be opened.

    Attributes:
        folder: Where the products lie.
        model: The file to show.
        head: What its head says.
        cloud: The cloud, when there is one.
        has_products: Whether the folder's result.json and other products are about this model.
        problems: Models that could not be read.
    """

    folder: Path
    model: ModelFile
    head: Head
    cloud: ModelFile | None
    has_products: bool
    problems: tuple[Failure, ...]


def opened_folder(path: Path) -> ResultFolder:
    """Find out what a path holds: a folder of products, a job's folder, one of its products, or a model file.

    Raises:
        InputError: There is no model and no cloud that can be read.
    """
    if path.name in {RESULT, REPORT, "cameras.json", "preview.png"} and path.parent.is_dir():
        path = path.parent
    if path.is_dir():
        return _of_folder(path)
    model, head = model_file(path)
    is_product = path.name in PRODUCT_NAMES and (path.parent / RESULT).exists()
    cloud = _cloud(path.parent, []) if is_product else None
    if cloud is None and model.format is ModelFormat.PLY_CLOUD:
        cloud = model
    return ResultFolder(path.parent, model, head, cloud, is_product, ())


def products_of(folder: Path) -> tuple[ProductFile, ...]:
    """Return the products that are there, in their usual order, with their bytes."""
    found = []
    for name in PRODUCT_NAMES:
        path = folder / name
        size = _size_bytes(path)
        if size is not None:
            extra = sum(_size_bytes(companion) or 0 for companion in _companions(folder)) if name == "model.obj" else 0
            found.append(ProductFile(name, path, size + extra))
    return tuple(found)


def capture_of(folder: Path, captures: Path, capture_id: str) -> Path | None:
    """Return the folder of the capture a result was made of, if it is here.

    Args:
        folder: Where the products lie; a job's own lie inside its capture.
        captures: Folder of all captures.
        capture_id: What result.json says.
    """
    around = list(folder.absolute().parents)[:4]
    named = [captures / capture_id] if is_id(capture_id) else []
    return next((place for place in (*around, *named) if (place / "capture.json").is_file()), None)


def candidates(folder: Path) -> list[Path]:
    """Return the model files of a folder, those first that are to be shown first; the cloud of a job comes last."""
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if Path(entry.name).suffix.lower() in MODEL_SUFFIXES)
    preferred = [name for name in _PREFERRED if name in names]
    others = [name for name in names if name not in preferred and name != CLOUD and not name.startswith(".")]
    others.sort(key=lambda name: MODEL_SUFFIXES.index(Path(name).suffix.lower()))
    return [folder / name for name in [*preferred, *others[:_MOST_MODELS], *([CLOUD] if CLOUD in names else [])]]


def _of_folder(path: Path) -> ResultFolder:
    problems: list[Failure] = []
    for folder in (path, path / "products"):
        if not folder.is_dir():
            continue
        for candidate in _listed(folder):
            try:
                model, head = model_file(candidate)
            except InputError as error:
                problems.append(Failure.of(error))
                continue
            cloud = model if model.format is ModelFormat.PLY_CLOUD else _cloud(folder, problems)
            return ResultFolder(folder, model, head, cloud, True, tuple(problems))
    if problems:
        raise problems[0].as_error()
    raise InputError(
        f"There is no model in {plain(str(path))}.", remedy="Choose a folder of products, or a GLB, OBJ or PLY file."
    )


def _listed(folder: Path) -> list[Path]:
    try:
        return candidates(folder)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(
            f"The folder {plain(str(folder))} cannot be read: {reason}.",
            remedy="Give yourself the right to read it.",
            detail=str(error),
        ) from error


def _cloud(folder: Path, problems: list[Failure]) -> ModelFile | None:
    if not (folder / CLOUD).exists():
        return None
    try:
        return model_file(folder / CLOUD)[0]
    except InputError as error:
        problems.append(Failure.of(error))
        return None


def _companions(folder: Path) -> Iterator[Path]:
    yield folder / "model.mtl"
    yield from sorted(folder.glob("model_texture*"))


def _size_bytes(path: Path) -> int | None:
    """Return the bytes of a file or of a folder's files; None for what is not there or is neither."""
    try:
        found = path.stat()
        if stat.S_ISREG(found.st_mode):
            return found.st_size
        if not stat.S_ISDIR(found.st_mode):
            return None
        with os.scandir(path) as entries:
            sizes = [entry.stat(follow_symlinks=False).st_size for entry in entries if entry.is_file()]
        return sum(sizes) if sizes else None
    except OSError:
        return None
