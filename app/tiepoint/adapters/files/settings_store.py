"""Settings as one JSON file, replaced in one step; a broken one is set aside, never overwritten.

Blocking, but small.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tiepoint.adapters.files.errors import writing_failed
from tiepoint.adapters.files.json_file import read_object, replace_json, set_aside
from tiepoint.domain.errors import SetupError
from tiepoint.domain.settings import Settings, settings_from_dict
from tiepoint.ports.settings_store import LoadedSettings


class FileSettingsStore:
    """Implements `ports.settings_store.SettingsStore`.

    Args:
        path: The file; it need not exist.
        now: The clock, for the name of a file set aside.
    """

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._path = path
        self._now = now
        self._aside: Path | None = None

    def load(self) -> LoadedSettings:
        """Read the settings."""
        try:
            return LoadedSettings(settings_from_dict(read_object(self._path)), self._aside)
        except FileNotFoundError:
            return LoadedSettings(Settings(), self._aside)
        except (ValueError, RecursionError):
            self._aside = self._set_aside()
            return LoadedSettings(Settings(), self._aside)
        except OSError as error:
            raise SetupError(
                f"The settings in {self._path} cannot be opened: {(error.strerror or str(error)).lower()}.",
                remedy="Give yourself the right to read the file.",
                detail=str(error),
            ) from error

    def save(self, settings: Settings) -> None:
        """Replace the stored settings in one step."""
        try:
            replace_json(self._path, settings.to_dict())
        except OSError as error:
            raise writing_failed(self._path.parent, error, kind=SetupError) from error

    def _set_aside(self) -> Path:
        try:
            return set_aside(self._path, self._now())
        except OSError as error:
            raise writing_failed(self._path.parent, error, kind=SetupError) from error
