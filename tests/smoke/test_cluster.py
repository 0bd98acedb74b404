"""The way of a cluster on Azure, with real pointer and keys: from nobody signed in to one that is paused again.

The Azure double is the cloud; a picture of every step is kept in build/walk/.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import panel_hand
from azure_double.double import AzureDouble
from azure_double.fixture import azure_blobs, azure_double, azure_papers
from panel_hand import PanelHand, can_use_hands
from tiepoint.domain.settings import Settings

PICTURES = Path(__file__).resolve().parents[2] / "build" / "walk"
PROBE = Path(__file__).with_name("impatient_probe.py")
THEME = os.environ.get("WALK_THEME", "dark")
SCALE = os.environ.get("WALK_SCALE", "1")
AZURE_S = 120.0
"""Azure's seconds in one of ours: quick, and still slow enough to see a deployment on its way."""
FAMILY = "standardNVADSA10v5Family"
FREE = 36  # vCPU: three nodes of the small profile
TRIES = 3  # what a deployment makes of a machine that Azure has none of
LIMIT_S = 90.0

__all__ = ["azure_blobs", "azure_double", "azure_papers"]

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not can_use_hands(), reason="needs a virtual screen and xdotool"),
]


@pytest.fixture
def hand(
    tmp_path: Path, tiepoint_home: Path, azure_double: AzureDouble, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PanelHand]:
    """A panel whose cloud is the double, and which looks as often as the double's time is fast."""
    azure_double.clock.scale = AZURE_S
    azure_double.entra.device_interval_s = 1
    azure_double.world.quotas["eastus"] = {FAMILY: {"limit": FREE + 12, "used": 12}}
    wanted = replace(
        Settings(), theme=THEME, cloud="custom", custom_cloud=azure_double.settings, tenant="studio.example"
    )
    settings = tiepoint_home / "settings" / "settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps(wanted.to_dict()), encoding="utf-8")
    monkeypatch.setattr(panel_hand, "PROBE", PROBE)
    environment = {
        "TIEPOINT_HOME": str(tiepoint_home),
        "QT_SCALE_FACTOR": SCALE,
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",  # tokens stay out of the desktop's own store
    }
    made = PanelHand(tmp_path, environment=environment)
    try:
        yield made
    finally:
        made.close()
        agent = str(Path(sys.executable).with_name("tiepoint-agent"))
        env = {**os.environ, "TIEPOINT_HOME": str(tiepoint_home)}
        subprocess.run([agent, "stop"], env=env, capture_output=True, check=False, timeout=60)


class Walk:
    """Does and waits as a person would; pictures are numbered.

    Args:
        hand: At the panel.
    """

    def __init__(self, hand: PanelHand) -> None:
        self._hand, self._count = hand, 0
        self._look = "" if (THEME, SCALE) == ("dark", "1") else f"{THEME}-" if SCALE == "1" else f"{THEME}-{SCALE}x-"

    def take(self, step: str) -> None:
        """Keep a picture of this step; a blank one fails."""
        self._count += 1
        path = self._hand.picture(PICTURES / f"cluster-{self._look}{self._count:02}-{step}.png")
        assert np.asarray(Image.open(path).convert("L")).std() > 4, f"{path.name} is blank"

    def fill(self, name: str, text: str, kind: str = "TextField") -> None:
        """Type into a field over what stands there."""
        place = self._hand.wait(f"the field “{name}”", lambda: self._field(name, kind))
        self._hand.click_at(place["x"] + place["width"] / 3, place["y"] + place["height"] / 2)
        self._hand.key("ctrl+a")
        self._hand.type(text)
        self._hand.key("Tab")

    def _field(self, name: str, kind: str) -> dict[str, Any] | None:
        return next((each for each in self._hand.places(name) if each["kind"] == kind and each["is_enabled"]), None)


