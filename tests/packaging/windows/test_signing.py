"""The studio's own certificate signs programs, uninstaller and installer; checked, and installed in wine."""

from __future__ import annotations

import datetime
import os
import runpy
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from wine_computer import WineComputer

WINDOWS = Path(__file__).resolve().parents[3] / "packaging" / "windows"
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Studio:
    """A certificate for signing code.

    Args:
        authority: PEM of who vouches for it.
        environment: What sign.py reads.
    """

    authority: Path
    environment: dict[str, str]

    def has_signed(self, path: Path) -> bool:
        command = ["osslsigncode", "verify", "-CAfile", self.authority, "-in", path]
        return subprocess.run(command, capture_output=True).returncode == 0


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    if shutil.which("osslsigncode") is None:
        pytest.skip("not on this computer: osslsigncode")
    folder = tmp_path_factory.mktemp("studio")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Studio of the tests")])
    now = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - _DAY).not_valid_after(now + _DAY)
    made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
    certificate = made.sign(key, hashes.SHA256())
    (folder / "authority.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    encrypted = serialization.BestAvailableEncryption(b"a secret")
    (folder / "studio.pfx").write_bytes(pkcs12.serialize_key_and_certificates(b"s", key, certificate, None, encrypted))
    (folder / "password").write_text("a secret")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TIEPOINT_SIGN")}
    files = {"TIEPOINT_SIGN_PFX": "studio.pfx", "TIEPOINT_SIGN_PASSWORD_FILE": "password"}
    return Studio(folder / "authority.pem", {**kept, **{name: str(folder / file) for name, file in files.items()}})


def sign(studio: Studio, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, WINDOWS / "sign.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**studio.environment, **environment})


def test_the_installer_and_all_it_installs(
    computer: WineComputer, studio: Studio, stand_ins: Path, tmp_path: Path
) -> None:
    payload = tmp_path / "payload"
    shutil.copytree(stand_ins, payload)
    (payload / "library.pyd").write_bytes((stand_ins / "tiepoint.exe").read_bytes())
    (payload / "text.txt").write_text("no program")
    assert sign(studio, payload / "library.pyd").returncode == 0
    signed_before = (payload / "library.pyd").read_bytes()
    scripts = tmp_path / "a checkout" / "windows"  # with a blank, as people's folders have
    shutil.copytree(WINDOWS, scripts)
    command = [sys.executable, scripts / "build_installer.py", "--fast", "--sign", "--version", "0.1.0"]
    command += ["--payload", payload, "--out", tmp_path / "Tiepoint-setup.exe"]
    done = subprocess.run(command, capture_output=True, text=True, env=studio.environment)
    assert done.returncode == 0, done.stderr
    assert studio.has_signed(tmp_path / "Tiepoint-setup.exe")

    assert computer.run(tmp_path / "Tiepoint-setup.exe", "/S", "/AllUsers") == 0
    folder = computer.path(r"C:\Program Files\Tiepoint")
    assert studio.has_signed(folder / "Uninstall.exe")
    for name in ("tiepoint.exe", "tiepoint-panel.exe", "tiepoint-agent.exe", "library.pyd"):
        assert studio.has_signed(folder / "program" / name), name
    # What somebody has signed stays theirs.
    assert (folder / "program" / "library.pyd").read_bytes() == signed_before

    changed = bytearray((tmp_path / "Tiepoint-setup.exe").read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / "changed.exe").write_bytes(changed)
    assert not studio.has_signed(tmp_path / "changed.exe")


def test_programs_that_are_the_same_are_signed_once_and_stay_the_same(
    studio: Studio, stand_ins: Path, tmp_path: Path
) -> None:
    for name in ("tiepoint.exe", "tiepoint-agent.exe"):
        shutil.copy(stand_ins / "tiepoint.exe", tmp_path / name)
    calls = tmp_path / "calls"
    tool = tmp_path / "osslsigncode"
    tool.write_text(f'#!/bin/sh\necho "$1" >>{calls}\nexec osslsigncode "$@"\n')
    tool.chmod(0o755)
    module = runpy.run_path(str(WINDOWS / "build_installer.py"))
    signer = module["sign"].signer_from({**studio.environment, "TIEPOINT_OSSLSIGNCODE": str(tool)})
    module["sign_each_once"](tmp_path, signer)
    assert calls.read_text().split() == ["sign"]
    assert studio.has_signed(tmp_path / "tiepoint-agent.exe")
    assert (tmp_path / "tiepoint-agent.exe").read_bytes() == (tmp_path / "tiepoint.exe").read_bytes()


def test_a_wrong_password_changes_nothing(studio: Studio, stand_ins: Path, tmp_path: Path) -> None:
    program = tmp_path / "a.exe"
    shutil.copy(stand_ins / "tiepoint.exe", program)
    before = program.read_bytes()
    (tmp_path / "wrong").write_text("wrong")
    done = sign(studio, program, TIEPOINT_SIGN_PASSWORD_FILE=str(tmp_path / "wrong"))
    assert done.returncode == 1
    assert done.stderr.startswith("sign: osslsigncode sign failed")
    assert program.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] != []
    assert not list(tmp_path.glob(".signing-*"))


def test_what_is_no_program_is_refused(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("no program")
    done = sign(studio, tmp_path / "a.txt")
    assert done.returncode == 1
    assert "no program file for Windows" in done.stderr


def test_signtool_is_told_the_certificate_and_checks(studio: Studio, stand_ins: Path, tmp_path: Path) -> None:
    tool = tmp_path / "signtool"
    tool.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/calls\n')
    tool.chmod(0o755)
    own = {"TIEPOINT_SIGN_THUMBPRINT": "AB CD", "TIEPOINT_SIGNTOOL": str(tool)}
    done = sign(studio, stand_ins / "tiepoint.exe", **own, TIEPOINT_SIGN_TIMESTAMP="http://stamp.example")
    assert done.returncode == 0
    program = stand_ins / "tiepoint.exe"
    assert (tmp_path / "calls").read_text().splitlines() == [
        f"sign /fd sha256 /sha1 ABCD /d Tiepoint /tr http://stamp.example /td sha256 {program}",
        f"verify /pa /q {program}",
    ]
