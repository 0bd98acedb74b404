"""Words and figures for people, and names that must not steer a terminal."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.console.tables import table_text
from tiepoint.console.text import duration_text, length_text, moment_text, plain, remaining_text

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Grüße 東京.jpg", "Grüße 東京.jpg"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("a\nb\tc\r", r"a\x0ab\x09c\x0d"),
        ("evil\u202egpj.exe", r"evil\u202egpj.exe"),
        ("caf\udce9.jpg", r"caf\xe9.jpg"),
        ("\U000e0001", r"\U000e0001"),
        ("[bold]not bold[/]", "[bold]not bold[/]"),
    ],
)
def test_names_are_made_harmless(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text())
def test_nothing_of_any_name_steers_the_terminal(text: str) -> None:
    assert not [sign for sign in plain(text) if unicodedata.category(sign) in {"Cc", "Cf", "Cs"}]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0.0 s"), (3.24, "3.2 s"), (41.4, "41 s"), (125, "2:05 min"), (3725, "1:02 h")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("low_s", "high_s", "text"),
    [(5, 40, "under a minute left"), (30, 75, "1 to 2 min left"), (250, 290, "about 5 min left")],
)
def test_remaining_times(low_s: float, high_s: float, text: str) -> None:
    assert remaining_text(low_s, high_s) == text


@pytest.mark.parametrize(("metres", "text"), [(0.0008, "0.8 mm"), (0.034, "3.4 cm"), (1.2, "1.2 m")])
def test_lengths(metres: float, text: str) -> None:
    assert length_text(metres) == text


def test_moments() -> None:
    assert moment_text(None, NOW) == "–"
    assert len(moment_text(NOW, NOW)) == len("10:00")
    assert moment_text(NOW - timedelta(days=40), NOW).startswith("2026-10-")


def test_tables_align_wide_and_combining_signs() -> None:
    lines = table_text(("A", "B"), [("東京", "x"), ("é", "y"), ("abcde", "z")]).splitlines()
    assert lines == ["A      B", "東京   x", "é      y", "abcde  z"]
