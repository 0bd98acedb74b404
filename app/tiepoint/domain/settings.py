"""Settings of the user: one versioned set, read whole and written whole.

Must not know where it is stored (`ports.settings_store`). Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tiepoint.domain.presets import PRESET_NAMES

SCHEMA_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person may set.

    Args:
        preset: Preset used when none is named.
        captures_folder: Where captures and their jobs are kept; None = the usual place of this system.
    """

    preset: str = "standard"
    captures_folder: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the stored form."""
        return {"schema_version": SCHEMA_VERSION, "preset": self.preset, "captures_folder": self.captures_folder}


def settings_from_dict(data: Mapping[str, Any]) -> Settings:
    """Read the stored form; unknown fields are ignored, missing ones take their default.

    Raises:
        ValueError: It is no settings file, is from a newer program, or holds a value that makes no sense.
    """
    version = data.get("schema_version")
    if version != SCHEMA_VERSION:
        raise ValueError(f"schema_version is {version!r}, this program knows {SCHEMA_VERSION}")
    preset, folder = data.get("preset", "standard"), data.get("captures_folder")
    if preset not in PRESET_NAMES:
        raise ValueError(f"preset is {preset!r}")
    if folder is not None and not isinstance(folder, str):
        raise ValueError(f"captures_folder is {folder!r}")
    return Settings(preset=preset, captures_folder=folder)
