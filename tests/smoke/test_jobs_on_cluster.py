"""The way of a job on a cluster of one's own, with real pointer and keys: from adding it to the model on the screen.

The cluster in a box is the cluster, the Azure double holds its Blob. On the way its jump box is gone for a while and a
worker is killed. A picture of every step is kept in build/walk/. WALK_SIZE=1280x720 repeats it in another size.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cluster_box.__main__ import write_settings
from cluster_box.box import ClusterBox, why_not
from cluster_box.cloud import PERSON
from cluster_box.sshd import SshMachine
from panel_hand import PanelHand, can_use_hands
from program import Program

REPOSITORY = Path(__file__).resolve().parents[2]
PICTURES = REPOSITORY / "build" / "walk"
SAMPLE = REPOSITORY / "resources" / "sample" / "photos"
PLAY = REPOSITORY / "tests" / "browser_play.py"
THEME = os.environ.get("WALK_THEME", "dark")
SIZE = os.environ.get("WALK_SIZE", "")
REASON = why_not() if sys.platform == "linux" else "network namespaces are Linux's"
PHOTOS = 6
COMPARED = "I have compared it with what the machine says of itself"
LIMIT_S = 300.0

pytestmark = [
    pytest.mark.integration,
    pytest.mark.long,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not can_use_hands(), reason="needs a virtual screen and xdotool"),
    pytest.mark.skipif(bool(REASON), reason=REASON or "namespaces work"),
]


@pytest.fixture(scope="module")  # begun before TIEPOINT_HOME is the panel's, whose processes are ended by it
def box() -> Iterator[ClusterBox]:
    """A cluster of real sshd, agent and two nodes."""
    with ClusterBox() as made:
        made.start()
        yield made


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A small set of real photos."""
    folder = tmp_path / "flight"
    folder.mkdir()
    for path in sorted(SAMPLE.glob("*.JPG"))[:PHOTOS]:
        shutil.copy(path, folder)
    return folder


@pytest.fixture
def hand(tmp_path: Path, tiepoint_home: Path, box: ClusterBox) -> Iterator[PanelHand]:
    """A panel that knows the box's Azure, and whose browser a person signs in with."""
    assert box.cloud is not None
    write_settings(box, tiepoint_home)
    settings = tiepoint_home / "settings" / "settings.json"
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "theme": THEME}), encoding="utf-8")
    browser = shlex.join([sys.executable, str(PLAY), PERSON, str(box.cloud.ca_file)])
    environment = {
        "TIEPOINT_HOME": str(tiepoint_home),
        "BROWSER": f"{browser} %s",
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",  # tokens stay out of the desktop's own store
    }
    made = PanelHand(tmp_path, environment=environment)
    try:
        yield made
    finally:
        made.close()
        Program(tiepoint_home).stop()


class Walk:
    """Does and sees as a person would; pictures are numbered.

    Args:
        hand: At the panel.
    """

    def __init__(self, hand: PanelHand) -> None:
        self._hand, self._count = hand, 0
        self._look = "-".join(part for part in ("jobs", THEME if THEME != "dark" else "", SIZE) if part)

    def take(self, step: str) -> None:
        """Keep a picture of this step; a blank one fails."""
        self._count += 1
        path = self._hand.picture(PICTURES / f"{self._look}-{self._count:02}-{step}.png")
        assert np.asarray(Image.open(path).convert("L")).std() > 4, f"{path.name} is blank"

    def fill(self, name: str, text: str) -> None:
        """Type into a field that has come to rest, and see that it holds it."""
        self._hand.click_on(self._at_rest(name, self._field))
        self._hand.key("ctrl+a")
        self._hand.type(text)
        self._hand.wait(f"“{text}” in “{name}”", lambda: text in (self._field(name) or {"names": ()})["names"])

    def _field(self, name: str) -> dict[str, Any] | None:
        found = [each for each in self._hand.places(name) if each["kind"] == "QLineEdit" and each["is_enabled"]]
        return found[0] if found else None

    def click_above(self, name: str) -> None:
        """Click on a button of the strip, which never scrolls out of sight."""
        self._hand.click_on(self._at_rest(name, self._in_strip))

    def _in_strip(self, name: str) -> dict[str, Any] | None:
        return next((each for each in self._hand.places(name) if each["kind"] == "_ActionButton"), None)

    def _at_rest(self, name: str, find: Callable[[str], dict[str, Any] | None]) -> dict[str, Any]:
        seen: list[tuple[float, float]] = []

        def rests() -> dict[str, Any] | None:
            place = find(name)
            seen.append((place["x"], place["y"]) if place else (0.0, 0.0))
            return place if place and seen[-2:-1] == seen[-1:] else None

        found: dict[str, Any] = self._hand.wait(f"“{name}” to rest", rests)
        return found

    def gone(self, part: str) -> None:
        """Wait until nothing says this any more."""
        self._hand.wait(f"“{part}” to go", lambda: not self.says(part), LIMIT_S)

    def says(self, *parts: str) -> bool:
        """Whether one text has all of these parts."""
        return any(all(part in text for part in parts) for text in self._hand.texts())

    def until(self, *parts: str) -> None:
        """Wait until one text has all of these parts."""
        self._hand.wait(" and ".join(parts), lambda: self.says(*parts), LIMIT_S)


