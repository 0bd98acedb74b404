"""A hand at a panel of its own, whose agent is stopped afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from panel_hand import PanelHand

THEME = os.environ.get("WALK_THEME", "dark")
SCALE = os.environ.get("WALK_SCALE", "1")


@pytest.fixture
def hand(tmp_path: Path, tiepoint_home: Path) -> Iterator[PanelHand]:
    """A panel on a first start; WALK_THEME and WALK_SCALE say how it looks."""
    settings = tiepoint_home / "settings" / "settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"schema_version": 1, "theme": THEME}), encoding="utf-8")
    made = PanelHand(tmp_path, environment={"TIEPOINT_HOME": str(tiepoint_home), "QT_SCALE_FACTOR": SCALE})
    try:
        yield made
    finally:
        made.close()
        agent = str(Path(sys.executable).with_name("tiepoint-agent"))
        env = {**os.environ, "TIEPOINT_HOME": str(tiepoint_home)}
        subprocess.run([agent, "stop"], env=env, capture_output=True, check=False, timeout=60)
