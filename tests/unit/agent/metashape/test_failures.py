"""Agisoft's words and what they mean to people."""

from __future__ import annotations

import pytest

from tiepoint.agent.backends.metashape.failures import failure_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("bad allocation", "out-of-memory"),
        ("std::bad_alloc", "out-of-memory"),
        ("Not enough memory", "out-of-memory"),
        ("cudaStreamSynchronize failed: CUDA_ERROR_OUT_OF_MEMORY", "out-of-memory"),
        ("ciErrNum: CL_MEM_OBJECT_ALLOCATION_FAILURE", "out-of-memory"),
        ("Can't write file: No space left on device (28): /work/x", "no-space"),
        ("There is not enough space on the disk", "no-space"),
        ("Disk quota exceeded", "no-space"),
        ("No license found", "licence"),
        ("License server: RLM error -22", "licence"),
        ("Can't open file: No such file or directory (2): /work/photos/1.jpg", "missing-path"),
        ("Can't create file: Permission denied (13)", "missing-path"),
        ("Zero resolution", "no-tie-points"),
        ("Null point cloud", "no-tie-points"),
        ("Something new", "engine"),
        ("", "engine"),
    ],
)
def test_causes(text: str, kind: str) -> None:
    failure = failure_of(text, where="BuildDepthMaps", node="node-03")
    assert failure.kind == kind
    assert failure.remedy
    assert text in failure.detail
    assert "node-03" in failure.detail


def test_the_graphics_cards_memory_is_told_from_the_computers() -> None:
    assert "graphics card" in failure_of("CUDA_ERROR_OUT_OF_MEMORY").summary
    assert "graphics card" not in failure_of("bad allocation").summary
