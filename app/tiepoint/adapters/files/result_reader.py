"""Results in folders of this computer: what they are and what they say of themselves.

Must not load geometry or change anything. Reading runs in a thread; nothing read is trusted.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import stat
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from tiepoint.adapters.files.camera_document import camera_entries, camera_of, frame_of_cameras
from tiepoint.adapters.files.json_values import JsonObject
from tiepoint.adapters.files.result_document import facts_of, frame_facts
from tiepoint.adapters.files.result_folder import ResultFolder, candidates, capture_of, opened_folder, products_of
from tiepoint.domain.errors import InputError
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import is_id
from tiepoint.domain.model_facts import Camera, ModelFacts, ScaleSource, Timing
from tiepoint.domain.plain_text import plain
from tiepoint.domain.product import PREVIEW, REPORT, RESULT
from tiepoint.ports.result_reader import Presence, ResultPlace

_LARGEST_RESULT_BYTES: Final = 64 << 20
_LARGEST_CAMERAS_BYTES: Final = 512 << 20
_MOST_NAMED: Final = 6
_CAMERAS_AT_ONCE: Final = 20
_PAUSE_S: Final = 0.001
CAMERAS: Final = "cameras.json"
_AGAIN: Final = "Copy the products again, or run the job again."


class FolderResultReader:
    """Implements `ports.result_reader.ResultReader`.

    Args:
        captures: Folder of the captures, in which photos of a result are looked for.
    """

    def __init__(self, captures: Path) -> None:
        self._captures = captures

    async def presence(self, paths: Sequence[Path]) -> Mapping[Path, Presence]:
        """Say of each folder or file whether there is something to open."""
        return await asyncio.to_thread(lambda: {path: _presence(path) for path in paths})

    async def read(self, place: ResultPlace) -> ModelFacts:
        """Read everything a result says of itself."""
        return await asyncio.to_thread(_read, place, self._captures)


def _presence(path: Path) -> Presence:
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            folders = (path, path / "products")
            is_there = any(candidates(folder) for folder in folders if folder.is_dir())
        else:
            is_there = stat.S_ISREG(found.st_mode) and found.st_size > 0
    except (OSError, ValueError):
        return Presence.MISSING
    return Presence.THERE if is_there else Presence.EMPTY


def _read(place: ResultPlace, captures: Path) -> ModelFacts:
    found = _opened(place.path)
    problems = list(found.problems)
    result, digest = _result(found, problems)
    facts = {**_told(found, result)}
    capture = place.capture or capture_of(found.folder, captures, result.text("capture"))
    cameras = _cameras(found, capture, facts, problems)
    if result.strange:
        problems.append(_strange(found.folder / RESULT, result.strange))
    timing = replace(facts.pop("timing", Timing()), wall_s=place.wall_s)
    return ModelFacts(
        key=digest or _key(found.model.path),
        title=place.title or result.text("name") or plain(found.model.path.stem),
        folder=found.folder,
        model=found.model,
        cloud=found.cloud,
        products=products_of(found.folder) if found.has_products else (),
        vertices=found.model.vertices,
        timing=timing,
        report=_file(found, REPORT),
        preview=_file(found, PREVIEW),
        capture=capture,
        job=place.job or _job_of(found.folder),
        cameras=cameras,
        problems=tuple(problems),
        **facts,
    )


def _opened(path: Path) -> ResultFolder:
    try:
        return opened_folder(path)
    except (OSError, ValueError) as error:  # a loop of links, a name with a zero byte
        raise InputError(
            f"{plain(str(path))} cannot be opened.", remedy="Choose another file.", detail=str(error)
        ) from error


def _told(found: ResultFolder, result: JsonObject) -> dict[str, Any]:
    """Return the facts: what result.json tells, else what the model file itself does."""
    facts = facts_of(result)
    own = frame_facts(JsonObject(found.head.frame))
    if facts["scale"].source is ScaleSource.UNKNOWN:
        facts |= own
    facts["faces"] = found.model.faces or facts["faces"]
    facts["points"] = (found.cloud.vertices if found.cloud else None) or facts["points"]
    facts["texture_px"] = found.model.texture_px or facts["texture_px"]
    return facts


def _result(found: ResultFolder, problems: list[Failure]) -> tuple[JsonObject, str]:
    """Return result.json and a digest of it; empty ones when it is not there or broken."""
    path = found.folder / RESULT
    if not found.has_products:
        return JsonObject({}), ""
    try:
        data = _bytes(path, _LARGEST_RESULT_BYTES)
        content = json.loads(data)
    except FileNotFoundError:
        problems.append(_missing(path, "accuracy, scale and times"))
        return JsonObject({}), ""
    except (OSError, ValueError, RecursionError) as error:
        problems.append(_broken(path, "accuracy, scale and times", error))
        return JsonObject({}), ""
    if not isinstance(content, dict):
        problems.append(_broken(path, "accuracy, scale and times", ValueError("it is no object")))
        return JsonObject({}), ""
    return JsonObject(content), hashlib.sha256(data).hexdigest()[:32]


def _cameras(
    found: ResultFolder, capture: Path | None, facts: dict[str, Any], problems: list[Failure]
) -> tuple[Camera, ...]:
    path = found.folder / CAMERAS
    if not found.has_products:
        return ()
    cameras: list[Camera] = []
    left_out = 0
    try:
        text = _bytes(path, _LARGEST_CAMERAS_BYTES).decode("utf-8")
        if facts["scale"].source is ScaleSource.UNKNOWN:
            facts |= frame_facts(frame_of_cameras(text))
        photos = None if capture is None else capture / "photos"
        for number, entry in enumerate(camera_entries(text)):
            if number % _CAMERAS_AT_ONCE == _CAMERAS_AT_ONCE - 1:
                time.sleep(_PAUSE_S)  # the loop's thread must get its turn
            if entry.get("aligned") is True:
                camera = camera_of(entry, photos)
                left_out += camera is None
                cameras += [camera] if camera is not None else []
    except FileNotFoundError:
        problems.append(_missing(path, "cameras"))
    except (OSError, ValueError) as error:
        problems.append(_broken(path, "cameras", error))
    if left_out:
        problems.append(
            Failure("input", f"{left_out} cameras in {plain(str(path))} make no sense and are left out.", _AGAIN)
        )
    return tuple(cameras)


def _bytes(path: Path, largest_bytes: int) -> bytes:
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise ValueError("it is no file")
    if found.st_size > largest_bytes:
        raise ValueError("it is too large")
    return path.read_bytes()


def _missing(path: Path, what: str) -> Failure:
    summary = f"There is no {path.name} beside the model, so its {what} are not known."
    return Failure("input", summary, "Open the folder that holds all products of the job.")


def _broken(path: Path, what: str, error: Exception) -> Failure:
    summary = f"{plain(str(path))} cannot be read, so the model's {what} are not known."
    return Failure("input", summary, _AGAIN, detail=str(error))


def _strange(path: Path, names: set[str]) -> Failure:
    listed = sorted(names)
    more = f" and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
    summary = f"{plain(str(path))} holds values that make no sense: {plain(', '.join(listed[:_MOST_NAMED]))}{more}."
    return Failure("input", summary, _AGAIN)


def _file(found: ResultFolder, name: str) -> Path | None:
    path = found.folder / name
    return path if found.has_products and path.is_file() else None


def _key(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:32]


def _job_of(folder: Path) -> str:
    """Return the id of the job whose folder of products this is; empty for another folder."""
    job = folder.absolute().parent
    return job.name if folder.name == "products" and job.parent.name == "jobs" and is_id(job.name) else ""
