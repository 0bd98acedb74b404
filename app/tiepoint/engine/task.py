"""A task of a stage, and running it at most once. Standard library only; runs in workers and their stage children.

A task names a function, its options and the files it reads and writes. Its manifest records a digest of all
that went in: a task whose manifest still fits is skipped, which is what makes a killed job resumable.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from tiepoint import __version__
from tiepoint.domain.errors import EngineFailure
from tiepoint.engine.job_folder import write_json

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Task:
    """One unit of work: files in, files out.

    Attributes:
        key: Unique within the job, "features/0003"; also the manifest's name.
        function: "module:function" below tiepoint.engine.stages.
        options: Everything that changes the result, as JSON values.
        inputs: Files and folders read, relative to the work folder; their content counts.
        outputs: Files and folders there when it is done, relative to the work folder.
        isolated: A long native call that runs in a child of the worker, to be killable.
        threads: Threads it may use.
        gpus: Graphics cards it needs; on a cluster it gets a node that has them free.
    """

    key: str
    function: str
    options: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    isolated: bool = False
    threads: int = 1
    gpus: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the task as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Task:
        """Return the task that `to_dict` described."""
        return cls(**{**data, "inputs": tuple(data["inputs"]), "outputs": tuple(data["outputs"])})


def manifest_path(work: Path, key: str) -> Path:
    """Return where the manifest of a task lies."""
    return work / "manifests" / f"{key}.json"


def is_done(work: Path, task: Task) -> bool:
    """Return whether the task ran with these inputs and options and its outputs are still there."""
    try:
        manifest = json.loads(manifest_path(work, task.key).read_text(encoding="utf-8"))
        whole = all(_size(work / name) == size for name, size in manifest["outputs"].items())
        return whole and set(manifest["outputs"]) == set(task.outputs) and manifest["digest"] == digest(work, task)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def run_task(work: Path, task: Task, progress: Progress) -> dict[str, Any]:
    """Run the task unless it is done, write its manifest and return it.

    Args:
        work: The job's work folder.
        task: What to run.
        progress: Called with (done, total or None) in the task's own unit.

    Raises:
        TiepointError: The stage's own failures.
        EngineFailure: An input is missing, or the function did not write what it promised.
    """
    path = manifest_path(work, task.key)
    if is_done(work, task):
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
    path.unlink(missing_ok=True)
    fingerprint = _digest_or_failure(work, task)
    for name in task.outputs:
        (work / name).parent.mkdir(parents=True, exist_ok=True)
    started, cpu_started = time.monotonic(), _cpu_s()
    _function(task.function)(work, task.options, progress)
    manifest = {
        "key": task.key,
        "digest": fingerprint,
        "outputs": {name: _promised_size(work, task, name) for name in task.outputs},
        "seconds": round(time.monotonic() - started, 3),
        "cpu_seconds": round(_cpu_s() - cpu_started, 3),
        "peak_memory_bytes": peak_memory_bytes(),
        "process": os.getpid(),
        "finished": time.time(),
    }
    write_json(path, manifest)
    return manifest


def digest(work: Path, task: Task) -> str:
    """Return a hash of the task's function, options and input contents.

    Raises:
        OSError: An input is missing or unreadable.
    """
    content = {name: _content_hash(work / name) for name in sorted(task.inputs)}
    what = [__version__, task.function, task.options, content]
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def _digest_or_failure(work: Path, task: Task) -> str:
    try:
        return digest(work, task)
    except OSError as error:
        raise EngineFailure(
            f"The task {task.key} cannot start: a file it needs is missing.",
            remedy="Run the job again; it continues from the last whole task.",
            retryable=True,
            detail=str(error),
        ) from error


def _promised_size(work: Path, task: Task, name: str) -> int:
    try:
        return _size(work / name)
    except OSError as error:
        raise EngineFailure(f"The task {task.key} ended without writing {name}.", detail=str(error)) from error


def _files(path: Path) -> Iterable[Path]:
    return sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else (path,)


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in _files(path)) if path.is_dir() else path.stat().st_size


def _content_hash(path: Path) -> str:
    parts = [(file.relative_to(path).as_posix(), _file_hash(*_identity(file))) for file in _files(path)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _identity(path: Path) -> tuple[str, int, int, int]:
    stat = path.stat()
    return str(path), stat.st_size, stat.st_mtime_ns, stat.st_ino


@lru_cache(maxsize=65536)
def _file_hash(path: str, _size_bytes: int, _mtime_ns: int, _inode: int) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha1").hexdigest()


def _function(name: str) -> Callable[[Path, Mapping[str, Any], Progress], None]:
    module, _, function = name.partition(":")
    found: Callable[[Path, Mapping[str, Any], Progress], None] = getattr(
        importlib.import_module(f"tiepoint.engine.stages.{module}"), function
    )
    return found


def _cpu_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def peak_memory_bytes() -> int:
    """Return the most memory this process ever held, in bytes; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