def test_from_an_added_cluster_to_the_model(hand: PanelHand, box: ClusterBox, photos: Path) -> None:
    walk = Walk(hand)
    hand.wait_for("Try it")
    hand.focus_window()
    if SIZE:
        hand.resize_window(*map(int, SIZE.split("x")))
    _add_the_cluster(hand, walk, box)
    _sign_in(hand, walk)
    _reconstruct(hand, walk, photos)
    _nodes_at_work(hand, walk, box)
    _lose_and_find_again(hand, walk, box)
    _done(hand, walk)
    _there_and_back_in_time(hand, walk)
    _open(hand, walk)


def _add_the_cluster(hand: PanelHand, walk: Walk, box: ClusterBox) -> None:
    assert box.cloud is not None
    hand.click("Cluster")
    hand.click("Add a cluster")
    walk.fill("Name", "box")
    walk.fill("Scheduler", f"root@{box.scheduler.host}")
    walk.fill("Jump box", f"root@{box.jump.host}")
    walk.fill("Key file", str(box.key_file))
    walk.fill("Command that joins the agent", box.command)
    walk.fill("Container for photos", box.cloud.container("captures"))
    walk.fill("Container for products", box.cloud.container("products"))
    hand.click("Connect")
    for machine in (box.jump, box.scheduler):
        walk.until("This is the key of the", machine.title)
        if machine is box.jump:
            walk.take("key")
        assert [text for text in hand.texts() if text.startswith("SHA256:")] == [_fingerprint(machine)]
        hand.click(COMPARED)
        hand.click("Pin the key and go on")
    walk.until("No jobs yet")
    walk.until("box is reached")
    walk.take("no-jobs")
    hand.click("Nodes")
    for node in box.wishes.names:
        walk.until(f"Node: {node}")
    walk.until("Working: 0 of 2")
    walk.take("nodes-ready")


def _fingerprint(machine: SshMachine) -> str:
    """What a person reads on the machine itself."""
    words = ["ssh-keygen", "-lf", str(machine.folder / "host_key.pub")]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()[1]


def _sign_in(hand: PanelHand, walk: Walk) -> None:
    hand.click("Cluster")
    walk.until("by SSH: ")
    hand.click("Sign in")
    walk.until("Account: mila@studio.example")
    walk.take("signed-in")


def _reconstruct(hand: PanelHand, walk: Walk, photos: Path) -> None:
    hand.click("Photos")
    hand.click("Choose folder")
    hand.click_on(hand.wait("the dialog for folders", lambda: next(iter(hand.places("fileNameEdit")), None)))
    hand.key("ctrl+a")
    hand.type(str(photos))
    hand.key("Return")
    walk.until(f"Reconstruct {PHOTOS} photos")
    walk.until(f"Sharp {PHOTOS}")
    hand.click("Draft")
    hand.click("box")
    walk.until("2 nodes, 2 free")
    walk.take("run-on")
    hand.click("Reconstruct on box")
    walk.until("From photos to result")
    walk.until("Photos on the cluster, Complete")
    walk.until("Reconstruction, Running")
    walk.take("job-runs")


def _nodes_at_work(hand: PanelHand, walk: Walk, box: ClusterBox) -> None:
    """Kill a worker that is busy: its task goes elsewhere, the job goes on."""
    hand.click("Nodes")
    walk.until("Working: 2 of 2")
    walk.take("nodes-work")
    hand.click("Jobs")

    def has_lost_a_task() -> bool:
        if walk.says("tried again"):
            return True
        if walk.says("2 work on it"):  # one that was just between two tasks is killed again at its next
            with contextlib.suppress(LookupError):
                box.nodes["node-01"].kill_worker()
        return False

    hand.wait("a task that is tried again", has_lost_a_task, LIMIT_S)
    walk.take("worker-killed")


def _lose_and_find_again(hand: PanelHand, walk: Walk, box: ClusterBox) -> None:
    hand.click("Jobs")
    box.jump.stop()
    walk.until("Connection to the scheduler lost at", f"The jump box ({box.jump.host}) does not answer.")
    walk.until("Scheduler: last known")
    walk.until("last known", "Running")
    walk.take("jobs-lost")
    hand.click("Nodes")
    walk.until("Connection lost, last known")
    walk.take("nodes-lost")
    hand.click("Path Doctor")
    walk.until("It breaks first at: ", "jump box")
    walk.take("doctor")
    hand.click("Close")
    hand.click("Jobs")
    box.jump.start()
    hand.click("Try now")
    walk.gone("lost at")
    walk.until("Scheduler: live")
    walk.take("jobs-back")


def _done(hand: PanelHand, walk: Walk) -> None:
    walk.until("Products here, Complete")
    hand.wait_for("Open the result", LIMIT_S)
    walk.take("job-done")


def _there_and_back_in_time(hand: PanelHand, walk: Walk) -> None:
    for _ in range(3):
        hand.click("Back 10 s")
    walk.until(", recorded")
    walk.take("recorded")
    hand.click("Back to live")
    walk.gone(", recorded")


def _open(hand: PanelHand, walk: Walk) -> None:
    walk.click_above("Open the result")
    walk.until(f"Cameras aligned: {PHOTOS} of {PHOTOS}")
    hand.wait("the 3D view", lambda: hand.ask(kind="ModelView"), LIMIT_S)
    walk.until("all ", " faces")
    walk.take("result")
