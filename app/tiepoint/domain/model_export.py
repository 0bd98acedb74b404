"""Formats a model can be exported to: which file of a result has one already, what each keeps. Pure; any thread."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from tiepoint.domain.model_facts import ModelFacts, ModelFormat
from tiepoint.domain.product import MODEL


class ExportFormat(StrEnum):
    """What can be exported."""

    GLB = "glb"
    OBJ_ZIP = "obj-zip"
    OBJ_FOLDER = "obj-folder"
    PLY = "ply"
    STL = "stl"
    CLOUD_PLY = "cloud-ply"

    @property
    def is_mesh(self) -> bool:
        """Whether it needs a surface."""
        return self is not ExportFormat.CLOUD_PLY


_FORMATS = {
    ExportFormat.GLB: ModelFormat.GLB,
    ExportFormat.OBJ_ZIP: ModelFormat.OBJ,
    ExportFormat.OBJ_FOLDER: ModelFormat.OBJ,
    ExportFormat.PLY: ModelFormat.PLY_MESH,
    ExportFormat.STL: ModelFormat.STL,
}


def ready_file(facts: ModelFacts, wanted: ExportFormat) -> tuple[Path, int] | None:
    """Return a file of the result that has the format already, with its bytes (an OBJ's companions counted in)."""
    if wanted is ExportFormat.CLOUD_PLY:
        return None if facts.cloud is None else (facts.cloud.path, facts.cloud.size_bytes)
    if facts.model.format is _FORMATS[wanted]:
        return facts.model.path, facts.model.size_bytes
    names = {ExportFormat.GLB: MODEL, ExportFormat.OBJ_ZIP: "model.obj", ExportFormat.OBJ_FOLDER: "model.obj"}
    product = facts.product(names.get(wanted, ""))
    return None if product is None else (product.path, product.size_bytes)


def why_not(facts: ModelFacts, wanted: ExportFormat) -> str:
    """Say why a result cannot be exported so; empty when it can."""
    if wanted is ExportFormat.CLOUD_PLY:
        return "" if facts.cloud is not None else "There is no point cloud beside this model."
    if facts.model.format is ModelFormat.PLY_CLOUD:
        return "This result has a point cloud only, no surface."
    return ""


def expected_bytes(facts: ModelFacts, wanted: ExportFormat) -> int:
    """Estimate the exported file, on the safe side, from what each format stores for a vertex and a face."""
    ready = ready_file(facts, wanted)
    if ready is not None:
        return ready[1]
    faces = facts.model.faces or facts.faces or facts.model.size_bytes // 20
    vertices = facts.model.vertices or 3 * faces
    if wanted is ExportFormat.STL:
        return 84 + 50 * faces
    if wanted is ExportFormat.PLY:
        return 1000 + 15 * vertices + 13 * faces
    # GLB and OBJ take their texture along; an OBJ's line of a face or vertex stays below 80 bytes.
    return facts.model.size_bytes + 80 * (faces + 2 * vertices)


def format_note(facts: ModelFacts, wanted: ExportFormat) -> str:
    """Say in plain words what a format keeps and loses, and its units and axes."""
    unit = "In metres" if facts.scale.is_metric else "In the model's own unit, as its scale is not known"
    place = " Coordinates are local to the model, not those of a map." if facts.origin is not None else ""
    axes = "y up, as glTF asks" if wanted is ExportFormat.GLB else "z up"
    kept = {
        ExportFormat.GLB: "One file with the texture inside.",
        ExportFormat.OBJ_ZIP: "OBJ with its material and texture in one zip file.",
        ExportFormat.OBJ_FOLDER: "OBJ with its material and texture in a folder.",
        ExportFormat.PLY: "Triangles with a colour at each vertex, taken from the texture; finer detail of it is lost.",
        ExportFormat.STL: "Triangles only, for printing and machining: colour and texture are lost.",
        ExportFormat.CLOUD_PLY: "The dense points with colours and normals.",
    }[wanted]
    return f"{kept} {unit}, {axes}.{place}"
