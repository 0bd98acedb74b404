"""One file for other systems: a shell script with the program behind it, which installs for one person without root."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from needs import needs_of
from texts import SHARE, Edition
from tree import lay_out

_CHUNK_BYTES: Final = 1 << 20


def build_single_file(payload: Path, out: Path, edition: Edition, *, level: int = 6) -> Path:
    """Build the file.

    Args:
        payload: The frozen folder.
        out: Folder for the file.
        edition: What is told about this build.
        level: How hard xz tries.

    Returns:
        The file.

    Raises:
        NeedsError: The folder needs a library that nobody has decided about.
        PayloadError: The folder is no frozen program.
        subprocess.CalledProcessError: tar or xz failed.
    """
    needs = needs_of(payload)
    out.mkdir(parents=True, exist_ok=True)
    file = out / f"tiepoint-{edition.version}-linux-x86_64.run"
    with tempfile.TemporaryDirectory(dir=out, prefix=".run-") as folder:
        prefix, packed = Path(folder, "tree"), Path(folder, "tree.tar.xz")
        lay_out(payload, prefix, edition)
        _pack(prefix, packed, edition, level)
        words = {
            "VERSION": edition.version,
            "GLIBC": ".".join(map(str, needs.glibc)),
            "LIBRARIES": " ".join(sorted(needs.libraries)),
            "SIZE_KIB": str(sum(each.lstat().st_size for each in prefix.rglob("*")) // 1024),
            "SHA256": _digest(packed),
        }
        part = Path(folder, "whole")
        with part.open("wb") as whole:
            whole.write(_head(words).encode("utf-8"))
            with packed.open("rb") as behind:
                while chunk := behind.read(_CHUNK_BYTES):
                    whole.write(chunk)
        part.chmod(0o755)
        part.replace(file)
    return file


def _head(words: dict[str, str]) -> str:
    """The script, which knows at which of its lines the program begins."""
    text = (SHARE / "install.sh").read_text(encoding="utf-8")
    for word, value in {**words, "LINES": str(text.count("\n") + 1)}.items():
        text = text.replace(f"@{word}@", value)
    return text


def _pack(prefix: Path, packed: Path, edition: Edition, level: int) -> None:
    same = ("--sort=name", "--owner=0", "--group=0", "--numeric-owner", f"--mtime=@{edition.moment_s}")
    with packed.open("wb") as target:
        tar = subprocess.Popen(["tar", *same, "-C", str(prefix), "-cf", "-", "."], stdout=subprocess.PIPE)
        try:
            subprocess.run(["xz", "-T0", f"-{level}"], stdin=tar.stdout, stdout=target, check=True)
        finally:
            if tar.stdout:
                tar.stdout.close()
            status = tar.wait()
    if status:
        raise subprocess.CalledProcessError(status, "tar")


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
