#!/usr/bin/env python3
"""Tries an installed program on the system it is installed on: sample job, picture of the model, picture of the panel.

Usage: smoke.py PROGRAM_FOLDER --out FOLDER

PROGRAM_FOLDER holds tiepoint, tiepoint-panel and tiepoint-agent (with .exe on Windows). Needs a desktop, and Pillow for
the pictures of the screen. State goes into FOLDER/home, nothing anywhere else. Exit status 0: everything worked.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PIL import Image, ImageGrab

ROOT: Final = Path(__file__).resolve().parents[2]
_JOB_S: Final = 1800
_PANEL_S: Final = 120
_SETTLED_S: Final = 10
_PRODUCTS: Final = ("model.glb", "preview.png", "report.html", "result.json")


class SmokeError(Exception):
    """Something did not work; says what."""


def program(folder: Path, name: str) -> Path:
    """Return an executable of the installed program.

    Raises:
        SmokeError: It is not there.
    """
    path = folder / (f"{name}.exe" if os.name == "nt" else name)
    if not path.is_file():
        raise SmokeError(f"{path} is not there.")
    return path


def run(command: Sequence[str | Path], environment: dict[str, str], *, fine: Sequence[int] = (0,)) -> str:
    """Run one command to its end and return what it said; `fine` are the exit statuses that are no failure.

    Raises:
        SmokeError: It failed.
    """
    sys.stdout.write(f"+ {' '.join(map(str, command))}\n")
    sys.stdout.flush()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace", timeout=_JOB_S)
    if done.returncode not in fine:
        raise SmokeError(f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def is_blank(picture: Image.Image) -> bool:
    """Say whether a picture shows next to nothing: hardly any colours."""
    colours = picture.convert("RGB").resize((200, 125)).getcolors(maxcolors=200 * 125)
    return colours is not None and len(colours) < 16


def try_panel(panel: Path, model: Path, picture: Path, environment: dict[str, str]) -> None:
    """Start the panel on a model, take a picture of the screen once something appeared and stays as it is.

    What moves for as long as is waited is taken as it is last.

    Raises:
        SmokeError: It ended by itself, or nothing appeared.
    """
    before = ImageGrab.grab()
    shown = None
    with subprocess.Popen([panel, model], env=environment) as running:
        try:
            end = time.monotonic() + _PANEL_S
            is_settled = False
            while time.monotonic() < end and not is_settled:
                time.sleep(_SETTLED_S)
                if running.poll() is not None:
                    raise SmokeError(f"The panel ended by itself with {running.returncode}.")
                now = ImageGrab.grab()
                if now.tobytes() != before.tobytes() and not is_blank(now):
                    is_settled = shown is not None and now.tobytes() == shown.tobytes()
                    shown = now
        finally:
            running.terminate()
            running.wait(30)
    if shown is None:
        raise SmokeError(f"No window appeared within {_PANEL_S} s.")
    shown.convert("RGB").save(picture)


def smoke(folder: Path, out: Path) -> None:
    """Try the program.

    Raises:
        SmokeError: Something did not work.
    """
    out.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "TIEPOINT_HOME": str((out / "home").resolve())}
    tiepoint, agent = program(folder, "tiepoint"), program(folder, "tiepoint-agent")
    products = out / "products"
    try:
        version = run([tiepoint, "--version"], environment)
        sys.stdout.write(version)
        if run([agent, "version"], environment).split() != version.split()[-1:]:
            raise SmokeError("tiepoint-agent is not the agent of the same version.")
        # 2: it has found something, which is about this computer.
        sys.stdout.write(run([tiepoint, "doctor"], environment, fine=(0, 2)))
        run([tiepoint, "run", ROOT / "resources/sample/photos", "-o", products, "--preset", "draft"], environment)
        missing = [name for name in _PRODUCTS if not (products / name).is_file()]
        if missing:
            raise SmokeError(f"The job left no {', '.join(missing)}.")
        run([tiepoint, "view", products / "model.glb", "--screenshot", out / "model.png"], environment)
        if is_blank(Image.open(out / "model.png")):
            raise SmokeError("The picture of the model is blank.")
        try_panel(program(folder, "tiepoint-panel"), products / "model.glb", out / "panel.png", environment)
    finally:
        subprocess.run([agent, "stop"], env=environment, timeout=120)
        subprocess.run([tiepoint, "transfers", "stop"], env=environment, timeout=120, capture_output=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Try what the arguments name and return the exit status."""
    parser = argparse.ArgumentParser(description="Tries an installed program on the system it is installed on.")
    parser.add_argument("folder", type=Path, metavar="PROGRAM_FOLDER")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    arguments = parser.parse_args(argv)
    try:
        smoke(arguments.folder, arguments.out)
    except (SmokeError, OSError, subprocess.TimeoutExpired) as error:
        sys.stderr.write(f"smoke: {error}\n")
        return 1
    sys.stdout.write("smoke: 1 passed, 0 failed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
