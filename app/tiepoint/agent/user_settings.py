"""The limits the user has set, as the agent honours them: workers, memory, disk. Blocks on a small file."""

from __future__ import annotations

import json

from tiepoint.domain.settings import Settings, settings_from_dict
from tiepoint.runtime import folders


def user_settings() -> Settings:
    """Return the settings as they are now; the usual ones when there are none or they cannot be read.

    Nothing is said or set aside here: the program the user looks at does that.
    """
    try:
        return settings_from_dict(json.loads((folders.settings_folder() / "settings.json").read_bytes()))
    except (OSError, ValueError, AttributeError, RecursionError):
        return Settings()