def test_a_cluster_from_signing_in_to_paused(hand: PanelHand, azure_double: AzureDouble) -> None:
    walk = Walk(hand)
    hand.wait_for("Try it")
    hand.focus_window()
    _sign_in(hand, walk, azure_double)
    _plan(hand, walk)
    _preflight(hand, walk)
    azure_double.faults.add("allocation", name="node-02", times=TRIES)
    _deploy(hand, walk)
    _fail_and_retry(hand, walk)
    _pause(hand, walk)
    machines = {name: azure_double.world.machine("rg-harbour", name).power for name in ("scheduler", "node-02")}
    assert set(machines.values()) == {"deallocated"}, machines


def _sign_in(hand: PanelHand, walk: Walk, azure_double: AzureDouble) -> None:
    hand.click("Cluster")
    hand.wait_for("Sign in with a code")
    hand.wait_for_text("Checks: ")
    walk.take("signed-out")
    hand.click("Sign in with a code")
    code = hand.wait_for_text("Code: ").removeprefix("Code: ").replace(" ", "")
    walk.take("code")
    azure_double.enter_code(code)
    hand.wait_for_text("Which subscription")
    walk.take("subscription")
    hand.click("Studio")
    hand.wait_for_text("No cluster on Azure yet")
    hand.wait_for("New cluster")
    walk.take("no-cluster")
    assert code not in hand.last_log()


def _plan(hand: PanelHand, walk: Walk) -> None:
    hand.click("New cluster")
    hand.click("Small. ")
    walk.fill("Name", "harbour")
    walk.fill("Nodes", "8", kind="_Box")
    hand.wait_for_text("All chosen sizes are offered", LIMIT_S)
    walk.take("new-plan")
    hand.click("Show where")
    hand.wait("the field of addresses", lambda: any(each["has_focus"] for each in hand.places("such as 203.0.113.7")))
    hand.type("203.0.113.7")
    hand.key("Tab")
    hand.wait_for_text("Azure retail prices, East US", LIMIT_S)
    hand.wait_for_text("Running: 7.97")
    hand.wait_for_text("103 resources")
    hand.wait_for_text("instead of 7.26", LIMIT_S)
    hand.wait_for_text("No shared folder. 0.27", LIMIT_S)
    walk.take("plan")


def _preflight(hand: PanelHand, walk: Walk) -> None:
    hand.click("Run preflight")
    hand.wait_for_text("2 checks block the deployment", LIMIT_S)
    hand.wait_for("Check again", LIMIT_S)
    hand.wait_for_text("Quota in East US is too small for 8 nodes")
    walk.take("quota")
    hand.click("Deploy with 3 nodes")
    hand.wait_for_text("1 check blocks the deployment", LIMIT_S)
    hand.wait_for("Check again", LIMIT_S)
    hand.click("Make the roles")
    hand.wait_for_text("Ready to deploy", LIMIT_S)
    hand.wait_for("Deploy")
    walk.take("ready")


def _deploy(hand: PanelHand, walk: Walk) -> None:
    hand.click("Deploy")
    hand.wait_for("Deploy for 3.30")
    walk.take("last-word")
    hand.click("Deploy for 3.30")
    hand.wait("the first machine", lambda: any("Network card of node-" in text for text in hand.texts()), LIMIT_S)
    walk.take("deploying")


def _fail_and_retry(hand: PanelHand, walk: Walk) -> None:
    hand.wait_for_text("What you can do", LIMIT_S)
    hand.wait_for_text("Deploy failed at node-02")
    hand.wait_for("Retry")
    walk.take("failed")
    hand.click("Retry")
    hand.wait_for("Pause…", LIMIT_S)
    hand.wait_for_text("Bills now: 3.30", LIMIT_S)
    hand.wait_for_text("4 ready", LIMIT_S)
    hand.wait_for_text("spent in this run")
    walk.take("running")


def _pause(hand: PanelHand, walk: Walk) -> None:
    hand.click("Pause…")
    hand.wait_for_text("What it costs then")
    walk.take("pause")
    hand.click("Pause")
    hand.wait_for("Resume", LIMIT_S)
    hand.wait_for_text("What still bills, and why")
    hand.wait_for_text("4 off")
    walk.take("paused")
