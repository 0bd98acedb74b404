"""Looking into results: what a folder of products or a lone model file says of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from tiepoint.domain.model_facts import ModelFacts


class Presence(StrEnum):
    """Whether a result can be opened."""

    THERE = "there"
    MISSING = "missing"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class ResultPlace:
    """Where a result lies and what is known of it without looking.

    Args:
        path: A folder of products, or a model file.
        title: A name for people; empty = what the result says, else the file's name.
        job: Id of the job that made it; empty = none known.
        capture: Its capture's folder; None = to be found from what the result says.
        wall_s: How long the job took, pauses included, if known.
    """

    path: Path
    title: str = ""
    job: str = ""
    capture: Path | None = None
    wall_s: float | None = None


class ResultReader(Protocol):
    """Reads results; changes nothing."""

    async def presence(self, paths: Sequence[Path]) -> Mapping[Path, Presence]:
        """Say of each folder or file whether there is something to open. Cancel safe; never raises for a path."""

    async def read(self, place: ResultPlace) -> ModelFacts:
        """Read everything a result says of itself; what is broken or missing beside the model is told in `problems`.

        Idempotent and cancel safe. Heads of model files are read, their geometry is not.

        Raises:
            InputError: There is nothing at this place, or no model and no cloud in it that can be read.
        """
