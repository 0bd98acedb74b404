"""Rounds in a small JSON file of the program's own. Blocks for a moment; any thread."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, Final, TypeAlias

from tiepoint.adapters.files.kept_file import KeptFile, json_form
from tiepoint.domain.remote_round import Round, RoundId
from tiepoint.ports.kept_files import Keeping
from tiepoint.protocol.codec import from_json, to_json

_Rounds: TypeAlias = tuple[Round, ...]
_NONE: Final[_Rounds] = ()
_MOST_OVER: Final = 200
"""Rounds that are over and kept; the oldest go first."""


def _rounds(data: Any) -> _Rounds:
    return tuple(from_json(Round, each) for each in data["rounds"])


_FORM: Final = json_form(
    "The list of rounds",
    _NONE,
    version=1,
    parse=_rounds,
    render=lambda rounds: {"rounds": [to_json(each) for each in rounds]},
    when_aside="Run again what was under way: what is done already is found there and not done twice.",
)


class FileRoundStore:
    """See `ports.round_store.RoundStore`.

    Args:
        path: The file.
        keeping: How it is kept.
    """

    def __init__(self, path: Path, keeping: Keeping) -> None:
        self._file = KeptFile(path, _FORM, keeping)

    def all(self) -> tuple[Round, ...]:
        """All, oldest first; see the port."""
        return self._file.seen()

    def put(self, round_: Round) -> None:
        """Keep one; see the port."""
        self._file.change(lambda rounds: _with(rounds, dataclasses.replace(round_, progress=None)))

    def remove(self, round_id: RoundId) -> None:
        """Forget one; see the port."""
        self._file.change(lambda rounds: tuple(each for each in rounds if each.id != round_id))


def _with(rounds: _Rounds, kept: Round) -> _Rounds:
    known = [kept if each.id == kept.id else each for each in rounds]
    if all(each.id != kept.id for each in rounds):
        known.append(kept)
    too_many = len([each for each in known if each.is_over]) - _MOST_OVER
    left = []
    for each in known:
        if each.is_over and too_many > 0:
            too_many -= 1
        else:
            left.append(each)
    return tuple(left)
