"""The guards' part, played by the double: heartbeats, draining, the meter, and machines that stop by themselves.

On a thread of its own; it holds the double's lock only to look and to stop machines, never while it talks to Azurite.
A machine plays when it has the tag `tiepoint-role` (scheduler or node) and no `facts["guard"] = False`. Tests may set
`facts["busy"]`. What guards would wait is counted in Azure's time; leases and stamps are the wall clock's.
"""

from __future__ import annotations

import threading
import time
import traceback
from typing import Any

from azure.core.exceptions import AzureError as ClientError

from azure_double.arm.machines import Machines
from azure_double.guards.papers import Papers
from azure_double.guards.standing import Standing, standing_of
from azure_double.kinds.machine import TYPE
from azure_double.world import Resource, World
from patience import PATIENCE_S
from tiepoint.domain.cluster import ROLE_TAG, MachineRole

_ROUND_S = 0.05
_BEAT_AZURE_S, _BEAT_WALL_S = 60.0, 3.0
_GUARDED = (MachineRole.SCHEDULER, MachineRole.NODE)


class Guards:
    """See the module.

    Args:
        world: The state.
        lock: The double's.
        machines: To stop them.
        crashes: Where mistakes of its own are told.
    """

    def __init__(self, world: World, lock: threading.RLock, machines: Machines, crashes: list[str]) -> None:
        self._crashes = crashes
        self._world, self._lock, self._machines = world, lock, machines
        self.play = True
        """Whether guards are played at all."""
        self.stops = True
        """Whether they stop machines that nobody wants."""
        self._papers: dict[str, Papers] = {}
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._rounds, name="azure-double-guards", daemon=True)

    def start(self) -> None:
        """Begin, where there is a Blob store."""
        if self._world.blobs:
            self._thread.start()

    def stop(self) -> None:
        """End."""
        self._is_over.set()
        if self._thread.is_alive():
            self._thread.join(PATIENCE_S)

    def _rounds(self) -> None:
        while not self._is_over.wait(_ROUND_S):
            if self.play:
                for endpoint, standing in self._look().items():
                    try:
                        self._round(endpoint, standing)
                    except ClientError:  # the account or its container is gone, or not there yet
                        self._papers.pop(endpoint, None)
                    except Exception:  # noqa: BLE001 - a mistake of the double's own must be seen
                        self._crashes.append(traceback.format_exc())

    def _look(self) -> dict[str, list[Standing]]:
        """Return the machines that play, by their account's address."""
        found: dict[str, list[Standing]] = {}
        with self._lock:
            self._world.timeline.run()
            accounts = self._accounts()
            for machine in self._world.of_type(TYPE):
                endpoint = accounts.get(machine.id.group.lower())
                if endpoint and machine.tags.get(ROLE_TAG) and machine.facts.get("guard", True):
                    found.setdefault(endpoint, []).append(standing_of(self._world, machine))
        return found

    def _accounts(self) -> dict[str, str]:
        containers = self._world.of_type("Microsoft.Storage/storageAccounts/blobServices/containers")
        found = {}
        for each in containers:
            account = self._world.get("/".join(each.id.text.split("/")[:-4]))
            if each.name == "control" and account and account.facts.get("blob"):
                found[each.id.group.lower()] = account.facts["blob"]
        return found

    def _round(self, endpoint: str, standing: list[Standing]) -> None:
        assert self._world.blobs is not None
        if not any(each.is_up for each in standing):
            return
        papers = self._papers.setdefault(endpoint, Papers(self._world.blobs.client(endpoint)))
        draining = papers.draining()
        for each in standing:
            drains = each.name in draining
            if each.is_up and each.role in _GUARDED and self._is_due(each, drains=drains):
                papers.beat(each, drains=drains)
        scheduler = next((each for each in standing if each.role is MachineRole.SCHEDULER and each.is_up), None)
        if scheduler and papers.is_due_to_count(self._world.timeline.clock):
            papers.count([each.name for each in standing if each.is_billed])
        if self.stops:
            self._stop_unwanted(papers, standing)

    def _is_due(self, each: Standing, *, drains: bool) -> bool:
        said = each.machine.facts.get("said")
        now = (time.monotonic(), self._world.timeline.clock.seconds())
        says = (each.booted, each.is_busy, drains)
        is_news = said is None or said[1] != says
        is_late = said is not None and now[0] - said[0][0] >= _BEAT_WALL_S and now[1] - said[0][1] >= _BEAT_AZURE_S
        if is_news or is_late:
            each.machine.facts["said"] = (now, says)
        return is_news or is_late

    def _stop_unwanted(self, papers: Papers, standing: list[Standing]) -> None:
        lease = papers.lapsed_lease()
        if lease is None:
            return
        clock, patience = self._world.timeline.clock, lease.idle_minutes * 60.0
        lapsed_at = clock.seconds() - (clock.wall() - lease.until).total_seconds() * clock.scale
        nodes = [each for each in standing if each.role is MachineRole.NODE]
        others = [each for each in standing if each.role in (MachineRole.JUMP_BOX, MachineRole.DIRECTORY)]
        idle = [each for each in nodes if each.is_up and _idle_s(each, lapsed_at, clock.seconds()) >= patience]
        self._release(idle)
        scheduler = next((each for each in standing if each.role is MachineRole.SCHEDULER and each.is_up), None)
        if not scheduler or any(each.is_billed for each in nodes):
            return
        if _idle_s(scheduler, lapsed_at, clock.seconds()) < patience:
            return
        self._release([each for each in others if each.is_up])
        if not any(each.is_billed for each in others):
            self._release([scheduler])

    def _release(self, found: list[Standing]) -> None:
        with self._lock:
            for each in found:
                if each.machine.power == "running":
                    self._note(each.machine)
                    self._machines.change(each.machine, "deallocate")

    def _note(self, machine: Resource) -> None:
        principal: Any = (machine.body.get("identity") or {}).get("principalId", "guard")
        self._world.note(str(principal), f"{TYPE}/deallocate/action", machine.id.text, "Succeeded")


def _idle_s(each: Standing, lapsed_at: float, now: float) -> float:
    """How long nothing has kept a machine: since its boot, its last task, and the lease's end; Azure's seconds."""
    if each.is_busy:
        each.machine.facts["busy_at"] = now
    return now - max(each.up_at, each.machine.facts.get("busy_at", 0.0), lapsed_at)
