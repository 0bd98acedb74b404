"""Rounds in a small JSON file of the program's own, replaced in one step. Blocks for a moment; any thread."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from tiepoint.adapters.files.errors import writing_failed
from tiepoint.adapters.files.json_file import read_object, replace_json, set_aside
from tiepoint.domain.errors import SetupError
from tiepoint.domain.remote_round import Round, RoundId
from tiepoint.protocol.codec import MalformedMessage, from_json, to_json

_SCHEMA_VERSION: Final = 1
_MOST_OVER: Final = 200
"""Rounds that are over and kept; the oldest go first."""


class FileRoundStore:
    """See `ports.round_store.RoundStore`.

    Args:
        path: The file; a broken one is set aside.
        now: The clock; names what is set aside.
    """

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._path, self._now = path, now
        self._lock = threading.Lock()

    def all(self) -> tuple[Round, ...]:
        """All, oldest first; see the port."""
        try:
            return self._read()
        except OSError:
            return ()

    def _read(self) -> tuple[Round, ...]:
        """Read all; none where there is no file, or it was broken and is set aside.

        Raises:
            OSError: There is one, and it cannot be read: nothing may be written in its place.
        """
        try:
            listed: Any = read_object(self._path)["rounds"]
            return tuple(from_json(Round, each) for each in listed)
        except FileNotFoundError:
            return ()
        except (ValueError, KeyError, TypeError, RecursionError, MalformedMessage):
            with contextlib.suppress(OSError):
                set_aside(self._path, self._now())
            return ()

    def put(self, round_: Round) -> None:
        """Keep one; see the port."""
        with self._lock:
            kept = dataclasses.replace(round_, progress=None)
            known = list(self._known())
            places = [index for index, each in enumerate(known) if each.id == round_.id]
            if places:
                known[places[0]] = kept
            else:
                known.append(kept)
            self._write(known)

    def remove(self, round_id: RoundId) -> None:
        """Forget one; see the port."""
        with self._lock:
            known = self._known()
            left = [each for each in known if each.id != round_id]
            if len(left) != len(known):
                self._write(left)

    def _known(self) -> tuple[Round, ...]:
        """Return what the file holds, before it is written anew.

        Raises:
            SetupError: It cannot be read.
        """
        try:
            return self._read()
        except OSError as error:
            raise writing_failed(self._path.parent, error, kind=SetupError) from error

    def _write(self, rounds: list[Round]) -> None:
        too_many = len([each for each in rounds if each.is_over]) - _MOST_OVER
        kept = []
        for each in rounds:
            if each.is_over and too_many > 0:
                too_many -= 1
            else:
                kept.append(each)
        try:
            replace_json(self._path, {"schema_version": _SCHEMA_VERSION, "rounds": [to_json(each) for each in kept]})
        except OSError as error:
            raise writing_failed(self._path.parent, error, kind=SetupError) from error
