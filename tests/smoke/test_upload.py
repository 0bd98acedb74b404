"""The way of photos to Blob storage, with real pointer and keys: from the sample to the word about the card."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import blob_rights
from blob_server import BlobServer, Container
from panel_hand import PanelHand, can_use_hands

PICTURES = Path(__file__).resolve().parents[2] / "build" / "walk"

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(240),
    pytest.mark.skipif(not can_use_hands(), reason="needs a virtual screen and xdotool"),
]


@pytest.fixture
def container() -> Iterator[Container]:
    """An empty container on a server of its own."""
    server = BlobServer()
    witness = server.witness()
    client = witness.create_container("captures")
    try:
        yield Container(server, client)
    finally:
        client.close()
        witness.close()
        server.close()


@pytest.fixture
def worker_ends(tiepoint_home: Path) -> Iterator[None]:
    """The transfer worker is stopped afterwards; it outlives the panel."""
    yield
    env = {**os.environ, "TIEPOINT_HOME": str(tiepoint_home)}
    tiepoint = str(Path(sys.executable).with_name("tiepoint"))
    subprocess.run([tiepoint, "transfers", "stop"], env=env, capture_output=True, check=False, timeout=60)


@pytest.mark.usefixtures("worker_ends")
def test_photos_go_up_and_the_card_may_be_formatted(hand: PanelHand, container: Container) -> None:
    hand.wait_for("Try it")
    hand.focus_window()
    hand.click("Try it")
    hand.wait_for_text("Reconstruct 18 photos", 60)

    hand.key("ctrl+u")
    hand.click("Destination")
    hand.type(f"{container.url}?{blob_rights.sas(container.name, lives_s=7200)}")
    hand.key("Tab")
    hand.wait_for_text("Good until")
    hand.picture(PICTURES / "upload-asked.png")
    hand.click("Upload 18 photos")

    hand.wait_for_text("18 of 18 photos verified in Blob: safe to format the card", 120)
    hand.wait_for("Open PDF")
    hand.picture(PICTURES / "upload-done.png")
    assert len([name for name in container.names() if "/photos/" in name]) == 18
    assert any(name.endswith("/capture.json") for name in container.names())

    hand.click("Check again")
    hand.wait_for_text("all 18 photos are there", 60)
    container.delete(next(name for name in container.names() if "/photos/" in name))
    hand.click("Check again")
    hand.wait_for_text("Do not format the card", 60)
    assert "sig=" not in hand.last_log()
