"""Looking into photos without a job: sizes, cameras, positions, and what is wrong with them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Protocol

from tiepoint.domain.photo import PhotoFacts, SetFinding


class PhotoInspector(Protocol):
    """Reads photos in a process of its own, so that a broken one cannot take the program down."""

    def inspect(
        self, photos: Sequence[tuple[Path, str]], *, decode: bool
    ) -> AsyncGenerator[PhotoFacts | SetFinding, None]:
        """Look into each photo, in order.

        Changes nothing. Cancel safe: closing the iterator stops the process. Idempotent.

        Args:
            photos: Where each lies and the path to report it by.
            decode: Read every pixel, so that a truncated photo is found; otherwise only what the file says of itself.

        Yields:
            One `PhotoFacts` per photo; a broken photo is one with a `problem`, not an exception. Then what there is to
            say about all of them together.

        Raises:
            SetupError: The engine cannot be started.
            EngineFailure: It ended too early.
        """
