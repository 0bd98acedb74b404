"""Settings as one JSON file, replaced in one step; a broken one is set aside, never overwritten.

Blocking, but small.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tiepoint.adapters.files.errors import writing_failed
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
            text = self._path.read_bytes().decode("utf-8")
            return LoadedSettings(settings_from_dict(_object(text)), self._aside)
        except FileNotFoundError:
            return LoadedSettings(Settings(), self._aside)
        except ValueError:
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
        part = self._path.with_name(f".{self._path.name}.{os.getpid()}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("w", encoding="utf-8") as file:
                json.dump(settings.to_dict(), file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)
        except OSError as error:
            raise writing_failed(self._path.parent, error, kind=SetupError) from error
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def _set_aside(self) -> Path:
        aside = self._path.with_name(f"{self._path.stem}.broken-{self._now():%Y%m%d-%H%M%S}{self._path.suffix}")
        try:
            self._path.replace(aside)
        except OSError as error:
            raise writing_failed(self._path.parent, error, kind=SetupError) from error
        return aside


def _object(text: str) -> dict[str, object]:
    data = json.loads(text)
    if not isinstance(data, dict):
        raise ValueError("not an object")  # noqa: TRY004  a broken file, told like any other broken content
    return data
