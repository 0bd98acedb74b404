"""Transfers with the frozen program: sample photos go up to a real Blob server over https and come down again.

Run by `smoke.sh` with the development environment; the program alone is given an empty one. Makes and removes its own
folders. Usage: PYTHONPATH=tests python packaging/frozen/transfers.py EXECUTABLE
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import psutil
from pypdf import PdfReader

import blob_rights
from blob_server import BlobServer
from tls_papers import TlsPapers, make_papers

_PHOTOS: Final = Path(__file__).resolve().parents[2] / "resources" / "sample" / "photos"
_COUNT: Final = 4
_CONTAINER: Final = "captures"
_LONGEST_S: Final = 180
_ENDS_WITHIN_S: Final = 20


class Frozen:
    """The frozen program in an empty environment: no Python, another home, and the tests' authority for https.

    Args:
        executable: The program.
        home: Everything it keeps lies below.
        papers: Whom it trusts.
    """

    def __init__(self, executable: Path, home: Path, papers: TlsPapers) -> None:
        self._executable = executable
        self._env = {
            "HOME": str(home),
            "TIEPOINT_HOME": str(home / "state"),
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "SSL_CERT_FILE": str(papers.authority),
            "TOKEN": blob_rights.bearer(),
            "SAS": blob_rights.sas(_CONTAINER),
        }

    def run(self, *args: str) -> Mapping[str, Any]:
        """Run a command to its end and return its result.

        Raises:
            AssertionError: It failed.
        """
        command = [str(self._executable), *args, "--json"]
        done = subprocess.run(command, env=self._env, capture_output=True, text=True, timeout=_LONGEST_S, check=False)
        assert done.returncode == 0, f"{args[0]} ended with {done.returncode}: {done.stdout}{done.stderr}"
        result: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return result

    def workers(self) -> list[psutil.Process]:
        """Return the running transfer workers of this executable."""
        found = []
        for process in psutil.process_iter(["cmdline"]):
            command = process.info["cmdline"] or []
            if command[:1] == [str(self._executable)] and command[1:3] == ["--child", "transfer"]:
                found.append(process)
        return found


def main(executable: Path) -> None:
    """Send, send again, check, fetch.

    Args:
        executable: The frozen program.

    Raises:
        AssertionError: Something is not as it has to be.
    """
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        papers = make_papers(home)
        server = BlobServer(papers)
        try:
            with server.witness() as service:
                service.create_container(_CONTAINER).close()
            _walk(Frozen(executable, home, papers), _sample(home / "a card"), home, f"{server.endpoint}/{_CONTAINER}")
        finally:
            server.close()


def _walk(program: Frozen, photos: Path, home: Path, to: str) -> None:
    size = sum(photo.stat().st_size for photo in photos.iterdir())
    upload = ("upload", str(photos), "--capture", "demo", "--to", to, "--bearer-env", "TOKEN")
    try:
        first = program.run(*upload)
        _expect(first, files_total=_COUNT, files_sent=_COUNT, files_skipped=0, bytes_sent=size)
        (worker,) = program.workers()
        _expect(program.run(*upload), files_sent=0, files_skipped=_COUNT, bytes_sent=0, bytes_moved=0)
        verdict = program.run("verify", "demo", "--sas-env", "SAS")["verdict"]
        _expect(verdict, photos_verified=_COUNT, photos_total=_COUNT)
        fetched = program.run("download", "demo", "-o", str(home / "down"), "--sas-env", "SAS")
        _expect(fetched, files_total=_COUNT + 1, files_sent=_COUNT + 1)  # the manifest comes too
        _check_copies(photos, home / "down")
        _check_receipt(Path(first["receipt"]["pdf"]))
    finally:
        program.run("transfers", "stop")
    psutil.wait_procs([worker], timeout=_ENDS_WITHIN_S)
    assert not program.workers(), "the transfer worker goes on after it was told to end"
    _check_logs(home / "state" / "log")


def _sample(folder: Path) -> Path:
    folder.mkdir()
    for photo in sorted(_PHOTOS.glob("*.JPG"))[:_COUNT]:
        shutil.copy(photo, folder)
    return folder


def _expect(result: Mapping[str, Any], **facts: int) -> None:
    assert {name: result[name] for name in facts} == facts, f"{facts} was expected of {dict(result)}"


def _check_copies(photos: Path, down: Path) -> None:
    for photo in photos.iterdir():
        assert (down / "photos" / photo.name).read_bytes() == photo.read_bytes(), f"{photo.name} came down different"
    manifest = json.loads((down / "capture.json").read_text(encoding="utf-8"))
    # Camera and place are read by another child of the program.
    assert all(photo["camera"] and photo["lat"] for photo in manifest["photos"]), f"facts are missing: {manifest}"


def _check_receipt(pdf: Path) -> None:
    content = pdf.read_bytes()
    text = " ".join(PdfReader(io.BytesIO(content)).pages[0].extract_text().split())
    assert f"{_COUNT} of {_COUNT} photos verified" in text, f"the receipt says: {text}"
    assert b"/FontFile2" in content, "the receipt is written in a font that it does not carry"


def _check_logs(folder: Path) -> None:
    for log in folder.glob("*.log*"):
        told = log.read_text(encoding="utf-8")
        assert not any(word in told for word in ("Traceback", "ERROR", "WARNING")), f"{log.name} complains: {told}"


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
