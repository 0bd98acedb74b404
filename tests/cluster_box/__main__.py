"""`make cluster-in-a-box`: the box by itself, for a person to use from the panel and the command line, until Ctrl-C."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import sys
import threading
from pathlib import Path

from cluster_box.box import ClusterBox, why_not
from cluster_box.loopback import LoopbackBox
from cluster_box.parts import BoxParts, Wishes
from program import Program
from tiepoint.domain.route import Hop
from tiepoint.domain.settings import Settings
from tiepoint.runtime.folders import HOME_VARIABLE


def main() -> int:
    """Run until interrupted."""
    parser = argparse.ArgumentParser(prog="cluster_in_a_box", description=__doc__)
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--slots", type=int, default=1, help="tasks a node does at a time")
    parser.add_argument("--loopback", action="store_true", help="without namespaces, also as root")
    options = parser.parse_args()
    wishes = Wishes(nodes=options.nodes, slots=options.slots)
    reason = "as asked" if options.loopback else why_not()
    is_over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: is_over.set())
    with LoopbackBox(wishes) if reason else ClusterBox(wishes) as box:
        box.start()
        home = _home(box)
        _say(_introduction(box, home, reason))
        is_over.wait()
        _say("\nEnding it.\n")
        if home.is_relative_to(box.folder):
            Program(home).stop()
    return 0


def _home(box: BoxParts) -> Path:
    """Return the home that the panel is to use: as named, else one of the box's own; it knows the box's Azure."""
    home = Path(os.environ.get(HOME_VARIABLE) or box.folder / "home").absolute()
    write_settings(box, home)
    return home


def write_settings(box: BoxParts, home: Path) -> None:
    """Let a home know the box's Azure, unless it has settings."""
    target = home / "settings" / "settings.json"
    if box.cloud and not target.exists():
        double = box.cloud.double
        settings = Settings(cloud="custom", custom_cloud=double.settings, tenant=double.people.tenants[0].domain)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(settings.to_dict(), indent=1), encoding="utf-8")


def _introduction(box: BoxParts, home: Path, reason: str) -> str:
    *_, scheduler = box.hops
    where = f"on loopback, without namespaces ({reason})" if reason else "in network namespaces, behind real sshd"
    program = f"TIEPOINT_HOME={shlex.quote(str(home))} .venv/bin/tiepoint"
    sign_in = f"{program} sign-in   # press Mila's button; the browser warns of the box's own certificate"
    lines = [
        f"A cluster runs {where}: scheduler {scheduler.host}, {', '.join(box.wishes.names)}, shared folder {box.work}.",
        "",
        f"Add it:        {program} cluster add {shlex.join(add_words(box))}",
        f"Panel:         {program} panel   # sign in as Mila (Cluster), drop photos, Reconstruct on: box",
        f"Command line:  {program} submit resources/sample/photos --cluster box",
        "",
        f"Photos go to Blob by a sign-in: {sign_in}",
        "Ctrl-C ends it and removes everything.",
        "",
    ]
    return "\n".join(lines)


def add_words(box: BoxParts, name: str = "box") -> list[str]:
    """Return what `tiepoint cluster add` is to be told."""
    *jumps, scheduler = box.hops
    keys = box.folder / "host_keys"
    keys.write_text("".join(f"{_address(hop)} {key.line}\n" for hop in box.hops for key in hop.keys))
    places = [f"--{each}={box.cloud.container(each)}" for each in ("captures", "products")] if box.cloud else []
    through = [word for hop in jumps for word in ("--jump", _login(hop))]
    return [
        name, "--scheduler", _login(scheduler), *through, "--key", str(box.key_file), "--host-keys", str(keys),
        "--command", box.command, *places,
    ]  # fmt: skip


def _login(hop: Hop) -> str:
    return f"{hop.user}@{hop.host}" + (f":{hop.port}" if hop.port != 22 else "")


def _address(hop: Hop) -> str:
    return hop.host if hop.port == 22 else f"[{hop.host}]:{hop.port}"


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
