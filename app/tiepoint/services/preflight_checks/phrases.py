"""Words that several checks use. Pure; any thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tiepoint.domain.cloud import Cloud
from tiepoint.domain.preflight import Fix, Remedy

_QUOTAS: Final = "#view/Microsoft_Azure_Capacity/QuotaMenuBlade/~/myQuotas"
_SIGNS: Final = {"USD": "$", "EUR": "€", "GBP": "£"}
_NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def listed(names: Sequence[str], most: int = 4) -> str:
    """Write names: `a, b and c`; of many the first ones and how many more."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def counted(number: int, noun: str) -> str:
    """Write a number of something: `1 node`, `5 nodes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def number_word(number: int) -> str:
    """Write a small number as a word, a large one in figures."""
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else str(number)


def money(amount: float, currency: str) -> str:
    """Write an amount: `3.20 $`, `4 352 $`."""
    text = f"{amount:,.0f}".replace(",", " ") if amount >= 100 else f"{amount:.2f}"
    return f"{text} {_SIGNS.get(currency, currency)}"


def quota_link(cloud: Cloud, label: str) -> tuple[Fix, ...]:
    """Return the way to the portal's page on which more quota is asked for; nothing where there is no portal."""
    return (Fix(Remedy.OPEN_LINK, label, f"{cloud.portal}/{_QUOTAS}"),) if cloud.portal else ()
