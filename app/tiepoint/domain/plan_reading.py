"""A plan from what a TOML file holds. What is unknown, misspelt, retired or of the wrong kind is left at its usual
value and told as a finding with the nearest thing that is valid.

Must not read files, and must not judge how choices go together. Pure; any thread.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final

from tiepoint.domain.cluster_plan import PLAN_SCHEMA_VERSION, PROFILES, ClusterPlan, PlanFinding, Profile
from tiepoint.domain.errors import InputError
from tiepoint.domain.plain_text import plain
from tiepoint.domain.plan_keys import KEYS, SCHEMA_KEY, TABLES, PlanKey, ValueKind, keys_of, with_value
from tiepoint.domain.retired import Retired, retired_anything, retired_choice

_NEAR: Final = 0.6
_LONGEST_SHOWN: Final = 60
_MOST_TEXTS: Final = 100
_LONGEST_TEXT: Final = 500
_VERSION_REMEDY: Final = f"Write {SCHEMA_KEY} = {PLAN_SCHEMA_VERSION} as the first line."


def read_plan(data: Mapping[str, Any]) -> tuple[ClusterPlan, tuple[PlanFinding, ...]]:
    """Return the plan and what was wrong with its text.

    Args:
        data: Tables as a TOML reader gives them.

    Raises:
        InputError: It is from a newer program.
    """
    findings = [*_version(data.get(SCHEMA_KEY)), *_strange_tables(data)]
    plan = _beginning(data)
    for table in TABLES:
        values = data.get(table, {})
        if not isinstance(values, Mapping):
            findings.append(PlanFinding(table, f"{table} must be a table.", f"Write it as [{table}]."))
            continue
        findings += _strange_keys(table, values)
        for name, key in keys_of(table).items():
            if name in values:
                plan, more = _taken(plan, key, values[name])
                findings += more
    return plan, tuple(findings)


def repaired(plan: ClusterPlan, findings: Iterable[PlanFinding]) -> ClusterPlan:
    """Return a plan with what findings propose in place of retired and misspelt choices, as far as it can be used."""
    keys = {key.path: key for key in KEYS}
    for finding in findings:
        key = keys.get(finding.key)
        if key is not None and finding.replacement and key.kind is not ValueKind.TEXTS:
            plan, _ = _taken(plan, key, value_from_text(key, finding.replacement))
    return plan


def value_from_text(key: PlanKey, text: str) -> Any:
    """Return what somebody typed for a key as the file would hold it; what cannot be read stays a text."""
    if key.kind is ValueKind.YES_NO:
        return {"true": True, "yes": True, "false": False, "no": False}.get(text.strip().lower(), text)
    if key.kind in (ValueKind.WHOLE, ValueKind.NUMBER):
        for number in (int, float):
            with contextlib.suppress(ValueError):
                return number(text)
        return text
    if key.kind is ValueKind.TEXTS:
        listed = text.strip().removeprefix("[").removesuffix("]").split(",")  # also as a file has it
        return [bare for each in listed if (bare := each.strip().strip("\"'"))]
    return text


def taken(plan: ClusterPlan, key: PlanKey, value: Any) -> tuple[ClusterPlan, tuple[PlanFinding, ...]]:
    """Return a plan with a value as a file holds it; where it cannot be used, the plan as it was and why."""
    plan, found = _taken(plan, key, value)
    return plan, tuple(found)


def nearest(word: str, among: Iterable[str]) -> str:
    """Return what somebody most likely meant; empty = nothing comes near."""
    known = {_flat(each): each for each in among}
    found = get_close_matches(_flat(word), known, n=1, cutoff=_NEAR)
    return known[found[0]] if found else ""


def _beginning(data: Mapping[str, Any]) -> ClusterPlan:
    """A file that leaves something out means its profile's own value, not some other profile's."""
    cluster = data.get("cluster")
    profile = cluster.get("profile") if isinstance(cluster, Mapping) else None
    known = next((each for each in Profile if each == profile), None)
    return PROFILES[known] if known else ClusterPlan()


def _version(value: object) -> list[PlanFinding]:
    if value is None:
        summary = f"The plan does not say its {SCHEMA_KEY}; {PLAN_SCHEMA_VERSION} is taken."
        return [PlanFinding(SCHEMA_KEY, summary, _VERSION_REMEDY, is_blocking=False)]
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        return [PlanFinding(SCHEMA_KEY, f"{SCHEMA_KEY} is {_shown(value)}, not a version.", _VERSION_REMEDY)]
    if value > PLAN_SCHEMA_VERSION:
        raise InputError(
            f"The plan has {SCHEMA_KEY} {value}; this program knows {PLAN_SCHEMA_VERSION}.", remedy="Update Tiepoint."
        )
    return []


def _strange_tables(data: Mapping[str, Any]) -> list[PlanFinding]:
    found = []
    for name in data:
        if name in (*TABLES, SCHEMA_KEY):
            continue
        retired, near = retired_choice(name), nearest(name, TABLES)
        homes = [key for key in KEYS if key.name == _flat(name)]
        if retired is not None:
            found.append(_retired_finding(plain(name), retired))
        elif near and isinstance(data[name], Mapping):
            found.append(_unknown(plain(name), f"There is no table [{plain(name)}].", f"[{near}]", near))
        elif homes:
            tables = " or ".join(f"[{key.table}]" for key in homes)
            summary = f"{plain(name)} stands outside of its table."
            found.append(PlanFinding(plain(name), summary, f"Move it below {tables}."))
        else:
            what = "table" if isinstance(data[name], Mapping) else "key"
            known = f"The tables are {', '.join(TABLES)}."
            found.append(PlanFinding(plain(name), f"There is no {what} {plain(name)} in a plan.", known))
    return found


def _strange_keys(table: str, values: Mapping[str, Any]) -> list[PlanFinding]:
    found, known = [], keys_of(table)
    for name, value in values.items():
        if name in known:
            continue
        path = f"{table}.{plain(name)}"
        retired = retired_choice(name) or (retired_anything(value) if isinstance(value, str) else None)
        near = nearest(name, known)
        elsewhere = next((key for key in KEYS if key.name == name), None)
        if retired is not None:
            found.append(_retired_finding(path, retired))
        elif near:
            found.append(_unknown(path, f"[{table}] has no key {plain(name)}.", near, near))
        elif elsewhere is not None:
            remedy = f"Move it below [{elsewhere.table}]."
            found.append(PlanFinding(path, f"[{table}] has no key {plain(name)}.", remedy, replacement=elsewhere.path))
        else:
            known_text = f"It may have: {', '.join(known)}."
            found.append(PlanFinding(path, f"[{table}] has no key {plain(name)}.", known_text))
    return found


def _unknown(path: str, summary: str, meant: str, replacement: str) -> PlanFinding:
    return PlanFinding(path, summary, f"You may have meant {meant}.", replacement=replacement)


def _retired_finding(path: str, retired: Retired) -> PlanFinding:
    return PlanFinding(path, retired.summary, retired.instead, retired.is_blocking, retired.replacement)


def _taken(plan: ClusterPlan, key: PlanKey, value: Any) -> tuple[ClusterPlan, list[PlanFinding]]:
    """Return the plan with a value, or as it was with what is wrong about it."""
    try:
        return with_value(plan, key, _READERS[key.kind](key, value)), []
    except _Refused as refused:
        return plan, [refused.finding]


class _Refused(Exception):
    def __init__(self, finding: PlanFinding) -> None:
        super().__init__(finding.summary)
        self.finding = finding


def _text(key: PlanKey, value: object) -> str:
    if not isinstance(value, str):
        raise _wrong_kind(key, value, 'a text in quotes, such as "eastus"')
    if len(value) > _LONGEST_TEXT:
        raise _Refused(PlanFinding(key.path, f"{key.path} is far too long.", "Shorten it."))
    return plain(value.strip())


def _choice(key: PlanKey, value: object) -> str:
    text = _text(key, value)
    exact = next((choice for choice in key.choice_texts if _flat(choice) == _flat(text)), "")
    if exact:
        return exact
    retired = retired_choice(text)
    if retired is not None:
        fits = retired.replacement if retired.replacement in key.choice_texts else ""
        raise _Refused(PlanFinding(key.path, retired.summary, retired.instead, replacement=fits))
    near = nearest(text, key.choice_texts)
    meant = f"You may have meant {near}. " if near else ""
    summary = f"{key.path} cannot be {_shown(text)}."
    raise _Refused(PlanFinding(key.path, summary, f"{meant}It may be {_or(key.choice_texts)}.", replacement=near))


def _whole(key: PlanKey, value: object) -> int:
    number = _number(key, value)
    if number != int(number):
        raise _wrong_kind(key, value, "a whole number")
    return int(number)


def _number(key: PlanKey, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong_kind(key, value, key.kind.value)
    if not key.least <= value <= key.most:
        bounds = f"from {key.least:g} on" if math.isinf(key.most) else f"{key.least:g} to {key.most:g}"
        fits = f"{min(max(value, key.least), key.most):g}"
        summary = f"{key.path} is {_shown(value)}; it may be {bounds}."
        raise _Refused(PlanFinding(key.path, summary, f"Write {fits}.", replacement=fits))
    return float(value)


def _yes_no(key: PlanKey, value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong_kind(key, value, "true or false, without quotes")
    return value


def _texts(key: PlanKey, value: object) -> list[str]:
    entries = [value] if isinstance(value, str) else value
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise _wrong_kind(key, value, 'a list, such as ["203.0.113.7", "198.51.100.0/24"]')
    if len(entries) > _MOST_TEXTS:
        raise _Refused(PlanFinding(key.path, f"{key.path} has more than {_MOST_TEXTS} entries.", "Use networks."))
    return [_text(key, entry) for entry in entries if entry.strip()]


_READERS: Final[Mapping[ValueKind, Callable[[PlanKey, object], Any]]] = {
    ValueKind.TEXT: _text,
    ValueKind.CHOICE: _choice,
    ValueKind.WHOLE: _whole,
    ValueKind.NUMBER: _number,
    ValueKind.YES_NO: _yes_no,
    ValueKind.TEXTS: _texts,
}


def _wrong_kind(key: PlanKey, value: object, wanted: str) -> _Refused:
    return _Refused(PlanFinding(key.path, f"{key.path} is {_shown(value)}.", f"It must be {wanted}."))


def _shown(value: object) -> str:
    text = f'"{plain(value)}"' if isinstance(value, str) else plain(str(value))
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _flat(word: str) -> str:
    """Spellings that differ in case, hyphens and spaces only are the same."""
    return word.strip().lower().replace("-", "_").replace(" ", "_")


def _or(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]
