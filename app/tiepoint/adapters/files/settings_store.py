"""Settings as one JSON file, changed together with others' changes; a broken one is set aside, never overwritten.

Blocking, but small.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from tiepoint.adapters.files.json_file import object_of, text_of
from tiepoint.adapters.files.kept_file import Form, KeptFile
from tiepoint.domain.settings import Settings, settings_from_dict
from tiepoint.ports.kept_files import Keeping
from tiepoint.ports.settings_store import LoadedSettings

_FORM: Final = Form(
    "The settings file",
    Settings(),
    parse=lambda raw: settings_from_dict(object_of(raw)),
    render=lambda settings, before: text_of(settings.to_dict()),
    when_aside="Make the changes again that you had made.",
    kind="settings",
)


class FileSettingsStore:
    """Implements `ports.settings_store.SettingsStore`.

    Args:
        path: The file; it need not exist.
        keeping: How it is kept.
    """

    def __init__(self, path: Path, keeping: Keeping) -> None:
        self._file = KeptFile(path, _FORM, keeping)

    def load(self) -> LoadedSettings:
        """Read the settings."""
        settings = self._file.read()
        return LoadedSettings(settings, self._file.aside)

    def change(self, change: Callable[[Settings], Settings]) -> LoadedSettings:
        """Change what is stored in one step."""
        settings = self._file.change(change)
        return LoadedSettings(settings, self._file.aside)
