"""Facts about photos for a manifest, read by the engine's child `inspect` beside the sending.

Must not fail a transfer: whatever goes wrong, the facts are not there. The child runs at low priority; when it dies,
the photo that was in its hands is passed over and another child goes on. Blocking; a thread that may wait.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import IO, Any, Final

from tiepoint.domain.photo import PhotoFacts
from tiepoint.protocol.codec import MalformedMessage, from_json
from tiepoint.runtime.children import start_child

Launch = Callable[[], "subprocess.Popen[bytes]"]

_LOOK_S: Final = 0.2
_END_WAIT_S: Final = 2.0
_STANDSTILL_S: Final = 60.0
"""A child that says nothing for so long hangs at a photo: on a drive that is gone, for instance."""
_MOST_CHILDREN: Final = 5
_LOW_PRIORITY: Final = 10
_log = logging.getLogger(__name__)


def start_inspector() -> subprocess.Popen[bytes]:
    """Start the child, low in priority.

    Raises:
        OSError: It cannot be started.
    """
    process = start_child("inspect", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with contextlib.suppress(OSError):  # it is gone already, or the system has other ideas
        if sys.platform == "win32":
            import psutil  # nothing else here needs it

            psutil.Process(process.pid).nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            os.setpriority(os.PRIO_PROCESS, process.pid, max(_LOW_PRIORITY, os.getpriority(os.PRIO_PROCESS, 0)))
    return process


def read_facts(
    photos: Sequence[tuple[str, str]], stop: Callable[[], bool], launch: Launch = start_inspector
) -> Iterator[PhotoFacts]:
    """Look into photos, in order; those that cannot be looked into are passed over.

    Args:
        photos: Where each lies, and its path inside the capture.
        stop: Looked at five times a second; the child ends when it says so. Closing the iterator ends it too.
        launch: Starts the child with stdin and stdout as pipes; may raise OSError.

    Yields:
        What was found of each, `path` being the path inside the capture.
    """
    rest = list(photos)
    for _ in range(_MOST_CHILDREN):
        if not rest:
            return
        told = 0
        is_whole = True
        for line in _answers(rest, stop, launch):
            if line is None:
                is_whole = False
            elif line.get("type") == "photo":
                told += 1
                yield from _facts(line)
        if is_whole or stop():
            return
        rest = rest[told + 1 :]  # the one it died of is passed over


def _facts(line: dict[str, Any]) -> Iterator[PhotoFacts]:
    if line.get("problem") is None:
        with contextlib.suppress(MalformedMessage):
            yield from_json(PhotoFacts, line)


def _answers(
    photos: Sequence[tuple[str, str]], stop: Callable[[], bool], launch: Launch
) -> Iterator[dict[str, Any] | None]:
    """Yield a child's lines, and None when it did not come to its end."""
    try:
        process = launch()
    except OSError as error:
        _log.info("photos are not looked into: %s", error)
        return
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threads = [
        threading.Thread(target=_feed, args=(process.stdin, photos), name="facts-asking", daemon=True),
        threading.Thread(target=_listen, args=(process.stdout, lines), name="facts", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        is_over = yield from _until_end(lines, stop)
        if not stop() and not is_over:
            _log.info("looking into photos stood still")
            yield None
        elif not stop() and process.wait() != 0:
            _log.info("looking into photos ended with status %s", process.returncode)
            yield None
    finally:
        if _end(process):
            for thread in threads:
                thread.join()
            if process.stdout is not None:
                process.stdout.close()


def _until_end(lines: queue.SimpleQueue[bytes], stop: Callable[[], bool]) -> Generator[dict[str, Any], None, bool]:
    """Yield what a child says; return whether it said that this was all."""
    heard_s = time.monotonic()
    while not stop() and time.monotonic() - heard_s < _STANDSTILL_S:
        try:
            line = lines.get(timeout=_LOOK_S)
        except queue.Empty:
            continue
        heard_s = time.monotonic()
        if not line:
            return True
        with contextlib.suppress(ValueError):
            message = json.loads(line)
            if isinstance(message, dict):
                yield message
    return False


def _feed(stream: IO[bytes] | None, photos: Sequence[tuple[str, str]]) -> None:
    if stream is None:
        return
    request = {"level": "facts", "photos": [{"path": file, "name": path} for file, path in photos]}
    with contextlib.suppress(OSError):  # it has gone
        stream.write(json.dumps(request).encode("ascii") + b"\n")
    with contextlib.suppress(OSError):
        stream.close()


def _listen(stream: IO[bytes] | None, lines: queue.SimpleQueue[bytes]) -> None:
    with contextlib.suppress(OSError, ValueError):
        for line in stream or ():
            lines.put(line)
    lines.put(b"")


def _end(process: subprocess.Popen[bytes]) -> bool:
    """End a child and return whether it is gone: one that waits for a dead drive cannot even be killed."""
    for end in (process.terminate, process.kill):
        if process.poll() is None:
            end()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_END_WAIT_S)
    return process.poll() is not None
