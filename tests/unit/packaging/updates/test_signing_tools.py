"""The scripts of whoever releases: keys, signing, renewing, changing keys, verifying, and what a build knows."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from signed_updates import tool

NOTES = "- One thing.\n- Another thing.\n"


class _Desk:
    """A folder with a key, notes and a file, and the scripts."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        (folder / "notes.txt").write_text(NOTES)
        (folder / "tiepoint_0.2.0_amd64.deb").write_bytes(b"x" * 1000)
        self.public = self.new_key("key.pem")

    def run(self, name: str, *arguments: str) -> tuple[int, str]:
        self._capsys.readouterr()
        code = tool(name).main(arguments)
        said = self._capsys.readouterr()
        return int(code), said.out + said.err

    def new_key(self, name: str) -> str:
        code, said = self.run("make_key", str(self.folder / name))
        assert code == 0
        return said.split("Public key:")[1].strip()

    def sign(self, *more: str, version: str = "0.2.0", key: str | None = "key.pem") -> tuple[int, str]:
        folder = self.folder
        arguments = ["--out", str(folder / "updates.json"), "--notes", str(folder / "notes.txt"), "--version", version]
        arguments += ["--key", str(folder / key)] if key else []
        return self.run("sign", *arguments, *more)

    def verify(self, *more: str, key: str = "") -> tuple[int, str]:
        return self.run("verify", str(self.folder / "updates.json"), "--key", key or self.public, *more)

    @property
    def files(self) -> tuple[str, ...]:
        deb = self.folder / "tiepoint_0.2.0_amd64.deb"
        return ("--base", "https://downloads.example/0.2.0/", "--download", f"linux-x86_64-deb={deb}")

    @property
    def previous(self) -> tuple[str, str]:
        return ("--previous", str(self.folder / "updates.json"))


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> _Desk:
    for name in tuple(os.environ):
        if name.startswith("TIEPOINT_UPDATE"):
            monkeypatch.delenv(name)
    return _Desk(tmp_path, capsys)


@pytest.mark.skipif(os.name == "nt", reason="rights of files are of another kind there")
def test_a_private_key_is_its_owners_alone_and_never_written_over(desk: _Desk) -> None:
    path = desk.folder / "key.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    code, said = desk.run("make_key", str(path))
    assert (code, path.read_bytes()) == (1, before)
    assert "cannot be made" in said


def test_a_signed_version_verifies_with_its_files(desk: _Desk) -> None:
    assert desk.sign(*desk.files, "--security")[0] == 0
    code, said = desk.verify("--files", str(desk.folder))
    assert code == 0
    assert "0.2.0" in said
    assert "https://downloads.example/0.2.0/tiepoint_0.2.0_amd64.deb" in said
    (desk.folder / "tiepoint_0.2.0_amd64.deb").write_bytes(b"y" * 1000)
    code, said = desk.verify("--files", str(desk.folder))
    assert code == 1
    assert "another file than the one that was signed" in said


def test_another_key_or_a_changed_list_does_not_verify(desk: _Desk) -> None:
    desk.sign(*desk.files)
    assert desk.verify(key=desk.new_key("other.pem"))[0] == 1
    path = desk.folder / "updates.json"
    whole = json.loads(path.read_text())
    whole["payload"] = whole["payload"].replace("A", "B", 1)
    path.write_text(json.dumps(whole))
    assert desk.verify()[0] == 1


def test_earlier_versions_are_kept_and_the_number_rises(desk: _Desk) -> None:
    numbers = []
    for version in ("0.2.0", "0.3.0", "0.3.0"):
        more = desk.previous if numbers else ()
        code, said = desk.sign(*more, version=version)
        assert code == 0
        numbers.append(int(said.split("number ")[1].split(",")[0]))
    assert numbers == sorted(set(numbers))
    said = desk.verify()[1]
    assert said.index("0.3.0") < said.index("0.2.0")
    assert said.count("0.3.0") == 1


def test_a_list_is_renewed_without_a_new_version(desk: _Desk) -> None:
    desk.sign("--days", "1")
    out, key = str(desk.folder / "updates.json"), str(desk.folder / "key.pem")
    code, _ = desk.run("sign", "--out", out, *desk.previous, "--renew", "--key", key, "--days", "300")
    assert code == 0
    assert "0.2.0" in desk.verify()[1]


def test_keys_change_over_a_list_signed_by_both(desk: _Desk) -> None:
    new = desk.new_key("new.pem")
    desk.sign()
    code, said = desk.sign(*desk.previous, key="new.pem")
    assert code == 1
    assert "sign once with the old and the new one" in said
    assert desk.sign(*desk.previous, "--key", str(desk.folder / "new.pem"))[0] == 0
    assert desk.verify()[0] == desk.verify(key=new)[0] == 0
    assert desk.sign(*desk.previous, key="new.pem")[0] == 0
    assert (desk.verify()[0], desk.verify(key=new)[0]) == (1, 0)


def test_the_key_may_come_from_the_environment(desk: _Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No key" in desk.sign(key=None)[1]
    monkeypatch.setenv("TIEPOINT_UPDATE_SIGNING_KEY", (desk.folder / "key.pem").read_text())
    assert desk.sign(key=None)[0] == 0
    monkeypatch.setenv("TIEPOINT_UPDATE_KEYS", desk.public)
    assert desk.run("verify", str(desk.folder / "updates.json"))[0] == 0


def test_a_key_behind_a_passphrase(desk: _Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEPOINT_UPDATE_SIGNING_PASSPHRASE", "correct horse")
    desk.new_key("locked.pem")
    assert b"ENCRYPTED" in (desk.folder / "locked.pem").read_bytes()
    assert desk.sign(key="locked.pem")[0] == 0
    monkeypatch.setenv("TIEPOINT_UPDATE_SIGNING_PASSPHRASE", "wrong")
    assert "no private key that can be read" in desk.sign(key="locked.pem")[1]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--days", "0"), "--days"),
        (("--days", "4000"), "--days"),
        (("--renew",), "--renew"),
        (("--published", "2026-11-26T09:00"), "time zone"),
        (("--download", "linux-x86_64-deb"), "SYSTEM=FILE"),
        (("--download", "linux-x86_64-deb=x"), "--base"),
        (("--base", "https://x.example/", "--download", "linux-x86_64-deb=/not/there"), "not/there"),
    ],
)
def test_what_makes_no_sense_is_not_signed(desk: _Desk, more: tuple[str, ...], words: str) -> None:
    code, said = desk.sign(*more)
    assert code == 1
    assert words in said
    assert not (desk.folder / "updates.json").exists()


def test_a_version_has_three_numbers(desk: _Desk) -> None:
    code, said = desk.sign(version="0.2")
    assert code == 1
    assert "no version" in said


def test_a_build_knows_what_the_environment_says(desk: _Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    out = desk.folder / "built_in.json"
    assert desk.run("built_in", str(out))[0] == 0
    assert json.loads(out.read_text()) == {"address": "", "keys": []}
    monkeypatch.setenv("TIEPOINT_UPDATE_ADDRESS", "https://updates.example/list")
    assert desk.run("built_in", str(out))[0] == 1
    monkeypatch.setenv("TIEPOINT_UPDATE_KEYS", f"{desk.public}, {desk.public}")
    assert desk.run("built_in", str(out))[0] == 0
    assert json.loads(out.read_text())["keys"] == [desk.public, desk.public]
    monkeypatch.setenv("TIEPOINT_UPDATE_ADDRESS", "http://updates.example/list")
    code, said = desk.run("built_in", str(out))
    assert code == 1
    assert "https only" in said
