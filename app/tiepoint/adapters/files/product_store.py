"""Products as files: from a job's folder on this computer into the folder a person named.

Must not judge them. Blocking work runs in threads; progress is told on the loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import filecmp
import json
import os
import shutil
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tiepoint.adapters.files.errors import writing_failed
from tiepoint.adapters.files.threads import stoppable
from tiepoint.domain.errors import InputError, OperationFailed
from tiepoint.domain.job import Job
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.product import PRODUCT_NAMES, RESULT
from tiepoint.ports.capture_store import Report

_FOLDER = "products"


class FolderProductStore:
    """Implements `ports.product_store.ProductStore` for jobs of this computer."""

    async def prepare(self, output: Path) -> int:
        """Make the output folder and try that it can be written."""
        return await asyncio.to_thread(_prepared, output)

    async def deliver(self, job: Job, output: Path, report: Report) -> Mapping[str, Path]:
        """Bring whole products into the output folder."""
        loop = asyncio.get_running_loop()

        def tell(done: int, total: int) -> None:
            loop.call_soon_threadsafe(report, OperationProgress("deliver", done, total, "bytes"))

        return await stoppable(lambda stop: _delivered(job, output, tell, stop))

    async def result(self, output: Path) -> Mapping[str, Any]:
        """Read `result.json` of an output folder."""
        return await asyncio.to_thread(_result, output)


def _prepared(output: Path) -> int:
    if os.path.isfile(output):
        raise InputError(f"{output} is a file, not a folder.", remedy="Name a folder for the output.")
    probe = output / f".tiepoint-probe-{os.getpid()}"
    try:
        output.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"probe")
        probe.unlink()
        protected = [name for name in PRODUCT_NAMES if _is_protected(output / name)]
        free = shutil.disk_usage(output).free
    except OSError as error:
        raise writing_failed(output, error, kind=InputError) from error
    if protected:
        raise InputError(
            f"The product {protected[0]} would replace something in {output} that is not to be replaced.",
            remedy="Move it away or make it writable, or choose another folder.",
        )
    return free


def _is_protected(place: Path) -> bool:
    """Whether what lies at a product's place is read-only, or a folder where a file goes or the other way round."""
    try:
        mode = place.lstat().st_mode
    except FileNotFoundError:
        return False
    if place.suffix:
        return not mode & stat.S_IWUSR or stat.S_ISDIR(mode)
    return not stat.S_ISDIR(mode)


def _delivered(job: Job, output: Path, tell: Callable[[int, int], None], stop: threading.Event) -> dict[str, Path]:
    source = Path(job.folder or "") / _FOLDER
    if job.folder is None or not source.is_dir():
        raise OperationFailed(
            "The folder of the job is gone, and its products with it.",
            remedy="Run the job again.",
            retryable=True,
            detail=str(source),
        )
    files = list(_files(source))
    total, done = sum(file.stat().st_size for file in files), 0
    try:
        output.mkdir(parents=True, exist_ok=True)
        for file in files:
            if stop.is_set():
                break
            _bring(file, output / file.relative_to(source))
            done += file.stat().st_size
            tell(done, total)
    except OSError as error:
        raise writing_failed(output, error, kind=InputError) from error
    return {name: output / name for name in PRODUCT_NAMES if _is_there(source / name)}


def _files(folder: Path) -> Iterator[Path]:
    """Whole files only: what is still being written has a hidden name."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield path


def _bring(source: Path, target: Path) -> None:
    found = source.stat()
    with contextlib.suppress(OSError):
        there = target.stat()
        if (there.st_dev, there.st_ino) == (found.st_dev, found.st_ino):
            return
        if there.st_size == found.st_size and filecmp.cmp(source, target, shallow=False):
            return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name[:80]}.{os.getpid()}.part")
    try:
        shutil.copy2(source, part)
        part.replace(target)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _is_there(path: Path) -> bool:
    return path.is_file() or (path.is_dir() and any(path.iterdir()))


def _result(output: Path) -> dict[str, Any]:
    try:
        content = json.loads((output / RESULT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
