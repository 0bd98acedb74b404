"""From what stands in a file or in the registry to a policy: the first place wins, value by value.

What cannot be used is told as a problem and counts as its strictest. Must not read anything. Pure; any thread.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tiepoint.domain.account_texts import is_client_id, is_tenant
from tiepoint.domain.cluster_plan import Profile
from tiepoint.domain.policy import VALUES, Policy, PolicyProblem
from tiepoint.domain.proxy import read_proxy
from tiepoint.domain.release import address_problem, is_key

_REGION: Final = re.compile(r"[a-z][a-z0-9]{2,40}")
_STRICTEST: Final[Mapping[str, Any]] = {"updates": False, "update_keys": (), "allowed_profiles": ()}
"""What a value counts as that cannot be used; of the others it is only known that somebody meant to set them."""
_OF_BROKEN: Final = ("updates", "allowed_profiles")
"""What counts as its strictest where a whole place cannot be read."""
_LONGEST_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Layer:
    """One place in which a policy may stand, as it was found.

    Args:
        place: The file or the registry key.
        values: What stands in it, by its names there: `update_address` or `UpdateAddress`.
        problem: Why it cannot be read as a whole; None = it can.
    """

    place: str
    values: Mapping[str, object] = field(default_factory=dict)
    problem: PolicyProblem | None = None


class _UnusableValueError(Exception):
    """Why a value cannot be used, and what can; `kept` is what of a list can."""

    def __init__(self, summary: str, remedy: str, kept: Any = None) -> None:
        super().__init__(summary)
        self.summary, self.remedy, self.kept = summary, remedy, kept


def policy_of(layers: Iterable[Layer]) -> Policy:
    """Return the policy that layers make.

    Args:
        layers: The one that wins first.
    """
    made = _Making()
    for layer in layers:
        made.take(layer)
    return Policy(**made.values, places=made.places, problems=tuple(made.problems), unusable=frozenset(made.unusable))


class _Making:
    """A policy in the making."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.places: dict[str, str] = {}
        self.problems: list[PolicyProblem] = []
        self.unusable: set[str] = set()

    def take(self, layer: Layer) -> None:
        """Take what no layer before has set."""
        if layer.problem is not None:
            self.problems.append(layer.problem)
            for doubtful in _OF_BROKEN:
                if doubtful not in self.places:
                    self.values[doubtful], self.places[doubtful] = _STRICTEST[doubtful], layer.place
                    self.unusable.add(doubtful)
            return
        before = frozenset(self.places)
        for written, raw in layer.values.items():
            name = _BY_SPELLING.get(_bare(written))
            if name is None:
                self.problems.append(_unknown(layer.place, written))
            elif raw is not None and name not in before:
                self._put(layer.place, written, name, raw)

    def _put(self, place: str, written: str, name: str, raw: object) -> None:
        is_second = name in self.places
        self.places[name] = place
        try:
            if is_second:
                raise _UnusableValueError("It is set twice.", "Set it once.")  # noqa: TRY301  told like any other
            self.values[name] = _READERS[name](raw)
        except _UnusableValueError as unusable:
            self.problems.append(PolicyProblem(place, written, unusable.summary, unusable.remedy))
            self.values[name] = _STRICTEST.get(name) if unusable.kept is None else unusable.kept
            if unusable.kept is None:
                self.unusable.add(name)


def _unknown(place: str, written: str) -> PolicyProblem:
    near = difflib.get_close_matches(_bare(written), _BY_SPELLING, n=1, cutoff=0.75)
    name = _spelt_like(written, _BY_SPELLING[near[0]]) if near else ""
    remedy = f"Write {name}." if name else "Take it out, or update this program if it is newer than it."
    return PolicyProblem(place, written[:_LONGEST_SHOWN], "This program knows no such value.", remedy)


def _spelt_like(written: str, name: str) -> str:
    """Return a name as files write it, or as the registry does."""
    return name if written[:1].islower() else "".join(part.capitalize() for part in name.split("_"))


def _bare(name: str) -> str:
    return name.replace("_", "").casefold()


def _yes_no(raw: object) -> bool:
    if isinstance(raw, bool) or (isinstance(raw, int) and raw in {0, 1}):
        return bool(raw)
    raise _UnusableValueError(f"{_shown(raw)} is neither yes nor no.", "Write true or false; in the registry 1 or 0.")


def _text(raw: object, what: str) -> str:
    if not isinstance(raw, str):
        raise _UnusableValueError(f"{_shown(raw)} is no text.", f"Write {what} as a text.")
    return raw.strip()


def _texts(raw: object, what: str) -> list[str]:
    if not isinstance(raw, list | tuple) or not all(isinstance(each, str) for each in raw):
        raise _UnusableValueError(f"{_shown(raw)} is no list of texts.", f"Write a list of {what}.")
    return [each.strip() for each in raw if each.strip()]


def _address(raw: object) -> str:
    text = _text(raw, "the address")
    problem = address_problem(text)
    if problem:
        raise _UnusableValueError(problem, "Write the https address of a signed manifest.")
    return text


def _keys(raw: object) -> tuple[str, ...]:
    texts = _texts(raw, "public keys")
    good = tuple(each for each in texts if is_key(each))
    if len(good) != len(texts):
        wrong = next(each for each in texts if not is_key(each))
        remedy = "Write Ed25519 public keys in base64, 44 characters each."
        raise _UnusableValueError(f"{_shown(wrong)} is no public key.", remedy, kept=good)
    return good


def _tenant(raw: object) -> str:
    text = _text(raw, "the organisation")
    if not is_tenant(text):
        raise _UnusableValueError(f"{_shown(text)} is no organisation.", "Write its domain or its id.")
    return text


def _client_id(raw: object) -> str:
    text = _text(raw, "the application")
    if not is_client_id(text):
        summary = f"{_shown(text)} is no id of an application."
        raise _UnusableValueError(summary, "Copy its client id from the portal.")
    return text


def _region(raw: object) -> str:
    text = _text(raw, "the region")
    if not _REGION.fullmatch(text.lower()):
        short = re.sub(r"[^a-z0-9]", "", text.lower())
        remedy = f"Write {short}." if _REGION.fullmatch(short) else "Write its short name, such as westeurope."
        raise _UnusableValueError(f"{_shown(text)} is no short name of a region.", remedy)
    return text.lower()


def _profiles(raw: object) -> tuple[str, ...]:
    texts = [each.lower() for each in _texts(raw, "profiles")]
    known = tuple(profile.value for profile in Profile)
    wrong = next((each for each in texts if each not in known), None)
    good = tuple(each for each in known if each in texts)
    if wrong is not None:
        raise _UnusableValueError(f"{_shown(wrong)} is no profile.", f"The profiles are {', '.join(known)}.", kept=good)
    return good


def _proxy(raw: object) -> str:
    text = _text(raw, "the proxy")
    if not text:
        return ""
    try:
        return read_proxy(text)
    except ValueError as error:
        raise _UnusableValueError(str(error), "Write it as http://proxy.studio.example:3128.") from error


def _shown(raw: object) -> str:
    """Show a value at the start of a sentence."""
    if raw == "":
        return "An empty text"
    text = f"“{repr(raw)[1:-1]}”" if isinstance(raw, str) else repr(raw)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


_READERS: Final[Mapping[str, Callable[[object], Any]]] = {
    "updates": _yes_no,
    "update_address": _address,
    "update_keys": _keys,
    "tenant": _tenant,
    "client_id": _client_id,
    "region": _region,
    "allowed_profiles": _profiles,
    "proxy": _proxy,
}
_BY_SPELLING: Final = {_bare(name): name for name in VALUES}
