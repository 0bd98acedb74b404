"""What cannot lie on Windows never becomes an installer; no wine is needed to say so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

WINDOWS = Path(__file__).resolve().parents[3] / "packaging" / "windows"
PROGRAMS = ("tiepoint.exe", "tiepoint-panel.exe", "tiepoint-agent.exe")


@pytest.fixture
def payload(tmp_path: Path) -> Path:
    folder = tmp_path / "payload"
    folder.mkdir()
    for name in PROGRAMS:
        (folder / name).write_bytes(b"MZ")
    return folder


def refusal(payload: Path, tmp_path: Path, *more: str) -> str:
    out = tmp_path / "Tiepoint-setup.exe"
    command = [sys.executable, WINDOWS / "build_installer.py", "--fast", "--payload", payload, "--out", out, *more]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert not out.exists()
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["aux.txt"], "aux.txt is no name on Windows"),
        (["a:b"], "a:b is no name on Windows"),
        (["folder./x"], "folder./x is no name on Windows"),
        (["x" * 100 + "/" + "y" * 100], "201 characters deep"),
        (["Readme", "README"], "README and Readme are one file on Windows"),
    ],
)
def test_names(payload: Path, tmp_path: Path, names: list[str], words: str) -> None:
    for name in names:
        (payload / name).parent.mkdir(exist_ok=True)
        (payload / name).write_text("")
    assert words in refusal(payload, tmp_path)


def test_a_link(payload: Path, tmp_path: Path) -> None:
    (payload / "link").symlink_to("tiepoint.exe")
    assert "link is a link" in refusal(payload, tmp_path)


def test_a_missing_program(payload: Path, tmp_path: Path) -> None:
    (payload / "tiepoint-panel.exe").unlink()
    assert "tiepoint-panel.exe is missing" in refusal(payload, tmp_path)


def test_a_version_that_windows_does_not_know(payload: Path, tmp_path: Path) -> None:
    assert "MAJOR.MINOR.PATCH" in refusal(payload, tmp_path, "--version", "1.0rc1")


def test_no_makensis(payload: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEPOINT_MAKENSIS", str(tmp_path / "nowhere"))
    assert "Install NSIS" in refusal(payload, tmp_path)


def test_nothing_to_sign_with(payload: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIEPOINT_SIGN_PFX", raising=False)
    monkeypatch.delenv("TIEPOINT_SIGN_THUMBPRINT", raising=False)
    assert "Set TIEPOINT_SIGN_THUMBPRINT or TIEPOINT_SIGN_PFX" in refusal(payload, tmp_path, "--sign")
