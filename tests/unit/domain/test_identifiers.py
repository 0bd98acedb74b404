"""Ids: always of the agreed form, whatever the name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.identifiers import is_id, new_id, random_suffix, slug

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Brighton Beach", "brighton-beach"),
        ("Straße nach Łódź", "strasse-nach-lodz"),
        ("../../etc/passwd", "etc-passwd"),
        ("東京", "capture"),
        ("", "capture"),
        ("a" * 99, "a" * 40),
        ("-- x --", "x"),
    ],
)
def test_slugs(name: str, expected: str) -> None:
    assert slug(name) == expected


@given(st.text())
def test_any_name_makes_an_id(name: str) -> None:
    made = new_id(name, NOW, random_suffix())
    assert is_id(made)
    assert made.startswith("20261122-")


@pytest.mark.parametrize(
    "text", ["", "20261122-a-12345", "20261122--123456", "20261122-A-123456", "../20261122-a-123456"]
)
def test_other_texts_are_no_ids(text: str) -> None:
    assert not is_id(text)


def test_a_wrong_suffix_is_refused() -> None:
    with pytest.raises(ValueError, match="not an id"):
        new_id("a", NOW, "xyz")
