"""Money in words: list prices per hour and per month, in the price list's currency. Pure; any thread."""

from __future__ import annotations

from typing import Final

from tiepoint.ui.text import grouped, tr

_SIGNS: Final = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "¥"}


def sign_of(currency: str) -> str:
    """Return a currency's sign; its code where it has none here."""
    return _SIGNS.get(currency, currency)


def amount_text(amount: float, currency: str, *, decimals: int | None = None) -> str:
    """Write an amount: 4 352 $ or 18.45 $.

    Args:
        amount: How much.
        currency: Its code.
        decimals: How many; None = two below a thousand, none above.
    """
    return f"{number_text(amount, decimals=decimals)}\u202f{sign_of(currency)}"


def number_text(amount: float, *, decimals: int | None = None) -> str:
    """Write an amount without its currency."""
    places = decimals if decimals is not None else (0 if abs(amount) >= 1000 else 2)
    if places == 0:
        return grouped(round(amount))
    return f"{amount:,.{places}f}".replace(",", "\u202f")


def rate_text(per_hour: float, currency: str, *, decimals: int | None = None) -> str:
    """Write a price per hour: 18.45 $/h."""
    return tr("Money", "{amount}/h", amount=amount_text(per_hour, currency, decimals=decimals))
