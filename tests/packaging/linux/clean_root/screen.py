"""A virtual screen outside the clean system, so that none of its libraries stand in for one the package forgot."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Final

from PIL import Image

_SIZE: Final = (1920, 1200)
_WAITS_S: Final = 240.0
_STANDS_STILL_S: Final = 20.0
"""Something may always move: a warming engine, a clock."""


class Screen:
    """One Xvfb, from `with` to its end."""

    def __enter__(self) -> Screen:
        reading, writing = os.pipe()
        command = [
            "Xvfb",
            "-displayfd",
            str(writing),
            "-screen",
            "0",
            f"{_SIZE[0]}x{_SIZE[1]}x24",
            "-nolisten",
            "tcp",
            "-ac",
        ]
        options = ["+extension", "GLX", "+render", "-noreset"]
        self._server = subprocess.Popen([*command, *options], pass_fds=[writing], stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as told:
            self.display = f":{told.readline().strip()}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.terminate()
        self._server.wait()

    def window(self, program: subprocess.Popen[bytes]) -> str:
        """Wait for the window of a program and return its number.

        Raises:
            AssertionError: None came, or the program has ended.
        """
        search = ["xdotool", "search", "--onlyvisible", "--name", "^Tiepoint$"]
        end = time.monotonic() + _WAITS_S
        while time.monotonic() < end:
            found = self._asked(search).split()
            if found:
                return found[0]
            assert program.poll() is None, "the program ended before it showed a window"
            time.sleep(0.2)
        raise AssertionError(f"no window within {_WAITS_S:.0f} s")

    def key(self, window: str, keys: str) -> None:
        """Press keys in a window."""
        self._asked(["xdotool", "windowfocus", "--sync", window, "key", keys])

    def picture(self, file: Path) -> Image.Image:
        """Write what the screen shows as PNG, and return it."""
        environment = {**os.environ, "DISPLAY": self.display}
        subprocess.run(["import", "-window", "root", str(file)], env=environment, check=True)
        return Image.open(file).convert("RGB")

    def _asked(self, command: list[str]) -> str:
        environment = {**os.environ, "DISPLAY": self.display}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout


def colours(picture: Image.Image) -> int:
    """Count the colours of a picture; a blank one has a few."""
    found = picture.getcolors(maxcolors=1 << 24)
    return len(found or ())


def settled(screen: Screen, file: Path, least_colours: int) -> Image.Image:
    """Take pictures until one shows something; then a little longer, until two in a row are the same.

    Raises:
        AssertionError: Nothing was shown.
    """
    end = time.monotonic() + _WAITS_S
    last = screen.picture(file)
    while colours(last) < least_colours and time.monotonic() < end:
        time.sleep(2.0)
        last = screen.picture(file)
    assert colours(last) >= least_colours, f"the picture {file.name} has {colours(last)} colours only"
    end = time.monotonic() + _STANDS_STILL_S
    while time.monotonic() < end:
        time.sleep(2.0)
        picture = screen.picture(file)
        if picture.tobytes() == last.tobytes():
            return picture
        last = picture
    return last
