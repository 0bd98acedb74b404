"""Design tokens: every colour and measure of the panel, dark and light. Plain data; any thread.

Contrast is at least 4.5:1 for every text tone on every ground it is used on, `text3` included (WCAG 2.2, 1.4.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

RADIUS_SMALL: Final = 6
RADIUS: Final = 8
RADIUS_CARD: Final = 12
ROW_HEIGHT: Final = 36
STRIP_HEIGHT: Final = 64
RAIL_WIDTH: Final = 76
BODY_PX: Final = 13


class Tone(NamedTuple):
    """A tone of meaning: a solid colour for bars and glyphs, a soft ground, and a text readable on both grounds."""

    solid: str
    soft: str
    text: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme, as #RRGGBB.

    Args:
        name: `dark` or `light`.
        ground: Behind the cards.
        rail: Of the navigation rail.
        surface: Of cards and the strip.
        raised: Of controls and wells.
        hover: Under the pointer.
        border: Hairlines.
        border_strong: Edges of controls.
        text: Words.
        text2: Quieter words.
        text3: The quietest words and disabled ones.
        accent: Lines, bars and selections.
        accent_hover: The same under the pointer.
        accent_fill: Ground of the primary button; white words are readable on it.
        accent_fill_hover: The same under the pointer.
        accent_soft: Ground of what is chosen.
        accent_text: Accent-coloured words.
        on_accent: Words on `accent_fill`.
        selection: Ground of selected rows and text.
        track: Empty part of bars.
        view_top: Top of the 3D view's gradient.
        view_bottom: Bottom of it.
        ok: All is well.
        warn: Worth a look.
        err: Failed.
        blocked: Waits for something else.
        queued: Waits for its turn.
    """

    name: str
    ground: str
    rail: str
    surface: str
    raised: str
    hover: str
    border: str
    border_strong: str
    text: str
    text2: str
    text3: str
    accent: str
    accent_hover: str
    accent_fill: str
    accent_fill_hover: str
    accent_soft: str
    accent_text: str
    on_accent: str
    selection: str
    track: str
    view_top: str
    view_bottom: str
    ok: Tone
    warn: Tone
    err: Tone
    blocked: Tone
    queued: Tone

    @property
    def is_dark(self) -> bool:
        """Whether this is the dark theme."""
        return self.name == "dark"

    def tone(self, name: str) -> Tone:
        """Return a tone by name: `ok`, `warn`, `err`, `blocked`, `queued`, `info` (accent) or `neutral`."""
        if name == "info":
            return Tone(self.accent, self.accent_soft, self.accent_text)
        if name == "neutral":
            return Tone(self.text3, self.hover, self.text2)
        found = getattr(self, name)
        if not isinstance(found, Tone):
            raise KeyError(name)
        return found

    def colour(self, name: str) -> str:
        """Return a colour by the name of its field, or the solid or text part of a tone (`warn`, `warn.text`)."""
        head, _, part = name.partition(".")
        if head in {"info", "neutral"} or isinstance(getattr(self, head), Tone):
            return str(getattr(self.tone(head), part or "solid"))
        return str(getattr(self, head))


DARK: Final = Tokens(
    name="dark",
    ground="#0E1014",
    rail="#0B0D10",
    surface="#15181D",
    raised="#1C2026",
    hover="#22272F",
    border="#242931",
    border_strong="#3A414D",
    text="#E8EBF0",
    text2="#A0A8B5",
    text3="#858E9C",
    accent="#4F8CFF",
    accent_hover="#6A9EFF",
    accent_fill="#2F6FEA",
    accent_fill_hover="#2A66DC",
    accent_soft="#18263F",
    accent_text="#7FABFF",
    on_accent="#FFFFFF",
    selection="#1D2E4D",
    track="#272C35",
    view_top="#20252D",
    view_bottom="#0F1216",
    ok=Tone("#3ECF8E", "#12291F", "#4FD69A"),
    warn=Tone("#F2B23E", "#2D2412", "#F2B23E"),
    err=Tone("#F2646B", "#301A1E", "#F58A90"),
    blocked=Tone("#A78BFA", "#241E3B", "#B9A3FB"),
    queued=Tone("#7F9CC0", "#1B2430", "#9DB6D6"),
)
LIGHT: Final = Tokens(
    name="light",
    ground="#F4F5F7",
    rail="#FAFBFC",
    surface="#FFFFFF",
    raised="#F6F7F9",
    hover="#EEF0F3",
    border="#E2E5EA",
    border_strong="#C3C9D2",
    text="#14171C",
    text2="#515A68",
    text3="#636C79",
    accent="#2563EB",
    accent_hover="#1D4FD7",
    accent_fill="#2563EB",
    accent_fill_hover="#1D4FD7",
    accent_soft="#E7EEFE",
    accent_text="#1D4FD7",
    on_accent="#FFFFFF",
    selection="#D6E3FD",
    track="#E2E5EB",
    view_top="#EEF1F5",
    view_bottom="#CBD3DD",
    ok=Tone("#0C9159", "#E2F6EC", "#0A7447"),
    warn=Tone("#B0741D", "#FDF3DC", "#84550E"),
    err=Tone("#D9363E", "#FDE8E9", "#B3242C"),
    blocked=Tone("#7C3AED", "#F0EAFE", "#6425C9"),
    queued=Tone("#6685AB", "#E8EEF6", "#3F5C80"),
)
