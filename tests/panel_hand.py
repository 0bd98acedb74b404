"""A person at the panel, as far as X can tell: real pointer and key events by xdotool, eyes through the probe."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from patience import PATIENCE_S

PROBE = Path(__file__).with_name("panel_probe.py")
LOOK_EVERY_S = 0.1
BROKEN = "Something in Tiepoint broke."


class PanelHand:
    """A panel in its own process, and a hand to use it.

    Args:
        folder: For its home, its endpoint and its words.
        arguments: Of `tiepoint panel`.
        environment: Variables on top of ours.
    """

    def __init__(
        self, folder: Path, arguments: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> None:
        self._endpoint = str(folder / "probe.sock")
        self.words = folder / "panel.txt"
        self._log = Path((environment or os.environ).get("TIEPOINT_HOME", str(folder))) / "log" / "tiepoint.log"
        self._file = self.words.open("w")
        env = {**os.environ, "LIBGL_ALWAYS_SOFTWARE": "1", "QT_API": "pyside6", **(environment or {})}
        env.pop("QT_QPA_PLATFORM", None)
        self.process = subprocess.Popen(
            [sys.executable, str(PROBE), self._endpoint, *arguments],
            env=env,
            stdout=self._file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._socket: socket.socket | None = None

    def ask(self, **request: Any) -> Any:
        """Ask the probe."""
        if self._socket is None:
            self._socket = self._connected()
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            part = self._received()
            assert part, f"the panel is gone: {self.words.read_text()}"
            answer += part
        return json.loads(answer)

    def _received(self) -> bytes:
        assert self._socket is not None
        try:
            return self._socket.recv(1 << 20)
        except ConnectionError:
            return b""

    def places(self, name: str) -> list[dict[str, Any]]:
        """Where things of this name are now."""
        found: list[dict[str, Any]] = self.ask(find=name)
        return found

    def texts(self) -> list[str]:
        """Every text and name that is on the screen."""
        found: list[str] = self.ask(texts=True)
        return found

    def wait(self, what: str, is_so: Callable[[], Any], limit_s: float = PATIENCE_S) -> Any:
        """Look until something is so."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            found = is_so()
            if found:
                return found
            assert self.process.poll() is None, f"the panel ended: {self.words.read_text()}"
            assert BROKEN not in self.texts(), f"the panel broke: {self.last_log()}"
            time.sleep(LOOK_EVERY_S)
        raise AssertionError(f"waited {limit_s} s in vain for {what}; on the screen: {self.texts()}; {self.last_log()}")

    def last_log(self) -> str:
        """The end of the panel's log."""
        if not self._log.exists():
            return "no log"
        return self._log.read_text(encoding="utf-8", errors="replace")[-4000:]

    def wait_for(self, name: str, limit_s: float = PATIENCE_S) -> dict[str, Any]:
        """Wait until something of this name can be used, and return where it is."""

        def usable() -> dict[str, Any] | None:
            found = [place for place in self.places(name) if place["is_enabled"]]
            return next((place for place in found if place["is_button"]), found[0]) if found else None

        place: dict[str, Any] = self.wait(f"“{name}”", usable, limit_s)
        return place

    def wait_for_text(self, part: str, limit_s: float = PATIENCE_S) -> str:
        """Wait until some text on the screen holds this, and return it whole."""
        text: str = self.wait(
            f"a text with “{part}”", lambda: next((text for text in self.texts() if part in text), None), limit_s
        )
        return text

    def click(self, name: str, limit_s: float = PATIENCE_S) -> None:
        """Click on something by its name, in its middle."""
        self.click_on(self.wait_for(name, limit_s))

    def click_on(self, place: Mapping[str, Any]) -> None:
        """Click in the middle of a place that was found."""
        self.click_at(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)

    def click_at(self, x: float, y: float, button: int = 1, times: int = 1) -> None:
        """Click at a place on the screen."""
        self._do("mousemove", "--sync", str(round(x)), str(round(y)))
        self._do("click", "--repeat", str(times), "--delay", "60", str(button))

    def drag(self, start: tuple[float, float], end: tuple[float, float], button: int = 1) -> None:
        """Press at a place, move, and let go at another."""
        self._do("mousemove", "--sync", str(round(start[0])), str(round(start[1])))
        self._do("mousedown", str(button))
        for step in range(1, 9):
            x = start[0] + (end[0] - start[0]) * step / 8
            y = start[1] + (end[1] - start[1]) * step / 8
            self._do("mousemove", "--sync", str(round(x)), str(round(y)))
        self._do("mouseup", str(button))

    def key(self, *keys: str) -> None:
        """Press keys, such as `ctrl+2` or `Return`."""
        self._do("key", "--clearmodifiers", "--delay", "40", *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        self._do("type", "--delay", "20", text)

    def focus_window(self) -> None:
        """Give the window the keyboard, as a window manager would."""
        found = self._do("search", "--sync", "--onlyvisible", "--name", "^Tiepoint$").split()
        self._do("windowfocus", "--sync", found[-1])

    def resize_window(self, width: int, height: int) -> None:
        """Give the window another size, as a hand at its corner would."""
        found = self._do("search", "--sync", "--onlyvisible", "--name", "^Tiepoint$").split()
        self._do("windowsize", "--sync", found[-1], str(width), str(height))

    def picture(self, path: Path) -> Path:
        """Take a picture of the window as it is on the screen."""
        path.parent.mkdir(parents=True, exist_ok=True)
        assert self.ask(picture=str(path))
        return path

    def lag(self) -> dict[str, Any]:
        """How late the event loop was since the last call; see `loop_watchdog`."""
        found: dict[str, Any] = self.ask(lag=True)
        return found

    def heap(self) -> dict[str, int]:
        """What the panel holds of memory; see `heap_facts`."""
        found: dict[str, int] = self.ask(heap=True)
        return found

    def close(self) -> None:
        """End the panel if it still runs."""
        if self._socket is not None:
            self._socket.close()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._file.close()

    def _connected(self) -> socket.socket:
        end = time.monotonic() + 60
        while True:
            made = socket.socket(socket.AF_UNIX)
            try:
                made.connect(self._endpoint)
            except OSError:
                made.close()
                assert self.process.poll() is None, f"the panel ended: {self.words.read_text()}"
                assert time.monotonic() < end, "the panel did not start"
                time.sleep(LOOK_EVERY_S)
            else:
                made.settimeout(60)
                return made

    def _do(self, *words: str) -> str:
        done = subprocess.run(["xdotool", *words], check=True, capture_output=True, text=True, timeout=60)
        return done.stdout


def can_use_hands() -> bool:
    """Whether there is a screen and something to move its pointer with."""
    return bool(os.environ.get("DISPLAY")) and shutil.which("xdotool") is not None
