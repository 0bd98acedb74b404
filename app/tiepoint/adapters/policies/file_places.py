"""A policy in a file: JSON, or a property list as macOS's management writes it. Blocks on a small file; any thread."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tiepoint.adapters.policies.trusted_file import ROOT, Doubt, read_trusted
from tiepoint.domain.policy import PolicyProblem
from tiepoint.domain.policy_reading import Layer


class FilePlace:
    """One file.

    Args:
        path: Which.
        read: Makes values of its content.
        owners: Whose it may be, user ids.
    """

    def __init__(
        self, path: Path, read: Callable[[bytes], Mapping[str, object]], owners: frozenset[int] = ROOT
    ) -> None:
        self.path = path
        self._read, self._owners = read, owners

    def layer(self) -> Layer | None:
        """Return what stands in it; None = there is no such file."""
        try:
            content = read_trusted(self.path, self._owners)
            return None if content is None else Layer(str(self.path), self._read(content))
        except Doubt as doubt:
            problem = PolicyProblem(str(self.path), "", doubt.summary, doubt.remedy)
            return Layer(str(self.path), problem=problem)


def json_values(content: bytes) -> Mapping[str, object]:
    """Read a JSON object.

    Raises:
        Doubt: It is none.
    """
    try:
        found = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once)
    except UnicodeDecodeError as error:
        raise Doubt("It is no text in UTF-8.", "Save it as UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise Doubt(f"It is no JSON: {error}.", "Correct it at the place that this names.") from error
    return _object(found)


def plist_values(content: bytes) -> Mapping[str, object]:
    """Read a property list.

    Raises:
        Doubt: It is none.
    """
    import plistlib  # only macOS has such a place, and every start would pay for it
    from xml.parsers.expat import ExpatError

    try:
        found = plistlib.loads(content)
    except (ValueError, ExpatError, RecursionError, LookupError, AttributeError) as error:
        raise Doubt(f"It is no property list: {error}.", "Write it anew, and look at it with: plutil -lint") from error
    return _object(found)


def _object(found: Any) -> Mapping[str, object]:
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found):
        raise Doubt("It holds no names with values.", "Write one object: names, each with its value.")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    second = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if second is not None:
        raise ValueError(f"{second!r} stands in it twice")
    return dict(pairs)
