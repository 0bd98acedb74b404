"""What people type as a setting: taken, or refused with a reason."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.settings import LEAST_DISK_FLOOR_BYTES, Settings
from tiepoint.ui.viewmodels.settings_values import Refused, disk_floor, memory_limit, workers


@pytest.mark.parametrize(("text", "value"), [("", None), ("  ", None), ("1", 1), (" 12 ", 12), ("256", 256)])
def test_workers_are_whole_numbers_or_automatic(text: str, value: int | None) -> None:
    assert workers(text) == value


@pytest.mark.parametrize("text", ["0", "-1", "257", "2.5", "two", "²", "1e3"])
def test_senseless_workers_are_refused_with_the_range(text: str) -> None:
    with pytest.raises(Refused, match="from 1 to 256"):
        workers(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12 * 10**9), ("12 GB", 12 * 10**9), ("1.5gb", 15 * 10**8), ("1,5 g", 15 * 10**8), ("8000 MB", 8 * 10**9)],
)
def test_sizes_are_read_as_people_write_them(text: str, value: int) -> None:
    assert memory_limit(text, 16 * 10**9) == value


@pytest.mark.parametrize(
    ("text", "reason"), [("100 MB", "less than 1.0 GB"), ("64 GB", "16 GB only"), ("lots", "such as 12 GB")]
)
def test_senseless_memory_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        memory_limit(text, 16 * 10**9)


def test_memory_of_an_unknown_computer_has_no_upper_bound() -> None:
    assert memory_limit("64 GB", 0) == 64 * 10**9
    assert memory_limit("", 0) is None


def test_the_disk_floor_has_a_least() -> None:
    assert disk_floor("") == LEAST_DISK_FLOOR_BYTES
    assert disk_floor("20 GB") == 20 * 10**9
    with pytest.raises(Refused, match="200 MB"):
        disk_floor("10 MB")


@given(st.text(max_size=20))
def test_whatever_is_typed_is_a_sound_setting_or_refused(text: str) -> None:
    for name, read in (
        ("workers", workers),
        ("memory_limit_bytes", lambda typed: memory_limit(typed, 16 * 10**9)),
        ("disk_floor_bytes", disk_floor),
    ):
        with contextlib.suppress(Refused):
            Settings(**{name: read(text)}).check()
