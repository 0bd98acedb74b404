"""Folders: the same answers as platformdirs, one home for tests, a private and short place for the socket."""

from __future__ import annotations

import os
import stat
import warnings
from pathlib import Path

import platformdirs
import pytest

from tiepoint.runtime import folders


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {
            "XDG_DATA_HOME": "/x/d",
            "XDG_CACHE_HOME": "/x/c",
            "XDG_STATE_HOME": "/x/s",
            "XDG_CONFIG_HOME": "/x/f",
            "XDG_RUNTIME_DIR": "/x/r",
        },
        {"XDG_DATA_HOME": "relative"},
    ],
)
def test_the_same_folders_as_platformdirs(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    monkeypatch.delenv("TIEPOINT_HOME")
    for name in ("DATA_HOME", "CACHE_HOME", "STATE_HOME", "CONFIG_HOME", "RUNTIME_DIR"):
        monkeypatch.delenv(f"XDG_{name}", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert folders.data_folder() == platformdirs.user_data_path("tiepoint", False)
    assert folders.cache_folder() == platformdirs.user_cache_path("tiepoint", False)
    assert folders.log_folder() == platformdirs.user_log_path("tiepoint", False)
    assert folders.settings_folder() == platformdirs.user_config_path("tiepoint", False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns when it falls back to the temporary folder
        assert folders.runtime_folder() == platformdirs.user_runtime_path("tiepoint", False)


def test_everything_lies_below_the_given_home(tiepoint_home: Path) -> None:
    found = [
        folders.data_folder(),
        folders.cache_folder(),
        folders.log_folder(),
        folders.settings_folder(),
        folders.runtime_folder(),
        folders.private_folder(),
    ]
    assert all(tiepoint_home in folder.parents for folder in found)


def test_the_private_folder_is_private(tiepoint_home: Path) -> None:
    (tiepoint_home / "run").mkdir(mode=0o755)
    folder = folders.private_folder()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_long_home_gets_a_short_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / ("é" * 60)
    monkeypatch.setenv("TIEPOINT_HOME", str(home))
    folder = folders.private_folder()
    assert len(os.fsencode(folder / "transfers.sock")) <= 100
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert folder == folders.private_folder()
    folder.rmdir()


def test_a_link_in_place_of_the_private_folder_is_refused(tiepoint_home: Path, tmp_path: Path) -> None:
    (tiepoint_home / "run").symlink_to(tmp_path)
    with pytest.raises(PermissionError):
        folders.private_folder()
