"""Parks nodes that a job's running stage cannot use, and wakes them before the stage that can. On the loop's thread."""

from __future__ import annotations

from tiepoint.domain.parking import ParkingAdvice
from tiepoint.services.event import Event
from tiepoint.services.sites import Site


class Parking:
    """Advice for sites on Azure; nothing is parked unless a person says so."""

    def __init__(self) -> None:
        self.changed: Event[None] = Event()

    def advice(self, site: Site) -> ParkingAdvice | None:
        """What could be parked there now; None = nothing worth it, or dismissed."""
        del site
        return None

    async def park(self, site: Site, advice: ParkingAdvice) -> None:
        """Pause the nodes in the scheduler, let Azure deallocate their machines, and wake them before `until`."""
        raise NotImplementedError

    def dismiss(self, advice: ParkingAdvice) -> None:
        """Say no more of it for this stage of this job."""
