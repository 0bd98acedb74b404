"""Keeps what is known of updates in a small file; a broken one is set aside. Blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tiepoint.adapters.files.json_file import object_of, text_of
from tiepoint.adapters.files.kept_file import Form, KeptFile
from tiepoint.domain.release import Seen, UpdateNotes
from tiepoint.domain.release_document import manifest_document, manifest_of
from tiepoint.ports.kept_files import Keeping

_FORMAT: Final = 1


class FileUpdateMemory:
    """Implements `ports.update_source.UpdateMemory`.

    Args:
        path: The file; it need not exist.
        keeping: How it is kept.
    """

    def __init__(self, path: Path, keeping: Keeping) -> None:
        form = Form(
            "What is known of updates",
            UpdateNotes(),
            parse=lambda raw: _notes_of(object_of(raw)),
            render=lambda notes, before: text_of(_document(notes)),
            when_aside="Nothing to do: updates are looked for again.",
        )
        self._file = KeptFile(path, form, keeping)

    def load(self) -> UpdateNotes:
        """Read what was kept."""
        return self._file.read()

    def change(self, change: Callable[[UpdateNotes], UpdateNotes]) -> UpdateNotes:
        """Change what was kept."""
        return self._file.change(change)


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
