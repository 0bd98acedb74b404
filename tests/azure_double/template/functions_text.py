"""Functions of texts."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import urllib.parse
import uuid
from collections.abc import Callable
from typing import Any

from azure_double.template.refusal import language

# ARM's guid() is a UUID of version 5 in this namespace, its arguments joined by hyphens.
_GUID_SPACE = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")
_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"


def string(value: Any) -> str:
    """A value as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "True" if value else "False"
    return "" if value is None else json.dumps(value, separators=(",", ":"))


def concat(*values: Any) -> Any:
    """Texts, or lists, one after the other."""
    if values and isinstance(values[0], list):
        return [item for each in values for item in each]
    return "".join(string(each) for each in values)


def format_text(pattern: str, *values: Any) -> str:
    """`{0}` and the like; `{0:00}` and `{0:D2}` pad numbers."""

    def replaced(match: re.Match[str]) -> str:
        value, how = values[int(match[1])], match[2] or ""
        if how and isinstance(value, int):
            width = int(how[1:] or 0) if how[:1] in "dD" else len(how)
            return str(value).zfill(width)
        return string(value)

    if any(int(each) >= len(values) for each in re.findall(r"\{(\d+)", pattern.replace("{{", ""))):
        raise language(f"The format text '{pattern}' names more values than it is given.")
    kept = pattern.replace("{{", "\0").replace("}}", "\1")
    return re.sub(r"\{(\d+)(?::([^}]+))?\}", replaced, kept).replace("\0", "{").replace("\1", "}")


def guid(*values: str) -> str:
    """The same GUID for the same values."""
    return str(uuid.uuid5(_GUID_SPACE, "-".join(values)))


def unique_string(*values: str) -> str:
    """Thirteen letters and digits, the same for the same values (not Azure's own ones)."""
    number = int.from_bytes(hashlib.sha256("-".join(values).encode()).digest()[:9], "big")
    return "".join(_DIGITS[(number >> (5 * at)) & 31] for at in range(13))


def substring(text: str, start: int, length: int | None = None) -> str:
    """A part of a text."""
    end = len(text) if length is None else start + length
    if start < 0 or end > len(text):
        raise language(
            "The template language function 'substring' parameters are not valid. The index and length parameters must "
            f"refer to a location within the string. The index is '{start}' and the length of the string is "
            f"'{len(text)}'."
        )
    return text[start:end]


def split(text: str, by: str | list[str]) -> list[str]:
    """Parts of a text."""
    marks = [by] if isinstance(by, str) else by
    return re.split("|".join(re.escape(each) for each in marks), text)


def json_text(text: str) -> Any:
    """What a JSON text says."""
    try:
        return json.loads(text)
    except ValueError:
        raise language(f"The template language function 'json' parameter is not valid JSON: '{text[:80]}'.") from None


def integer(value: str | int | float) -> int:
    """A whole number."""
    try:
        return int(value)
    except ValueError:
        raise language(f"Unable to convert the value '{value}' to int.") from None


def boolean(value: Any) -> bool:
    """Yes or no."""
    return value if isinstance(value, bool) else str(value).lower() in ("true", "1")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "string": string,
    "concat": concat,
    "format": format_text,
    "guid": guid,
    "uniquestring": unique_string,
    "substring": substring,
    "split": split,
    "json": json_text,
    "int": integer,
    "bool": boolean,
    "float": float,
    "tolower": lambda text: text.lower(),
    "toupper": lambda text: text.upper(),
    "trim": lambda text: text.strip(),
    "replace": lambda text, old, new: text.replace(old, new),
    "startswith": lambda text, begin: text.lower().startswith(begin.lower()),
    "endswith": lambda text, end: text.lower().endswith(end.lower()),
    "indexof": lambda text, part: text.lower().find(part.lower()) if isinstance(text, str) else _position(text, part),
    "lastindexof": lambda text, part: text.lower().rfind(part.lower()),
    "padleft": lambda text, width, fill=" ": string(text).rjust(width, fill),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64tostring": lambda text: base64.b64decode(text).decode(),
    "base64tojson": lambda text: json.loads(base64.b64decode(text)),
    "uri": urllib.parse.urljoin,
    "uricomponent": lambda text: urllib.parse.quote(text, safe=""),
    "uricomponenttostring": urllib.parse.unquote,
    "join": lambda items, by: by.join(string(each) for each in items),
}


def _position(items: list[Any], item: Any) -> int:
    return items.index(item) if item in items else -1
