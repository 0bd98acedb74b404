"""The organisation's policy in words: what it sets, from where, and what of it cannot be used. Pure; any thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tiepoint.domain.policy import Policy, PolicyProblem

TITLES: Final[Mapping[str, str]] = {
    "updates": "Updates",
    "update_address": "Address for updates",
    "update_keys": "Keys for updates",
    "tenant": "Organisation",
    "client_id": "Application",
    "region": "Region",
    "allowed_profiles": "Profiles",
    "proxy": "Proxy",
}
NONE_SET: Final = "none; all settings are your own"
CANNOT_BE_USED: Final = "Cannot be used"
_SHORT: Final[Mapping[str, str]] = {name: title[0].lower() + title[1:] for name, title in TITLES.items()}


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One value of a policy.

    Args:
        name: As in `domain.policy.VALUES`.
        title: For people, a word of `TITLES`.
        value: For people.
        is_word: Whether the value is a fixed word or sentence, and none that the organisation wrote.
        place: The file or registry key it came from.
        is_usable: Whether it could be used; what it counts as then is in `value`.
    """

    name: str
    title: str
    value: str
    is_word: bool
    place: str
    is_usable: bool


def policy_lines(policy: Policy) -> tuple[PolicyLine, ...]:
    """Return what a policy sets, in the order in which it is documented."""
    return tuple(_line(policy, name) for name in policy.names)


def policy_finding(policy: Policy) -> tuple[bool, str, str]:
    """Return what the doctor says: whether all is well, what there is, and what to do."""
    if policy.problems:
        worst = policy.problems[0]
        more = len(policy.problems) - 1
        also = "" if not more else f" (and {more} more)"
        return False, f"{problem_text(worst)}{also}", worst.remedy
    if not policy.names:
        return True, NONE_SET, ""
    places = " and ".join(dict.fromkeys(policy.place_of(name) for name in policy.names))
    return True, f"{', '.join(_SHORT[name] for name in policy.names)}: set in {places}", ""


def problem_text(problem: PolicyProblem) -> str:
    """Return where a problem is and what it is."""
    where = f"{problem.place}, {problem.name}" if problem.name else problem.place
    return f"{where}: {problem.summary}"


def _line(policy: Policy, name: str) -> PolicyLine:
    value, is_word = _value(policy, name)
    is_usable = name not in policy.unusable
    return PolicyLine(name, TITLES[name], value, is_word, policy.place_of(name), is_usable)


def _value(policy: Policy, name: str) -> tuple[str, bool]:
    """Return a value for people, and whether it is a fixed word."""
    value = getattr(policy, name)
    if name == "updates":
        return ("Looked for" if value else "Not looked for"), True
    if name in policy.unusable and value is None:
        return CANNOT_BE_USED, True
    if name == "update_keys":
        counted = "1 key" if len(value) == 1 else f"{len(value)} keys"
        return (counted, False) if value else ("None", True)
    if name == "allowed_profiles":
        return (", ".join(value), False) if value else ("None", True)
    return (value, False) if value else ("Straight, no proxy", True)
