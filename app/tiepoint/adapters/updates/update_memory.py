"""Keeps what is known of updates in a small file, replaced in one step; a broken one is set aside. Blocks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tiepoint.adapters.files.errors import writing_failed
from tiepoint.adapters.files.json_file import read_object, replace_json, set_aside
from tiepoint.domain.errors import SetupError
from tiepoint.domain.release import Seen, UpdateNotes
from tiepoint.domain.release_document import manifest_document, manifest_of

_FORMAT: Final = 1
_log = logging.getLogger(__name__)


class FileUpdateMemory:
    """Implements `ports.update_source.UpdateMemory`.

    Args:
        path: The file; it need not exist.
        now: The clock, for the name of a file set aside.
    """

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path, self._now = path, now

    def load(self) -> UpdateNotes:
        """Read what was kept."""
        try:
            return _notes_of(read_object(self._path))
        except FileNotFoundError:
            return UpdateNotes()
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            self._put_aside(error)
            return UpdateNotes()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise SetupError(
                f"What is known of updates, in {self._path}, cannot be opened: {reason}.",
                remedy="Give yourself the right to read the file.",
                detail=str(error),
            ) from error

    def save(self, notes: UpdateNotes) -> None:
        """Replace what was kept."""
        try:
            replace_json(self._path, _document(notes))
        except OSError as error:
            raise writing_failed(self._path.parent, error, kind=SetupError) from error

    def _put_aside(self, cause: Exception) -> None:
        try:
            aside = set_aside(self._path, self._now())
        except OSError as error:
            raise writing_failed(self._path.parent, error, kind=SetupError) from error
        _log.info("what was known of updates was broken (%s) and is kept as %s", cause, aside)


def _document(notes: UpdateNotes) -> dict[str, Any]:
    seen = {
        address: {
            "looked": each.looked.isoformat(),
            "manifest": manifest_document(each.manifest) if each.manifest is not None else None,
        }
        for address, each in notes.seen.items()
    }
    later = notes.later.isoformat() if notes.later is not None else None
    return {"format": _FORMAT, "seen": seen, "skipped": notes.skipped, "later": later, "told": notes.told}


def _notes_of(data: Mapping[str, Any]) -> UpdateNotes:
    if data["format"] != _FORMAT:
        raise ValueError(f"format {data['format']!r}")
    seen = {str(address): _seen_of(each) for address, each in data["seen"].items()}
    later = _moment(data["later"]) if data["later"] is not None else None
    return UpdateNotes(seen, str(data["skipped"]), later, str(data["told"]))


def _seen_of(data: Mapping[str, Any]) -> Seen:
    manifest = data["manifest"]
    return Seen(_moment(data["looked"]), manifest_of(manifest) if manifest is not None else None)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without its time zone")
    return moment.astimezone(UTC)
