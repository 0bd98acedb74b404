"""The reason inside Azure's nested errors: which of many codes says what really went wrong. Pure; any thread."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_WRAPPERS: Final = frozenset(
    {
        "",
        "badrequest",
        "conflict",
        "deploymentfailed",
        "deploymentvalidationfailed",
        "invalidtemplatedeployment",
        "multipleerrorsoccurred",
        "nesteddeploymentshortcircuited",
        "resourcedeploymentfailure",
        "resourceoperationfailure",
        "failed",
        "forbidden",
        "notfound",
    }
)
"""Codes that only say that something inside went wrong, or no more than the HTTP status does."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One code with its text.

    Args:
        code: As Azure writes it.
        message: Likewise.
        target: What it is about; may be empty.
        depth: How deep it lay.
    """

    code: str
    message: str
    target: str = ""
    depth: int = 0

    @property
    def is_wrapper(self) -> bool:
        """Whether it only wraps another one."""
        return self.code.lower() in _WRAPPERS


def innermost(code: str, message: str, details: Sequence[Any] = ()) -> Reason:
    """Return the deepest reason that says something of its own; the first of several as deep.

    Args:
        code: The outer code.
        message: The outer text; Azure sometimes puts a whole error as JSON into it.
        details: Errors inside, as mappings or as models of Azure's libraries.
    """
    found = list(_walk({"code": code, "message": message, "details": details}, 0))
    telling = [reason for reason in found if not reason.is_wrapper] or found
    deepest = max(reason.depth for reason in telling)
    return next(reason for reason in telling if reason.depth == deepest)


def all_texts(code: str, message: str, details: Sequence[Any] = ()) -> str:
    """Return all codes and texts, one a line, outermost first."""
    found = _walk({"code": code, "message": message, "details": details}, 0)
    return "\n".join(f"{reason.code}: {reason.message}" if reason.code else reason.message for reason in found)


def error_inside(value: Any) -> Mapping[str, Any] | None:
    """Return the error object in what Azure calls an error: a model, a mapping, a text of JSON; None = none."""
    if isinstance(value, str):
        value = _json_of(value)
    if value is None:
        return None
    if not isinstance(value, Mapping):
        value = {name: getattr(value, name, None) for name in ("error", "code", "message", "target", "details")}
    inner = value.get("error")
    if inner is not None and not isinstance(inner, str):
        return error_inside(inner)
    return value if value.get("code") or value.get("message") or value.get("details") else None


def _walk(value: Any, depth: int) -> Iterator[Reason]:
    error = error_inside(value)
    if error is None or depth > 12:
        return
    code, message = str(error.get("code") or ""), str(error.get("message") or "")
    nested = _json_of(message)
    yield Reason(code, "" if nested else message, str(error.get("target") or ""), depth)
    if nested:
        yield from _walk(nested, depth + 1)
    details = error.get("details")
    for detail in details if isinstance(details, Sequence) and not isinstance(details, str) else ():
        yield from _walk(detail, depth + 1)
    inner = error.get("innererror")
    if isinstance(inner, Mapping) and inner.get("code"):
        yield Reason(str(inner["code"]), str(inner.get("message") or message), depth=depth + 1)


def _json_of(text: str) -> Mapping[str, Any] | None:
    text = text.strip()
    if not text.startswith("{"):
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, Mapping) else None
