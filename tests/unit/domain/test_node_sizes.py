"""Sizes of machines in words."""

from __future__ import annotations

import pytest

from tiepoint.domain.node_sizes import NODE_SIZES, is_retired, lacks_cuda, node_size, size_label, size_text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Standard_NV36ads_A10_v5", "NV36ads A10 v5 · 36 vCPU · 440 GiB · A10 24 GB"),
        ("standard_nv12ads_a10_v5", "nv12ads a10 v5 · 12 vCPU · 110 GiB · 1/3 A10 8 GB"),
        ("Standard_NC48ads_A100_v4", "NC48ads A100 v4 · 48 vCPU · 440 GiB · 2 x A100 80 GB"),
        ("Standard_D8s_v5", "D8s v5 · 8 vCPU · 32 GiB"),
        ("Standard_Unknown_v9", "Unknown v9"),
    ],
)
def test_sizes_are_said_in_words(name: str, text: str) -> None:
    assert size_text(name) == text


def test_what_azure_says_goes_before_what_is_known() -> None:
    assert size_text("Standard_Unknown_v9", 4, 16.0) == "Unknown v9 · 4 vCPU · 16 GiB"
    assert size_label("D2s_v5") == "D2s v5"


def test_masks_have_a_bit_for_each_card() -> None:
    masks = {size.name: size.gpu_mask for size in NODE_SIZES}
    assert masks["Standard_NV12ads_A10_v5"] == masks["Standard_NV36ads_A10_v5"] == 1
    assert masks["Standard_NV72ads_A10_v5"] == 3
    assert masks["Standard_NC64as_T4_v3"] == masks["Standard_NC24s_v2"] == 15


@pytest.mark.parametrize("size", [size for size in NODE_SIZES if size.retired], ids=lambda size: size.name)
def test_what_is_retired_is_replaced_by_what_is_not(size: object) -> None:
    name, instead = size.name, size.retired  # type: ignore[attr-defined]
    assert is_retired(name)
    found = node_size(instead)
    assert found is not None
    assert found.has_cuda
    assert not found.retired
    assert not is_retired(instead)


def test_cards_without_cuda() -> None:
    assert lacks_cuda("Standard_NV24ads_V710_v5")
    assert lacks_cuda("Standard_NV28adms_V710_v5")
    assert not lacks_cuda("Standard_NV36ads_A10_v5")
    assert not any(lacks_cuda(size.name) for size in NODE_SIZES if size.has_cuda)
