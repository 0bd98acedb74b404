"""The Debian package, for Debian 12 and Ubuntu 24.04 and later. Needs dpkg-deb."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from needs import needs_of
from texts import ROOT, SHARE, Edition
from tree import compressed, lay_out

_ALWAYS: Final = ("ca-certificates",)
"""Servers are believed by the system's certificates."""

_RECOMMENDS: Final = ("hicolor-icon-theme", "shared-mime-info", "xdg-utils")
_SUGGESTS: Final = ("gnome-keyring | kwalletmanager | keepassxc",)
_DESCRIPTION: Final = """\
Description: control panel for photogrammetry clusters
 Photos in, textured mesh out: drop photos on the window, watch the work, turn
 the model and measure on it. The work is done by this computer, without an
 account or a network, by machines on Azure that are planned, priced, started
 and paused from the same window, or by your own machines behind SSH.
 .
 The package brings its libraries along, in /usr/lib/tiepoint.
"""


def build_deb(payload: Path, out: Path, edition: Edition, *, level: int = 6) -> Path:
    """Build the package.

    Args:
        payload: The frozen folder.
        out: Folder for the package.
        edition: What is told about this build.
        level: How hard xz tries.

    Returns:
        The package.

    Raises:
        NeedsError: The folder needs a library that nobody has decided about.
        PayloadError: The folder is no frozen program.
        subprocess.CalledProcessError: dpkg-deb failed.
    """
    depends = sorted({*needs_of(payload).depends(), *_ALWAYS})
    out.mkdir(parents=True, exist_ok=True)
    file = out / f"tiepoint_{edition.debian_version}_amd64.deb"
    with tempfile.TemporaryDirectory(dir=out, prefix=".deb-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        lay_out(payload, root / "usr", edition)
        _documents(root / "usr/share", edition)
        _control(root, edition, depends)
        _same_rights(root)
        command = ["dpkg-deb", "--root-owner-group", "-Zxz", f"-z{level}", "--build", str(root), str(file)]
        dated = {**os.environ, "SOURCE_DATE_EPOCH": str(edition.moment_s)}
        subprocess.run(command, check=True, env=dated, stdout=subprocess.DEVNULL)
    return file


def _documents(share: Path, edition: Edition) -> None:
    doc = share / "doc/tiepoint"
    (doc / "examples").mkdir(parents=True)
    (doc / "copyright").write_text(edition.fill("copyright"), encoding="utf-8")
    (doc / "changelog.gz").write_bytes(compressed(edition.changelog()))
    example = ROOT / "packaging/policies/policy.json"
    if example.is_file():
        (doc / "examples/policy.json").write_bytes(example.read_bytes())
    overrides = share / "lintian/overrides/tiepoint"
    overrides.parent.mkdir(parents=True)
    overrides.write_text(edition.fill("lintian-overrides"), encoding="utf-8")


def _control(root: Path, edition: Edition, depends: list[str]) -> None:
    size_kib = sum(path.lstat().st_size for path in root.rglob("*") if path.is_file()) // 1024
    fields = {
        "Package": "tiepoint",
        "Version": edition.debian_version,
        "Architecture": "amd64",
        "Maintainer": edition.maintainer,
        "Installed-Size": str(size_kib),
        "Depends": ", ".join(depends),
        "Recommends": ", ".join(_RECOMMENDS),
        "Suggests": ", ".join(_SUGGESTS),
        "Section": "graphics",
        "Priority": "optional",
        **({"Homepage": edition.site} if edition.site else {}),
    }
    folder = root / "DEBIAN"
    folder.mkdir()
    text = "".join(f"{name}: {value}\n" for name, value in fields.items()) + _DESCRIPTION
    (folder / "control").write_text(text, encoding="utf-8")
    (folder / "md5sums").write_text("".join(_sums(root)), encoding="utf-8")
    for name in ("preinst", "postinst", "prerm", "postrm"):
        (folder / name).write_text(script(name), encoding="utf-8")
        (folder / name).chmod(0o755)


def script(name: str) -> str:
    """Return a script that dpkg runs, with what several of them need in it."""
    running = (SHARE / "running.sh").read_text(encoding="utf-8")
    return (SHARE / name).read_text(encoding="utf-8").replace("@RUNNING@\n", running)


def _sums(root: Path) -> Iterator[str]:
    """What `dpkg --verify` compares; dpkg knows no other sum."""
    for path in sorted((root / "usr").rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
            yield f"{digest}  {path.relative_to(root)}\n"


def _same_rights(root: Path) -> None:
    """Whatever the builder's umask is."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
