"""Quota refusals in words with their numbers, which Azure tells only in its text. Pure; any thread."""

from __future__ import annotations

import re
from typing import Final

from tiepoint.domain.errors import QuotaTooSmall

_FAMILY: Final = re.compile(r"exceeding approved (\S+?)(?: Cores| vCPUs)? quota", re.IGNORECASE)
_NUMBERS: Final = {
    "limit": re.compile(r"(?:Current )?Limit:? *(\d+)", re.IGNORECASE),
    "used": re.compile(r"(?:Current )?(?:Usage|in use):? *(\d+)", re.IGNORECASE),
    "asked": re.compile(r"(?:Additional Required|Requested)[^:0-9]*:? *(\d+)", re.IGNORECASE),
    "wanted": re.compile(r"New Limit Required:? *(\d+)", re.IGNORECASE),
}
_LOCATION: Final = re.compile(r"Location: *'?([A-Za-z]+\d?)", re.IGNORECASE)
_LINK: Final = re.compile(r"https://[^\s\"'<>]+[^\s\"'<>.,;)]")
_OTHERWISE: Final = "use fewer machines, or choose another size or region"


def quota_refusal(message: str, detail: str) -> QuotaTooSmall:
    """Return the refusal with the numbers that its text holds.

    Args:
        message: Azure's text.
        detail: Everything Azure said, harmless.
    """
    numbers = {name: int(match.group(1)) for name, seek in _NUMBERS.items() if (match := seek.search(message))}
    family, place, link = _FAMILY.search(message), _LOCATION.search(message), _LINK.search(message)
    what = f"The quota {family.group(1)}" if family else "A quota of the subscription"
    where = f" in {place.group(1)}" if place else ""
    if {"limit", "used", "asked"} <= set(numbers):
        sentence = (
            f"{what}{where} is too small: {numbers['limit']} allowed, {numbers['used']} used, "
            f"{numbers['asked']} more asked for."
        )
    else:
        sentence = f"{what}{where} is too small."
    at_least = f" of at least {numbers['wanted']}" if "wanted" in numbers else ""
    where_to_ask = f" ({link.group(0)})" if link else " in the portal under Quotas"
    return QuotaTooSmall(sentence, remedy=f"Ask for a limit{at_least}{where_to_ask}; or {_OTHERWISE}.", detail=detail)
