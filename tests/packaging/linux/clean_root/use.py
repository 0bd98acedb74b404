"""What a person does with the installed program: commands, the window, a model of the sample capture, its view."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Final

from root import PERSON, CleanRoot
from screen import Screen, colours, settled

_SAMPLE: Final = "tiepoint/_internal/tiepoint/_resources/sample/photos"
_LEAST_COLOURS: Final = 5000
"""Of a page with pictures; the window's first picture, without any page, has a few hundred."""

_PRODUCTS: Final = ("model.glb", "preview.png", "report.html", "result.json")
_ENDS_WITHIN_S: Final = 30


def check_commands(root: CleanRoot, program: str) -> None:
    """Ask for the version, as a person and as root, and for what the computer has and lacks."""
    version = root.run(f"{program} --version", as_person=True).split()
    assert len(version) == 2, f"the version is {version}"
    assert version[0] == "tiepoint", f"the version is {version}"
    root.run(f"{program} --version")
    told = json.loads(root.run(f"{program} doctor --json", as_person=True, check=False).splitlines()[-1])
    assert told["type"] == "result", f"doctor said {told}"
    assert root.run(f"{program}-agent version", as_person=True).strip() == version[1], "the agent has another version"


def show_panel(root: CleanRoot, screen: Screen, panel: str, file: Path, path: str = "", keys: str = "") -> None:
    """Open the window, take a picture once it stands still, and end it as a desktop's log-out does."""
    script = f"cd; export DISPLAY={screen.display} LIBGL_ALWAYS_SOFTWARE=1; exec {panel} {path}"
    command = root.command(script, as_person=True)
    said = file.with_suffix(".txt")
    with said.open("wb") as log, subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log) as process:
        try:
            window = screen.window(process)
            if keys:
                settled(screen, file, _LEAST_COLOURS)
                screen.key(window, keys)
            picture = settled(screen, file, _LEAST_COLOURS)
            _end(root, process)
        except (AssertionError, subprocess.TimeoutExpired) as error:
            raise AssertionError(f"{error}\n{said.read_text(errors='replace')}") from error
        finally:
            process.kill()
    assert colours(picture) >= _LEAST_COLOURS, "the picture is blank"
    logged = root.folder / f"home/{PERSON}/.local/state/tiepoint/log/tiepoint.log"
    told = logged.read_text(encoding="utf-8") if logged.is_file() else ""
    assert not any(word in told for word in ("ERROR", "Traceback")), f"the window complained:\n{told}"
    assert b"Traceback" not in said.read_bytes(), f"the window complained: {said.read_text()}"


def reconstruct(root: CleanRoot, program: str) -> None:
    """Make a model of the sample that came with the program."""
    root.run(f"cp -r /usr/lib/{_SAMPLE} ~/photos; {program} run ~/photos -o ~/out --preset draft", as_person=True)
    out = root.folder / f"home/{PERSON}/out"
    for name in _PRODUCTS:
        assert (out / name).is_file(), f"{name} is missing"
    result = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert result["photos_aligned"] == result["photos_total"] > 0, f"not every photo was aligned: {result}"


def look_at_result(root: CleanRoot, screen: Screen, program: str, pictures: Path) -> None:
    """Draw the model without a window, then open it as a file manager does."""
    root.run(f"{program} view ~/out/model.glb --screenshot ~/out/view.png", as_person=True)
    drawn = pictures / "view.png"
    drawn.write_bytes((root.folder / f"home/{PERSON}/out/view.png").read_bytes())
    opened = _opened_by_entry(root, f"/home/{PERSON}/out/model.glb")
    show_panel(root, screen, opened, pictures / "panel-result.png")


def _opened_by_entry(root: CleanRoot, path: str) -> str:
    """Return what the desktop entry runs for a file."""
    entry = (root.folder / "usr/share/applications/tiepoint.desktop").read_text(encoding="utf-8")
    (line,) = [line for line in entry.splitlines() if line.startswith("Exec=")]
    return line.removeprefix("Exec=").replace("%F", path)


def _end(root: CleanRoot, process: subprocess.Popen[bytes]) -> None:
    """Tell the window to end; its namespace ends with it."""
    for link in Path("/proc").glob("[0-9]*/root"):
        try:
            is_ours = link.resolve() == root.folder.resolve()
            command = (link.parent / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if is_ours and b"--child" not in command and command[0].endswith(b"tiepoint-panel"):
            subprocess.run(["kill", "-TERM", link.parent.name], check=False)
    status = process.wait(timeout=_ENDS_WITHIN_S)
    assert status == 0, f"the window ended with {status}"
