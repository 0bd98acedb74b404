"""Presets, parameters and products in the words of the field, with what each means. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tiepoint.domain.estimate import MemoryEstimate
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.product import MODEL, PREVIEW, REPORT
from tiepoint.domain.space import size_text
from tiepoint.ui.text import grouped, tr


@dataclass(frozen=True, slots=True)
class PresetWords:
    """A preset for people: icon, title, and what it is good for."""

    name: str
    icon: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ParameterWords:
    """A parameter a person may change: its name, what it is called, what it means, and the values offered."""

    name: str
    title: str
    text: str
    lowest: int = 1
    highest: int = 100_000
    step: int = 100
    unit: str = ""
    zero: str = ""


PRESETS: Final = (
    PresetWords("draft", "zap", "Draft", "Look at coverage, on site"),
    PresetWords("standard", "box", "Standard", "Textured model for most uses"),
    PresetWords("high", "gem", "High", "Finest detail, large texture"),
    PresetWords("custom", "sliders-horizontal", "Custom", "Your own parameters"),
)
PARAMETERS: Final = (
    ParameterWords(
        "feature_size_px", "Photo size for alignment", "Larger finds more tie points.", 400, 12000, 200, "px"
    ),
    ParameterWords("max_features", "Key points per photo", "More help where little stands out.", 500, 40000, 500),
    ParameterWords(
        "depth_size_px",
        "Depth map size",
        "Larger shows finer detail; twice the size takes four times as long.",
        300,
        8000,
        100,
        "px",
    ),
    ParameterWords("depth_sources", "Neighbours per depth map", "More is steadier and slower.", 2, 16, 1),
    ParameterWords("faces", "Most faces of the mesh", "0 keeps all.", 0, 10_000_000, 50_000, "", "all"),
    ParameterWords(
        "texture_size_px", "Photo size for the texture", "0 takes the photos as they are.", 0, 12000, 200, "px", "full"
    ),
    ParameterWords("atlas_px", "Texture atlas", "Edge of the one texture picture.", 1024, 16384, 1024, "px"),
)
PRODUCTS: Final = (
    (MODEL, "Textured model, GLB"),
    ("model.obj", "Textured model, OBJ"),
    ("cloud.ply", "Point cloud, PLY"),
    ("cameras.json", "Cameras, JSON"),
    ("colmap", "COLMAP project"),
    (PREVIEW, "Preview picture"),
    (REPORT, "Report, HTML"),
)


def memory_line(memory: MemoryEstimate, whole: int | None) -> str:
    """Write the memory at the peak: `1.6 to 2.1 of 24 GB`."""
    low, high = size_text(memory.low_bytes), size_text(memory.high_bytes)
    size = f"≈ {high}" if low == high else tr("Reconstruct", "{low} to {high}", low=_bare(low, high), high=high)
    return size if whole is None else tr("Reconstruct", "{size} of {whole}", size=size, whole=size_text(whole))


def disk_line(needed: int, free: int | None) -> str:
    """Write the disk needed: `0.9 of 38 GB free`."""
    if free is None:
        return f"≈ {size_text(needed)}"
    return tr("Reconstruct", "{needed} of {free} free", needed=size_text(needed), free=size_text(free))


def preparing_words(progress: OperationProgress | None) -> str:
    """Say what is done before the job is in the queue, or the photos are on their way."""
    if progress is None:
        return tr("Reconstruct", "Adding the job to the queue")
    if progress.phase == "copy":
        if progress.unit == "bytes":
            done, total = size_text(progress.done), size_text(progress.total or 0)
        else:
            done, total = grouped(progress.done), grouped(progress.total or 0)
        return tr("Reconstruct", "Keeping a copy of the photos, {done} of {total}", done=done, total=total)
    done, total = grouped(progress.done), grouped(progress.total or 0)
    return tr("Reconstruct", "Reading the photos, {done} of {total}", done=done, total=total)


def _bare(low: str, high: str) -> str:
    """Leave out the unit of the first figure when both have the same."""
    number, _, unit = low.rpartition(" ")
    return number if unit == high.rpartition(" ")[2] else low
