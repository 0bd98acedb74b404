"""The scripts in packaging/linux are no package of the program: they are found by their folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "packaging/linux"))
