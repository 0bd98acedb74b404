"""`cluster.toml` on a disk: what people wrote around the values stays, what is broken is named by line and column."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tiepoint.adapters.files.plan_files import TomlPlanFiles
from tiepoint.domain.cluster_plan import (
    PROFILES,
    REFERENCE_PLAN,
    AccessPlan,
    GuardPlan,
    NodesPlan,
    Profile,
    StorageKind,
    StoragePlan,
)
from tiepoint.domain.errors import InputError

files = TomlPlanFiles()
OURS = """\
# Studio's cluster, see wiki
schema_version = 1

[guard]   # Anna: not above 100!
budget = 80.0   # per run
idle_minutes = 20

[nodes]
count = 3 # three are enough for interiors
size = "Standard_NV36ads_A10_v5"

[storage]
kind = "Lustre"

[cluster]
name = "interiors"
region = "eastus"
"""


@pytest.mark.parametrize("profile", Profile)
def test_a_new_file_is_read_back_without_a_word(tmp_path: Path, profile: Profile) -> None:
    plan = replace(PROFILES[profile], access=AccessPlan(sources=("203.0.113.7",)), guard=GuardPlan(20, 40.0))
    files.write(tmp_path / "cluster.toml", plan)
    assert files.read(tmp_path / "cluster.toml") == (plan, ())


def test_a_new_file_explains_itself() -> None:
    text = files.text(REFERENCE_PLAN)
    assert text.startswith("# A cluster on Azure")
    assert "schema_version = 1\n" in text
    assert "count = 5 # 1 to 200\n" in text
    assert "# budget = … " in text
    assert text.isprintable() is False
    assert "\r" not in text


def test_comments_and_order_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "cluster.toml"
    path.write_text(OURS, encoding="utf-8")
    plan, findings = files.read(path)
    assert findings == ()
    files.write(path, replace(plan, nodes=NodesPlan(count=8)))
    assert path.read_text(encoding="utf-8") == OURS.replace("count = 3 #", "count = 8 #")


def test_writing_what_is_there_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "cluster.toml"
    path.write_text(OURS.replace("\n", "\r\n"), encoding="utf-8", newline="")
    before = path.read_bytes()
    files.write(path, files.read(path)[0])
    assert path.read_bytes() == before


def test_what_is_new_is_added_and_what_is_gone_is_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "cluster.toml"
    path.write_text(OURS, encoding="utf-8")
    plan = replace(
        files.read(path)[0],
        guard=GuardPlan(20, None),
        access=AccessPlan(sources=("203.0.113.7", "198.51.100.0/24")),
        storage=StoragePlan(StorageKind.BLOB),
        metashape_seats=3,
    )
    files.write(path, plan)
    text = path.read_text(encoding="utf-8")
    assert ("budget" in text, "# Anna: not above 100!" in text) == (False, True)
    assert files.read(path) == (plan, ())


def test_misspelt_keys_stay_for_the_person_to_see(tmp_path: Path) -> None:
    path = tmp_path / "cluster.toml"
    path.write_text(OURS.replace("idle_minutes", "idel_minutes"), encoding="utf-8")
    plan, (finding,) = files.read(path)
    assert finding.replacement == "idle_minutes"
    files.write(path, replace(plan, name="other"))
    assert "idel_minutes = 20" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[cluster]\nname = "half', "line 2, column 13"),
        ("[cluster\n", "line 1, column 9"),
        ("[cluster]\nname = tiepoint", "line 2, column 8"),
        ("[cluster]\nname = 'a'\nname = 'b'", "line 3, column 11"),
        ("[cluster]\n[cluster]", "line 2, column 9"),
        ("x = " + "[" * 5000, "cannot be read as TOML"),
        ("just words", "line 1, column 6"),
    ],
)
def test_a_broken_file_is_named_by_line_and_column(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "cluster.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        files.read(path)
    assert said in caught.value.summary
    with pytest.raises(InputError):
        files.write(path, REFERENCE_PLAN)
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("content", [b"\xff\xfe[\x00c\x00", b"\x00" * 2_000_000, b"name = '\xe4'"])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cluster.toml"
    path.write_bytes(content)
    with pytest.raises(InputError, match="is no plan"):
        files.read(path)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "cluster.toml"
    path.write_bytes(b"\xef\xbb\xbf" + OURS.encode())
    plan, findings = files.read(path)
    assert (plan.name, findings) == ("interiors", ())
    files.write(path, replace(plan, name="other"))
    assert files.read(path)[0].name == "other"


def test_a_file_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        files.read(tmp_path / "cluster.toml")
    assert "tiepoint cluster plan -o cluster.toml" in caught.value.remedy
    with pytest.raises(InputError):
        files.read(tmp_path)


def test_an_empty_file_is_filled(tmp_path: Path) -> None:
    path = tmp_path / "cluster.toml"
    path.write_text("\n", encoding="utf-8")
    files.write(path, REFERENCE_PLAN)
    assert files.read(path) == (REFERENCE_PLAN, ())


@pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")
def test_a_link_and_the_files_mode_are_kept(tmp_path: Path) -> None:
    real, link = tmp_path / "shared.toml", tmp_path / "cluster.toml"
    real.write_text(OURS, encoding="utf-8")
    real.chmod(0o640)
    link.symlink_to(real)
    files.write(link, replace(files.read(link)[0], name="other"))
    assert (link.is_symlink(), real.stat().st_mode & 0o777) == (True, 0o640)
    assert files.read(real)[0].name == "other"
    assert [each.name for each in tmp_path.iterdir() if each.name.endswith(".part")] == []


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="rights do not bind this user")
def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="cannot be written"):
        files.write(tmp_path / "cluster.toml", REFERENCE_PLAN)


def test_a_folder_in_the_place_of_the_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        files.write(tmp_path, REFERENCE_PLAN)


def test_json_is_named_by_line_and_column_too(tmp_path: Path) -> None:
    path = tmp_path / "parameters.json"
    path.write_bytes(b'\xef\xbb\xbf{"a":\n 1,}')
    with pytest.raises(InputError, match="as JSON at line 2, column 4"):
        files.read_json(path)
    path.write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert files.read_json(path) == {"a": 1}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="no file"):
        TomlPlanFiles().read(tmp_path / "pipe")
