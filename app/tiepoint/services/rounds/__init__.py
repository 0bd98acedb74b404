"""Rounds on clusters: photos up, job there, products back; each step visible, resumable, begun by one call.

Every step is found again by its own key (transfer, submission, download), so a round goes on after a crash of this
program at the next `start`, wherever it was. On the loop's thread.
"""

from __future__ import annotations

from tiepoint.services.rounds.request import RoundRequest
from tiepoint.services.rounds.rounds import Rounds

__all__ = ["RoundRequest", "Rounds"]
