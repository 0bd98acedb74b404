"""A computer with a transfer worker of its own, in tests: folders, the real process, and a plain client of it.

Blocking, one request at a time, from one thread. Several of them side by side are several computers.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import blob_rights
from patience import PATIENCE_S
from tiepoint.domain.blob_place import BlobPlace, read_place
from tiepoint.domain.photo import PhotoEntry
from tiepoint.domain.transfer import Transfer, TransferFile, TransferId, TransferState, Verdict
from tiepoint.protocol import transfers as messages
from tiepoint.protocol.codec import from_json, to_json
from tiepoint.protocol.framing import decode_message, encode_message
from tiepoint.protocol.hello import HelloParams
from tiepoint.protocol.methods import HELLO, Method, Nothing, StopParams
from tiepoint.transfer.tuning import TUNING_VARIABLE

P = TypeVar("P")
R = TypeVar("R")

IMPATIENT: dict[str, float] = {
    "whole_bytes": 1 << 20,
    "block_bytes": 1 << 18,
    "range_bytes": 1 << 18,
    "progress_s": 30.0,
    "connect_s": 15.0,
    "backoff_first_s": 0.02,
    "backoff_most_s": 0.3,
    "quiet_s": 0.2,
}
"""Small pieces and short waits between them: 1 MiB is a big file. A server that has much to do is waited for."""
HASTY = {**IMPATIENT, "progress_s": 2.0}
"""For servers that stand still on purpose, `STANDS_STILL_S`."""
STANDS_STILL_S = 3.0
POLL_S = 0.02


class Refused(Exception):
    """The worker refused a request; `error` is what it said."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error.get("message"))
        self.error = error


