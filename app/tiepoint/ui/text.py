"""Words for people: every string of the panel passes through here, so that it can be translated. The GUI thread.

Strings from outside (file names, logs, schedulers) are made harmless by `plain`.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Final

from PySide6.QtCore import QCoreApplication

_KEPT = {"\t": " "}
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def tr(context: str, text: str, **values: object) -> str:
    """Return a text in the user's language.

    Args:
        context: Where it stands, such as the name of the page.
        text: In the source language; `{name}` is replaced by a value.
        values: What stands for the names in braces.
    """
    translated = QCoreApplication.translate(context, text)
    return translated.format(**values) if values else translated


def tr_count(context: str, one: str, many: str, count: int, **values: object) -> str:
    """Return the text for one or for many, with `{count}` replaced by the number."""
    return tr(context, one if count == 1 else many, count=grouped(count), **values)


def said_below(text: str) -> str:
    """Return a fixed sentence or word of the layers below, which know no languages, in the user's."""
    return tr("Below", text) if text else ""


def day_text(day: date, *, is_short: bool = False, has_year: bool = True) -> str:
    """Write a day: 23 June 2016, or 23 Jun."""
    month = tr("Month, short", _MONTHS[day.month - 1][:3]) if is_short else tr("Month", _MONTHS[day.month - 1])
    words = tr("Date", "{day} {month}", day=day.day, month=month)
    return tr("Date", "{day} {year}", day=words, year=day.year) if has_year else words


def grouped(number: int) -> str:
    """Write a whole number with thin spaces between thousands: 22 175."""
    return f"{number:,}".replace(",", "\u202f")


def plain(text: str, *, limit: int = 2000) -> str:
    """Make a text from outside harmless: one line, no control or direction characters, not endless."""
    if len(text) <= limit and text.isprintable():
        return text
    kept = "".join(_KEPT.get(each, each) if _is_shown(each) else "\ufffd" for each in text[: limit + 1])
    return kept if len(text) <= limit else kept[:limit] + "…"


def _is_shown(character: str) -> bool:
    return character in _KEPT or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
