"""What a file is opened as, by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tiepoint.ui.opening import is_model, is_plan, photos_at


@pytest.mark.parametrize("name", ["cluster.toml", "harbour.cluster.toml", "HARBOUR.TOML"])
def test_a_plan_is_known_by_its_ending(name: str) -> None:
    assert is_plan(Path("/plans") / name)
    assert not is_model(Path("/plans") / name)


def test_a_captures_manifest_stands_for_the_photos_beside_it() -> None:
    assert photos_at(Path("/captures/quarry/capture.json")) == Path("/captures/quarry/photos")
    assert photos_at(Path("/captures/quarry/a.jpg")) == Path("/captures/quarry/a.jpg")
