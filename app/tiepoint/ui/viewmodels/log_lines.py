"""Lines of a log or a list of events as they are shown: plain values and their filter. No Qt; any thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tiepoint.protocol.events import LogLine
from tiepoint.ui.text import plain

KEPT: Final = 5000
_STATES: Final = {"warning": "warning", "error": "error", "critical": "error"}
_WORDS: Final = {"warning": "warn", "critical": "error"}


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line.

    Args:
        time: As text.
        state: `warning` or `error` = marked; anything else names an icon and tone of `theme.states`; empty = none.
        level: The word for it.
        source: Who wrote it.
        text: What it says, harmless.
        key: Of what a click on it leads to; empty = nothing.
    """

    time: str
    state: str
    level: str
    source: str
    text: str
    key: str = ""

    @property
    def is_warning(self) -> bool:
        """Whether it belongs to the warnings."""
        return self.state in ("warning", "error")

    @property
    def is_marked(self) -> bool:
        """Whether its ground is tinted."""
        return self.is_warning

    def as_text(self) -> str:
        """Return it as one line of text."""
        return "  ".join(
            part for part in (self.time, f"{self.level:<5}", f"{self.source:<12}", self.text) if part.strip()
        )


def shown_line(line: LogLine) -> ShownLine:
    """Return a log line as it is shown."""
    level = line.level.casefold()
    return ShownLine(
        time_text(line.time), _STATES.get(level, ""), _WORDS.get(level, level), plain(line.source), plain(line.text)
    )


def time_text(moment: datetime) -> str:
    """Write a moment to the millisecond in this computer's time zone."""
    local = moment.astimezone()
    return f"{local:%H:%M:%S}.{local.microsecond // 1000:03d}"


def passing(lines: Iterable[ShownLine], words: str, *, only_warnings: bool) -> list[ShownLine]:
    """Return the lines with all of these words, or the warnings among them."""
    wanted = words.casefold().split()
    return [
        line
        for line in lines
        if (line.is_warning or not only_warnings)
        and all(word in f"{line.time} {line.level} {line.source} {line.text}".casefold() for word in wanted)
    ]
