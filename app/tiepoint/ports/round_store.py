"""Where rounds are kept, so that they go on after a crash. Any thread; blocks on the disk for a moment only."""

from __future__ import annotations

from typing import Protocol

from tiepoint.domain.remote_round import Round, RoundId


class RoundStore(Protocol):
    """Rounds, `progress` left out."""

    def all(self) -> tuple[Round, ...]:
        """All, oldest first; none where they cannot be read, which is told (`ports.kept_files`)."""

    def put(self, round_: Round) -> None:
        """Keep one as it is now.

        Raises:
            SetupError: It cannot be kept, or what is there cannot be read.
        """

    def remove(self, round_id: RoundId) -> None:
        """Forget one.

        Raises:
            SetupError: As `put`.
        """
