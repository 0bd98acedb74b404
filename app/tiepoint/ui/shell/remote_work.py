"""What goes on with clusters' schedulers while the panel is there: started after its first picture, and stopped.

The GUI thread, on the loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiepoint.ui.shell.site_memory import SiteMemory

if TYPE_CHECKING:
    from tiepoint.services.program import Program


class RemoteWork:
    """Sites, rounds, parking and recordings.

    Args:
        program: The services.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._memory: SiteMemory | None = None

    def record(self) -> None:
        """Record from now on whatever is followed; before anything is, so that tapes begin with a whole state."""
        self._program.remote.recordings.start()

    def start(self) -> None:
        """Follow this computer and the shown site, and go on with what was left in the middle; asks nobody."""
        remote = self._program.remote
        self._memory = SiteMemory(self._program)
        remote.remote.start()
        remote.sites.start()
        remote.rounds.start()
        remote.parking.start()

    async def stop(self) -> None:
        """Follow nothing any more; clusters and the transfer worker go on."""
        remote = self._program.remote
        if self._memory is not None:
            self._memory.shut()
            await remote.parking.stop()
            await remote.rounds.stop()
            await remote.sites.stop()
            await remote.remote.stop()
        await remote.recordings.stop()
