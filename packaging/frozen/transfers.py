"""Transfers with the frozen program: sample photos go up to a real Blob server over https and come down again.

Run by `smoke.sh` with the development environment; the program alone is given an empty one. Makes and removes its own
folders. Usage: PYTHONPATH=tests python packaging/frozen/transfers.py EXECUTABLE
"""

from __future__ import annotations

import io
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

import psutil
from frozen_program import Frozen, check_logs, expect
from pypdf import PdfReader

import blob_rights
from blob_server import BlobServer
from tls_papers import TlsPapers, make_papers

_PHOTOS: Final = Path(__file__).resolve().parents[2] / "resources" / "sample" / "photos"
_COUNT: Final = 4
_CONTAINER: Final = "captures"
_ENDS_WITHIN_S: Final = 20


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
            _walk(_program(executable, home, papers), _sample(home / "a card"), home, f"{server.endpoint}/{_CONTAINER}")
        finally:
            server.close()


def _program(executable: Path, home: Path, papers: TlsPapers) -> Frozen:
    rights = {"TOKEN": blob_rights.bearer(), "SAS": blob_rights.sas(_CONTAINER)}
    return Frozen(executable, home, SSL_CERT_FILE=str(papers.authority), **rights)


def _walk(program: Frozen, photos: Path, home: Path, to: str) -> None:
    size = sum(photo.stat().st_size for photo in photos.iterdir())
    upload = ("upload", str(photos), "--capture", "demo", "--to", to, "--bearer-env", "TOKEN")
    try:
        first = program.run(*upload)
        expect(first, files_total=_COUNT, files_sent=_COUNT, files_skipped=0, bytes_sent=size)
        (worker,) = program.workers()
        expect(program.run(*upload), files_sent=0, files_skipped=_COUNT, bytes_sent=0, bytes_moved=0)
        verdict = program.run("verify", "demo", "--sas-env", "SAS")["verdict"]
        expect(verdict, photos_verified=_COUNT, photos_total=_COUNT)
        fetched = program.run("download", "demo", "-o", str(home / "down"), "--sas-env", "SAS")
        expect(fetched, files_total=_COUNT + 1, files_sent=_COUNT + 1)  # the manifest comes too
        _check_copies(photos, home / "down")
        _check_receipt(Path(first["receipt"]["pdf"]))
    finally:
        program.run("transfers", "stop")
    psutil.wait_procs([worker], timeout=_ENDS_WITHIN_S)
    assert not program.workers(), "the transfer worker goes on after it was told to end"
    check_logs(home / "state" / "log")


def _sample(folder: Path) -> Path:
    folder.mkdir()
    for photo in sorted(_PHOTOS.glob("*.JPG"))[:_COUNT]:
        shutil.copy(photo, folder)
    return folder


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


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