class Workstation:
    """Folders, a worker and a client; a context manager that leaves no process behind.

    Args:
        home: Everything it keeps; short enough for a socket below.
        tuning: Sizes and times of the worker.
        env: Further variables of the worker.
    """

    def __init__(
        self, home: Path, tuning: Mapping[str, float] | None = None, env: Mapping[str, str] | None = None
    ) -> None:
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        chosen = IMPATIENT if tuning is None else tuning
        self.env = {**os.environ, **(env or {}), "TIEPOINT_HOME": str(home), TUNING_VARIABLE: json.dumps(dict(chosen))}
        self._worker: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._lines: Any = None
        self._number = 0
        self.poll_s = POLL_S

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    # The process

    @property
    def pid(self) -> int:
        """Of the worker."""
        assert self._worker is not None
        return self._worker.pid

    def start(self) -> None:
        """Start the worker unless it runs, and greet it."""
        if self._worker is None or self._worker.poll() is not None:
            command = [sys.executable, "-P", "-m", "tiepoint", "--child", "transfer"]
            self._worker = subprocess.Popen(
                command, env=self.env, cwd=self.home, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )
        if self._socket is None:
            self._connect()
            try:
                self.ask(HELLO, HelloParams("test 1"))
            except ConnectionError:
                # A child that the killed worker was about to start held its socket for a moment longer.
                self.disconnect()
                self._connect()
                self.ask(HELLO, HelloParams("test 1"))

    def kill(self) -> None:
        """Kill the worker as a power cut would, and forget the connection. Nothing happens when none runs."""
        if self._worker is not None:
            self._worker.kill()
            self._worker.wait()
            self._worker = None
        self.disconnect()

    def stop(self) -> None:
        """End the worker in peace."""
        with contextlib.suppress(ConnectionError):  # it may be gone before its answer is read
            self.ask(messages.WORKER_STOP, StopParams())
        if self._worker is not None:
            self._worker.wait(timeout=PATIENCE_S)
            self._worker = None
        self.disconnect()

    def disconnect(self) -> None:
        """Hang up; the worker lives on."""
        if self._socket is not None:
            self._lines.close()
            self._socket.close()
            self._socket = None

    def _connect(self) -> None:
        assert self._worker is not None
        deadline = time.monotonic() + PATIENCE_S
        while True:
            wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                wire.connect(str(self.home / "run" / "transfers.sock"))
            except OSError:
                wire.close()
                if self._worker.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the worker does not come up ({self._worker.poll()}): {self.log()}") from None
                time.sleep(POLL_S)
                continue
            wire.settimeout(60)
            self._socket, self._lines = wire, wire.makefile("rb")
            return

    def log(self) -> str:
        """Everything in its logs."""
        return "\n".join(path.read_text(errors="replace") for path in sorted((self.home / "log").glob("*.log*")))

    # What it is asked

    def ask(self, method: Method[P, R], params: P) -> R:
        """Ask and return the answer; what it tells unasked meanwhile is passed over.

        Raises:
            Refused: It said no.
            ConnectionError: It has gone.
        """
        self._number += 1
        message = {"jsonrpc": "2.0", "id": self._number, "method": method.name, "params": to_json(params)}
        assert self._socket is not None
        self._socket.sendall(encode_message(message))
        while line := self._lines.readline():
            answer = decode_message(line)
            if answer.get("id") != self._number:
                continue
            if "error" in answer:
                raise Refused(answer["error"])
            return from_json(method.result, answer["result"])
        raise ConnectionError("the worker has gone")

    def authorize(self, url: str, secret: str | None = None, kind: str = "sas") -> None:
        """Give it the right to a container; without a secret, a signature with all rights."""
        place, _ = read_place(url)
        secret = blob_rights.sas(place.container) if secret is None else secret
        self.ask(messages.AUTHORIZE, messages.AuthorizeParams(BlobPlace(place.endpoint, place.container), kind, secret))

    def upload(
        self, folder: Path, url: str, name: str = "flight", *, replaces: bool = False, with_entries: bool = False
    ) -> Transfer:
        """Let all files below a folder go up as a capture; with entries, nobody need look into the photos."""
        files = [_told(path, folder, is_known=with_entries) for path in sorted(folder.rglob("*")) if path.is_file()]
        draft = self.ask(
            messages.BEGIN, messages.BeginParams(name, read_place(url)[0], str(folder), replaces=replaces)
        ).transfer
        for first in range(0, len(files), 500):
            self.ask(messages.ADD, messages.AddParams(draft.id, tuple(files[first : first + 500])))
        return self.ask(messages.START, messages.TransferRef(draft.id)).transfer

    def download(self, url: str, folder: Path, *, replaces: bool = False) -> Transfer:
        """Let what lies below an address come down."""
        params = messages.DownloadParams(read_place(url)[0], str(folder), replaces=replaces)
        return self.ask(messages.DOWNLOAD, params).transfer

    def pause(self, transfer: TransferId) -> Transfer:
        """Stop for now."""
        return self.ask(messages.PAUSE, messages.TransferRef(transfer)).transfer

    def resume(self, transfer: TransferId) -> Transfer:
        """Go on."""
        return self.ask(messages.RESUME, messages.TransferRef(transfer)).transfer

    def cancel(self, transfer: TransferId) -> Transfer:
        """Stop for good."""
        return self.ask(messages.CANCEL, messages.TransferRef(transfer)).transfer

    def retry(self, transfer: TransferId, *, replaces: bool = False) -> Transfer:
        """Begin failed files again."""
        return self.ask(messages.RETRY, messages.RetryParams(transfer, None, replaces)).transfer

    def verify(self, transfer: TransferId) -> Verdict:
        """Check a capture again."""
        return self.ask(messages.VERIFY, messages.VerifyParams(transfer)).verdict

    def transfers(self) -> tuple[Transfer, ...]:
        """All of them, newest first."""
        return self.ask(messages.LIST, Nothing()).transfers

    def transfer(self, transfer: TransferId) -> Transfer:
        """One of them as it is now."""
        return next(each for each in self.transfers() if each.id == transfer)

    def files(self, transfer: TransferId, states: Sequence[str] = ()) -> list[TransferFile]:
        """All its files, or those in some states."""
        found: list[TransferFile] = []
        while True:
            page = self.ask(messages.FILES, messages.FilesParams(transfer, len(found), states=tuple(states)))
            found += page.files
            if len(found) >= page.total or not page.files:
                return found

    def wait(
        self,
        transfer: TransferId,
        *states: TransferState,
        until: Callable[[Transfer], bool] | None = None,
        timeout_s: float = 3 * PATIENCE_S,
    ) -> Transfer:
        """Wait until a transfer is in one of the states, or a claim about it holds; over, unless states are given.

        Raises:
            TimeoutError: It takes too long; the text says what the transfer and its failed files look like.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            found = self.transfer(transfer)
            if until(found) if until else found.state in states if states else found.state.is_over:
                return found
            if time.monotonic() > deadline:
                failed = self.files(transfer, ("failed", "conflict"))[:5]
                raise TimeoutError(f"{found}; failed: {failed}; log: {self.log()[-3000:]}")
            time.sleep(self.poll_s)


def assert_completed(station: Workstation, done: Transfer) -> None:
    """Fail unless a transfer is completed, and say what is not as it should be."""
    bad = station.files(done.id, ("failed", "conflict"))
    assert done.state is TransferState.COMPLETED, (done.state, done.trouble, bad[:5])


def assert_quiet(station: Workstation) -> None:
    """Fail on noise or a secret in the worker's logs."""
    log = station.log()
    for noise in ("Traceback", "Warning:", "never retrieved", "never awaited", "sig=", "Bearer "):
        assert noise not in log, log[-5000:]


def _told(path: Path, folder: Path, *, is_known: bool) -> messages.UploadFile:
    facts, inside = path.stat(), path.relative_to(folder).as_posix()
    entry = PhotoEntry(inside, facts.st_size, "", 4000, 3000, "Test") if is_known else None
    return messages.UploadFile(str(path), inside, facts.st_size, facts.st_mtime_ns, entry)
