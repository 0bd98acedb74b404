"""Sentences name the photos they are about, but not twice and not all of a thousand."""

from __future__ import annotations

import pytest

from tiepoint.console.sentences import sentence, with_remedy
from tiepoint.domain.failure import Failure


@pytest.mark.parametrize(
    ("summary", "photos", "said"),
    [
        ("Two are alike.", (), "Two are alike."),
        ("a.jpg is blurred.", ("a.jpg",), "a.jpg is blurred."),
        ("Two are alike.", ("a.jpg", "b\x1b.jpg"), r"Two are alike. (a.jpg, b\x1b.jpg)"),
        ("Some stay out.", tuple("abcdefg"), "Some stay out. (b, c, d, f, g)"),
        ("Eight.", tuple(f"{n}.jpg" for n in range(8)), "Eight. (0.jpg, 1.jpg, 2.jpg, 3.jpg, 4.jpg and 3 more)"),
    ],
)
def test_sentences(summary: str, photos: tuple[str, ...], said: str) -> None:
    assert sentence(Failure("kind", summary), photos) == said


def test_a_remedy_follows() -> None:
    assert with_remedy(Failure("kind", "It is so.", "Do this.")) == "It is so. Do this."
