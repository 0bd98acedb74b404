"""What the user set is what the agent uses; what cannot be read counts as not set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tiepoint.agent.backends.dask.sizing import sizing_of_this_computer
from tiepoint.agent.user_settings import user_settings
from tiepoint.domain.settings import LEAST_MEMORY_BYTES, Settings


def _store(home: Path, content: bytes) -> None:
    (home / "settings").mkdir(exist_ok=True)
    (home / "settings" / "settings.json").write_bytes(content)


def test_limits_are_read_from_the_settings(tiepoint_home: Path) -> None:
    assert user_settings() == Settings()
    wanted = Settings(workers=3, memory_limit_bytes=LEAST_MEMORY_BYTES, disk_floor_bytes=10**10)
    _store(tiepoint_home, json.dumps(wanted.to_dict()).encode())
    assert user_settings() == wanted


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b'{"schema_version": 1, "workers": 0}', b"[" * 99_999])
def test_a_broken_file_counts_as_the_usual_settings(tiepoint_home: Path, content: bytes) -> None:
    _store(tiepoint_home, content)
    assert user_settings() == Settings()
    assert (tiepoint_home / "settings" / "settings.json").read_bytes() == content


def test_workers_follow_the_settings_and_the_environment_goes_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIEPOINT_WORKERS", raising=False)
    sizing = sizing_of_this_computer(Settings(workers=3, memory_limit_bytes=LEAST_MEMORY_BYTES))
    assert (sizing.workers, sizing.memory_bytes) == (3, LEAST_MEMORY_BYTES)
    usual = sizing_of_this_computer()
    assert usual.workers >= 1
    assert sizing_of_this_computer(Settings(memory_limit_bytes=2**60)).memory_bytes == usual.memory_bytes
    monkeypatch.setenv("TIEPOINT_WORKERS", "1")
    assert sizing_of_this_computer(Settings(workers=3)).workers == 1


@pytest.mark.parametrize(
    "field", [{"workers": 0}, {"workers": True}, {"memory_limit_bytes": 5}, {"disk_floor_bytes": 0}, {"theme": "pink"}]
)
def test_senseless_settings_name_themselves(field: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(field))):
        Settings(**field).check()  # type: ignore[arg-type]
