"""One JSON object a line over TCP: how the stand-in's own processes speak."""

from __future__ import annotations

import json
import socket
from typing import Any


class Line:
    """A blocking connection."""

    def __init__(self, host: str, port: int, timeout_s: float | None = 10.0) -> None:
        self._socket = socket.create_connection((host, port), timeout=timeout_s)
        self._file = self._socket.makefile("rb")

    def send(self, message: dict[str, Any]) -> None:
        self._socket.sendall(json.dumps(message).encode() + b"\n")

    def read(self) -> dict[str, Any] | None:
        line = self._file.readline()
        return json.loads(line) if line else None

    def ask(self, **message: Any) -> Any:
        self.send(message)
        answer = self.read()
        if answer is None:
            raise RuntimeError("Network connection lost")
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["ok"]

    def set_timeout(self, seconds: float | None) -> None:
        self._socket.settimeout(seconds)

    def close(self) -> None:
        self._file.close()
        self._socket.close()
