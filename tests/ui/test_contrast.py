"""Words can be read on every ground they stand on, dark and light: WCAG 2.2, 1.4.3 (text) and 1.4.11 (marks)."""

from __future__ import annotations

from typing import Final

import pytest

from tiepoint.ui.theme.tokens import DARK, LIGHT, Tokens

TEXT, MARK = 4.5, 3.0
_GROUNDS: Final = ("ground", "rail", "surface", "raised", "hover", "selection", "accent_soft")
_TONES: Final = ("ok", "warn", "err", "blocked", "queued", "info", "neutral")
_THEMES: Final = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)


def contrast(one: str, other: str) -> float:
    """Return the ratio of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _failing(theme: Tokens, pairs: list[tuple[str, str, str, str]], least: float) -> list[str]:
    found = [(f"{front} on {back}", contrast(one, other)) for front, one, back, other in pairs]
    return [f"{theme.name}: {pair} {ratio:.2f}" for pair, ratio in found if ratio < least]


@_THEMES
def test_words_can_be_read_on_every_ground(theme: Tokens) -> None:
    pairs = [
        (word, getattr(theme, word), ground, getattr(theme, ground))
        for word in ("text", "text2", "accent_text")
        for ground in _GROUNDS
    ]
    pairs += [("text3", theme.text3, ground, getattr(theme, ground)) for ground in _GROUNDS[:4]]
    assert not _failing(theme, pairs, TEXT)


@_THEMES
def test_tones_can_be_read_on_their_own_ground_and_on_cards_and_rows(theme: Tokens) -> None:
    pairs = []
    for name in _TONES:
        tone = theme.tone(name)
        pairs.append((f"{name}.text", tone.text, f"{name}.soft", tone.soft))
        pairs += [
            (f"{name}.text", tone.text, ground, getattr(theme, ground))
            for ground in ("ground", "surface", "raised", "hover", "selection")
        ]
        pairs.append(("text", theme.text, f"{name}.soft", tone.soft))
        pairs.append(("text2", theme.text2, f"{name}.soft", tone.soft))
    assert not _failing(theme, pairs, TEXT)


@_THEMES
def test_words_on_the_primary_button_can_be_read(theme: Tokens) -> None:
    pairs = [
        ("on_accent", theme.on_accent, name, getattr(theme, name)) for name in ("accent_fill", "accent_fill_hover")
    ]
    assert not _failing(theme, pairs, TEXT)


@_THEMES
def test_focus_selection_and_bars_can_be_told_from_what_is_around(theme: Tokens) -> None:
    pairs = [("accent", theme.accent, ground, getattr(theme, ground)) for ground in _GROUNDS]
    pairs += [
        (f"{name}.solid", theme.tone(name).solid, ground, getattr(theme, ground))
        for name in _TONES
        for ground in ("surface", "track")
        if (name, ground) != ("neutral", "track")
    ]
    assert not _failing(theme, pairs, MARK)


def test_contrast_is_measured_as_the_standard_says() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
