"""What holds toy tasks until a test has done what it wants done while they run; seconds would be a race."""

from __future__ import annotations

from pathlib import Path


class Gate:
    """A file that tasks wait for: option `gate` of a toy stage.

    Args:
        path: Where it will be.
    """

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def open(self) -> None:
        """Let them go on."""
        Path(self.path).touch()
