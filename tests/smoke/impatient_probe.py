"""`panel_probe`, for a panel that looks at its clusters more often: Azure's time runs faster on the double, too."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import panel_probe  # noqa: E402
from tiepoint.services.cluster_life import following  # noqa: E402

LOOK_EVERY_S: Final = 0.4

if __name__ == "__main__":
    following.FAST_S = LOOK_EVERY_S  # type: ignore[misc]
    following.SLOW_S = LOOK_EVERY_S * 6  # type: ignore[misc]
    sys.exit(panel_probe.main())
