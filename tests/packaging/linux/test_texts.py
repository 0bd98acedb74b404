"""What the packages say about the program."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from manual import manual
from texts import APPLICATION_ID, SHARE, Edition, edition

from tiepoint import __version__
from tiepoint.ui.opening import MODEL_SUFFIXES

_EDITION = Edition("0.1.0", 1_790_000_000)


@pytest.mark.parametrize(
    ("version", "debian"),
    [("1.2.3", "1.2.3"), ("1.2.0rc1", "1.2.0~rc1"), ("1.2.0.dev4", "1.2.0~dev4"), ("1.2.0a1", "1.2.0~a1")],
)
def test_versions_before_a_release_are_lower_for_dpkg(version: str, debian: str) -> None:
    assert Edition(version, 0).debian_version == debian


def test_scripts_are_told_the_version_of_the_package() -> None:
    said = _said([sys.executable, str(SHARE.parent / "texts.py")])
    assert said == f"{edition().debian_version}\n"


def test_this_checkout_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TIEPOINT_MAINTAINER", "TIEPOINT_SITE", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)
    told = edition()
    assert told.version == __version__
    assert told.moment_s > 1_700_000_000


@pytest.mark.parametrize(
    ("name", "value"), [("TIEPOINT_MAINTAINER", "nobody"), ("TIEPOINT_SITE", "http://studio.example/")]
)
def test_words_of_a_studio_that_make_no_sense_are_refused(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=name):
        edition()


@pytest.mark.skipif(not shutil.which("desktop-file-validate"), reason="desktop-file-utils is not here")
def test_the_desktop_entry_is_valid(tmp_path: Path) -> None:
    entry = tmp_path / "tiepoint.desktop"
    entry.write_text(_EDITION.fill("tiepoint.desktop"), encoding="utf-8")
    assert _said(["desktop-file-validate", "--no-hints", str(entry)]) == ""


@pytest.mark.skipif(not shutil.which("appstreamcli"), reason="appstream is not here")
@pytest.mark.parametrize("site", ["", "https://tiepoint.example"])
def test_the_metadata_is_valid(site: str, tmp_path: Path) -> None:
    file = tmp_path / f"{APPLICATION_ID}.metainfo.xml"
    file.write_text(Edition("0.1.0", 1_790_000_000, site=site).fill("metainfo.xml"), encoding="utf-8")
    said = _said(["appstreamcli", "validate", "--no-net", "--no-color", str(file)], {0, 3})
    assert not re.search(r"^[EW]: (?!.*homepage-missing)", said, re.MULTILINE), said


@pytest.mark.skipif(not shutil.which("update-mime-database"), reason="shared-mime-info is not here")
def test_types_of_files_are_known_by_name(tmp_path: Path) -> None:
    packages = tmp_path / "mime/packages"
    packages.mkdir(parents=True)
    shutil.copy(SHARE / "tiepoint.xml", packages)
    _said(["update-mime-database", str(tmp_path / "mime")])
    globs = (tmp_path / "mime/globs2").read_text(encoding="utf-8")
    assert "60:application/vnd.tiepoint.capture+json:capture.json" in globs
    assert "60:application/vnd.tiepoint.plan+toml:cluster.toml" in globs


def test_every_model_the_window_opens_has_a_type_in_the_entry() -> None:
    types = {".glb": "gltf-binary", ".gltf": "gltf+json", ".obj": "obj", ".stl": "stl", ".ply": "x-ply"}
    assert set(types) == MODEL_SUFFIXES
    entry = _EDITION.fill("tiepoint.desktop")
    for kind in types.values():
        assert f";model/{kind};" in entry


def test_the_manual_names_every_command_and_needs_no_filling() -> None:
    page = manual("0.1.0", "2026-11-26")
    for command in ("run", "panel", "doctor", "cluster deploy", "transfers list", "node pause", "sign\\-in"):
        assert f".SS tiepoint {command}" in page
    for name in ("tiepoint-panel.1", "tiepoint-agent.1", "metainfo.xml", "copyright"):
        assert not re.search(r"@[A-Z_]+@", _EDITION.fill(name)), name


def test_the_copyright_file_tells_of_the_gpl_inside() -> None:
    assert "pycolmap/*" in _EDITION.fill("copyright")
    assert "\nLicense: GPL-3\n" in _EDITION.fill("copyright")


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not here")
def test_the_manual_is_what_groff_reads() -> None:
    ended = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z"], input=manual("0.1.0", "2026-11-26"), text=True, capture_output=True
    )
    assert ended.stderr == ""


def _said(command: list[str], fine: frozenset[int] | set[int] = frozenset({0})) -> str:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode in fine, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr
