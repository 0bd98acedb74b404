"""Threads of the 3D view that a driver holds and that nobody can end; they go with the process. GUI thread."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QThread

_held: Final[list[tuple[QThread, object]]] = []


def hold(thread: QThread, surface: object) -> None:
    """Keep a thread that did not end, and what it draws on: Qt ends the process for an object whose thread runs."""
    _held.append((thread, surface))


def are_held() -> bool:
    """Whether a thread is still held, so that the process cannot end in the usual way."""
    _held[:] = [each for each in _held if each[0].isRunning()]
    return bool(_held)
