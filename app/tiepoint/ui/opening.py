"""What the panel is started for: files to open, and whether work begins by itself. Plain data; any thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MODEL_SUFFIXES = frozenset({".glb", ".gltf", ".obj", ".ply", ".stl"})
_MANIFEST = "capture.json"


@dataclass(frozen=True, slots=True)
class Opening:
    """What to begin with.

    Args:
        paths: Photos, folders or a model to open.
        is_started: Reconstruct the photos without another click.
        preset: With which preset; empty = as set.
    """

    paths: tuple[Path, ...] = ()
    is_started: bool = False
    preset: str = ""

    def to_message(self) -> dict[str, object]:
        """Return it as plain JSON values, for a panel that runs already."""
        return {"paths": [str(path) for path in self.paths], "start": self.is_started, "preset": self.preset}

    @classmethod
    def from_message(cls, message: Mapping[str, object]) -> Opening:
        """Read it from plain JSON values; what makes no sense is left out."""
        listed = message.get("paths")
        paths = tuple(Path(each) for each in listed if isinstance(each, str)) if isinstance(listed, list) else ()
        preset = message.get("preset")
        return cls(paths, message.get("start") is True, preset if isinstance(preset, str) else "")


def is_model(path: Path) -> bool:
    """Say by its name whether a file is a model to look at rather than a photo."""
    return path.suffix.lower() in MODEL_SUFFIXES


def is_plan(path: Path) -> bool:
    """Say by its name whether a file is the plan of a cluster."""
    return path.suffix.lower() == ".toml"


def photos_at(path: Path) -> Path:
    """Return where the photos are: a capture's manifest stands for those beside it."""
    return path.with_name("photos") if path.name == _MANIFEST else path


@dataclass(frozen=True, slots=True)
class FirstPicture:
    """What the window's first picture needs to know before the services are there.

    Args:
        theme: `system`, `dark` or `light`.
        geometry: Where the window was, as `QWidget.saveGeometry` gave it, in base64; empty = never shown.
        page: The page that was open; empty = none.
    """

    theme: str = "system"
    geometry: str = ""
    page: str = ""
