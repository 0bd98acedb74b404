"""The guard as a process of its own, round by round, against a real Blob server and a small cloud."""

from __future__ import annotations

import email.utils
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from blob_server import BlobServer, Container
from fakes.guard_cloud import GROUP, GuardCloud
from guard_machine import GuardMachine
from guard_script import guard
from scripted_server import ScriptedServer, answer, failure
from tiepoint.domain.cluster import Lease
from tiepoint.domain.control_document import (
    drain_document,
    heartbeat_metadata,
    lease_document,
    meter_document,
    new_meter,
    read_heartbeat,
    read_meter,
)
from tls_papers import TlsPapers

pytestmark = pytest.mark.integration
OLD_PYTHON: Final = Path.home() / ".pyenv/versions/3.8.18/bin/python3.8"
PRICES: Final = (("*", 2.0), ("scheduler", 0.5), ("node-01", 3.0), ("node-02", 3.0), ("jump-windows", 0.2))


@dataclass
class Stand:
    """A cluster of a scheduler and nodes, and its control container."""

    tmp: Path
    cloud: GuardCloud
    azurite: BlobServer
    control: Container

    def machine(self, name: str, role: str = "node", **changes: Any) -> GuardMachine:
        self.cloud.add(name, role)
        configuration = {
            "role": role,
            "name": name,
            "cluster": "studio",
            "blob_endpoint": self.azurite.endpoint + "/",
            "arm_endpoint": self.cloud.arm,
            "arm_audience": "https://management.azure.com/",
            "storage_audience": "https://storage.azure.com/",
            "machine_id": f"{GROUP}/providers/Microsoft.Compute/virtualMachines/{name}",
            "group_id": GROUP,
            "idle_minutes": 30,
            "imds_endpoint": self.cloud.imds,
            "ca_file": str(self.azurite.papers.authority) if self.azurite.papers else "",
        }
        return GuardMachine(self.tmp / name, configuration, changes)

    def lease(self, minutes: float, *, idle: int = 10, budget: float | None = None) -> None:
        until = datetime.now(UTC) + timedelta(minutes=minutes)
        self._put("lease.json", lease_document(Lease("mila", until, idle, budget, "USD", PRICES)))

    def spent(self, amount: float) -> None:
        now = datetime.now(UTC)
        self._put("meter.json", {**meter_document(new_meter(now)), "spent": amount})

    def heartbeat(self, name: str, minutes_ago: float = 0, *, is_busy: bool = False, idle: float = 0) -> None:
        told = datetime.now(UTC) - timedelta(minutes=minutes_ago)
        metadata = heartbeat_metadata(
            time=told, booted=told, is_busy=is_busy, is_draining=False, idle_minutes=idle, message="-"
        )
        self.control.put(f"nodes/{name}.json", b"{}", metadata)

    def drain(self, *names: str) -> None:
        self._put("drain.json", drain_document(names))

    def heard(self, name: str) -> tuple[datetime, datetime, bool, bool, str]:
        return read_heartbeat(dict(self.control.properties(f"nodes/{name}.json").metadata))

    def _put(self, name: str, content: Any) -> None:
        self.control.put(name, json.dumps(content).encode())


@pytest.fixture
def stand(tmp_path: Path, papers: TlsPapers, azurite: BlobServer, control: Container) -> Iterator[Stand]:
    cloud = GuardCloud(papers)
    yield Stand(tmp_path, cloud, azurite, control)
    cloud.close()


def test_a_node_stays_while_somebody_wants_the_cluster(stand: Stand) -> None:
    node = stand.machine("node-01")
    stand.lease(60)
    for minute in (0, 9, 18, 27):
        assert "Wanted until" in node.round(minute)
    assert stand.cloud.released == []
    time_told, booted, is_busy, is_draining, message = stand.heard("node-01")
    assert abs((datetime.now(UTC) - time_told).total_seconds()) < 5
    assert abs((time_told - booted).total_seconds() - 27 * 60) < 3
    assert (is_busy, is_draining, message[:5]) == (False, False, "Idle.")


def test_a_lapsed_lease_stops_an_idle_node_once(stand: Stand) -> None:
    node = stand.machine("node-01")
    stand.lease(-1)
    assert "Stops in 10 minutes" in node.round(0)
    assert "Stops in 2 minutes" in node.round(8)
    assert stand.cloud.released == []
    assert "Azure was asked to release node-01." in node.round(11)
    assert "Stops now." in stand.heard("node-01")[4]
    assert "Is being stopped." in node.round(12)
    assert "Is being stopped." in node.round(20)
    assert stand.cloud.released == ["node-01"]
    assert "Azure was asked" in node.round(21.5)


def test_a_busy_node_goes_on_and_waits_again_afterwards(stand: Stand) -> None:
    node = stand.machine("node-01")
    stand.lease(-1)
    marker = node.task(str(os.getpid()))
    assert "Working." in node.round(5)
    assert "Working." in node.round(14)
    assert stand.heard("node-01")[2] is True
    marker.unlink()
    assert "Stops in 3 minutes" in node.round(21)
    assert stand.cloud.released == []
    node.round(25)
    assert stand.cloud.released == ["node-01"]


def test_a_marker_whose_process_has_died_is_no_work(stand: Stand) -> None:
    node = stand.machine("node-01")
    stand.lease(-1)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    node.task(str(gone.pid))
    node.round(5)
    node.round(11)
    assert stand.cloud.released == ["node-01"]


def test_load_and_graphics_cards_count_as_work(stand: Stand) -> None:
    node = stand.machine("node-01")
    stand.lease(-1)
    node.round(5, load=9.0, cpu_minutes=1)
    assert "load 9.0" in node.round(12, load=9.0, cpu_minutes=40)
    assert "Working" not in node.round(20, load=9.0, cpu_minutes=40.1), "processes that hang in a lost mount"
    tool = node.folder / "bin" / "nvidia-smi"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\necho 3\necho 87\n")
    tool.chmod(0o755)
    assert "graphics card at 87 %" in node.round(28, cpu_minutes=40.1)
    assert stand.cloud.released == []


def test_a_spent_budget_stops_a_node_although_the_lease_holds(stand: Stand) -> None:
    node = stand.machine("node-01")
    stand.lease(60, budget=50)
    stand.spent(49)
    assert "Wanted until" in node.round(9)
    stand.spent(50)
    assert "The budget of 50.00 USD is spent." in node.round(11)
    assert stand.cloud.released == ["node-01"]


def test_a_lease_that_cannot_be_read_lapses(stand: Stand) -> None:
    unread = {"ca_file": "", "lapse_minutes": 20, "idle_minutes": 10}
    node = stand.machine("node-01", **unread)
    for minute in (0, 9, 18):
        assert "that lasts" in node.round(minute)
    said = node.round(23)
    assert "No lease could be read for 23 minutes." in said
    assert "cannot be stopped" in said
    assert stand.cloud.released == []
    node.changes = {**unread, "ca_file": str(stand.azurite.papers.authority) if stand.azurite.papers else ""}
    assert "Azure was asked" in node.round(24), "it is tried again as soon as Azure can be reached"
    assert stand.cloud.released == ["node-01"]


def test_no_lease_at_all_is_waited_for_an_hour_after_the_start(stand: Stand) -> None:
    node = stand.machine("node-01")
    assert "that lasts 55 more minutes" in node.round(5)
    node.task()
    node.round(14)
    node.restart()
    assert "that lasts 59 more minutes" in node.round(1)
    assert stand.cloud.released == []


def test_what_a_guard_did_not_see_counts_as_work(stand: Stand) -> None:
    node = stand.machine("node-01")
    stand.lease(-1)
    assert "Stops in 10 minutes" in node.round(500), "nobody knows what it did before"
    assert "Stops in 1 minutes" in node.round(509)
    assert "Stops in 10 minutes" in node.round(530), "the guard has not looked for 21 minutes"
    assert stand.cloud.released == []


def test_a_renewed_lease_keeps_a_node_that_was_about_to_stop(stand: Stand) -> None:
    node = stand.machine("node-01")
    stand.lease(-1)
    node.round(9)
    stand.lease(60)
    assert "Wanted" in node.round(12)
    assert stand.cloud.released == []


def test_draining_is_passed_on_to_the_software_here(stand: Stand) -> None:
    node = stand.machine("node-01")
    stand.lease(60)
    stand.drain("node-01", "node-09")
    node.round(1)
    assert ((node.folder / "run" / "drain").exists(), stand.heard("node-01")[3]) == (True, True)
    stand.drain()
    node.round(2)
    assert ((node.folder / "run" / "drain").exists(), stand.heard("node-01")[3]) == (False, False)


def test_azures_notice_is_told_and_no_task_begun(stand: Stand) -> None:
    node = stand.machine("node-01")
    stand.lease(60)
    stand.cloud.events.append(
        {"EventType": "Preempt", "Resources": ["node-01"], "NotBefore": "Thu, 26 Nov 2026 03:00:00 GMT"}
    )
    node.round(1)
    assert stand.heard("node-01")[3:] == (True, "Azure takes this Spot machine back: Thu, 26 Nov 2026 03:00:00 GMT.")


def test_the_scheduler_counts_what_runs(stand: Stand) -> None:
    scheduler = stand.machine("scheduler", "scheduler")
    stand.cloud.add("node-01", "node")
    stand.cloud.add("node-02", "node", "deallocated")
    stand.lease(60)
    begun = datetime.now(UTC) - timedelta(minutes=6)
    stand.control.put("meter.json", json.dumps(meter_document(new_meter(begun))).encode())
    stand.heartbeat("node-01")
    scheduler.round(9)
    meter = read_meter(json.loads(stand.control.content("meter.json")))
    assert meter.per_hour == pytest.approx(5.5)
    assert meter.spent == pytest.approx(0.55, abs=0.01)
    looks = [each for each in stand.cloud.asked if "instanceView" in each]
    assert len(looks) == 1, "a machine that was heard needs no look of its own"


def test_the_first_meter_begins_at_nothing(stand: Stand) -> None:
    scheduler = stand.machine("scheduler", "scheduler")
    stand.lease(60)
    scheduler.round(5)
    assert read_meter(json.loads(stand.control.content("meter.json"))).spent == 0.0


def test_a_meter_begun_anew_in_between_is_left_alone(stand: Stand) -> None:
    machine = stand.machine("scheduler", "scheduler")
    machine.round(1)
    azure = guard.Azure(guard.read_configuration(str(machine.folder / "guard.json")))
    assert azure.put_document("meter.json", {"since": "first"}, "")
    assert not azure.put_document("meter.json", {"since": "second"}, "")
    _, version = azure.document("meter.json")
    stand.spent(0)
    assert not azure.put_document("meter.json", {"since": "second"}, version)
    assert read_meter(json.loads(stand.control.content("meter.json"))).spent == 0.0


def test_the_scheduler_sees_to_nodes_that_hang_and_goes_last(stand: Stand) -> None:
    scheduler = stand.machine("scheduler", "scheduler")
    for name, role in (("node-01", "node"), ("node-02", "node"), ("jump-windows", "jump-box"), ("dc-01", "directory")):
        stand.cloud.add(name, role)
    stand.lease(-1)
    stand.heartbeat("node-01", is_busy=True)
    stand.heartbeat("node-02", 40)
    assert "Nodes that run still: 2" in scheduler.round(5)
    scheduler.round(14)
    assert stand.cloud.released == []
    said = scheduler.round(21)
    assert "Stops node-02, which cannot be expected to do it." in said
    assert stand.cloud.released == ["node-02"]
    scheduler.round(22)
    stand.cloud.powers["node-01"] = "deallocated"
    stand.heartbeat("node-01", 4)
    for minute in (23, 24, 25):
        scheduler.round(minute)
    assert stand.cloud.released == ["node-02", "jump-windows", "dc-01", "scheduler"]
    meter = read_meter(json.loads(stand.control.content("meter.json")))
    assert meter.per_hour == pytest.approx(2.5), "what is left when it goes"


def test_the_scheduler_stops_a_node_that_may_not_stop_itself(stand: Stand) -> None:
    scheduler = stand.machine("scheduler", "scheduler")
    node = stand.machine("node-01")
    stand.lease(-1)
    stand.cloud.refusals["virtualMachines/node-01/deallocate"] = 403
    node.round(9)
    scheduler.round(9)
    assert "node-01 cannot be stopped: deallocate: HTTP 403 Refused" in node.round(12)
    scheduler.round(18)
    node.round(21)
    stand.cloud.refusals.clear()
    assert "Stops node-01" in scheduler.round(22)
    assert stand.cloud.released == ["node-01"]


def test_a_scheduler_that_may_not_list_machines_goes_by_what_it_hears(stand: Stand) -> None:
    scheduler = stand.machine("scheduler", "scheduler")
    stand.lease(-1)
    stand.cloud.refusals["Microsoft.Compute/virtualMachines"] = 403
    stand.heartbeat("node-01", 1, is_busy=True)
    scheduler.round(9)
    assert "Nodes that run still: 1" in scheduler.round(12)
    stand.heartbeat("node-01", 20)
    assert "scheduler cannot be stopped" in scheduler.round(13)


def test_nothing_at_all_is_there_and_it_goes_on(stand: Stand) -> None:
    node = stand.machine("node-01")
    nowhere = "https://127.0.0.1:9"
    node.changes = {
        "blob_endpoint": nowhere, "arm_endpoint": nowhere, "imds_endpoint": "http://127.0.0.1:9", "machine_id": "",
        "stat_file": "/nowhere", "loadavg_file": "/nowhere", "boot_id_file": "/nowhere", "run_folder": "/proc/nowhere",
        "state_folder": "/proc/nowhere",
    }  # fmt: skip
    said = node.round(3)
    assert "The lease cannot be read" in said
    assert "The heartbeat cannot be written" in said


def test_a_broken_state_is_forgotten(stand: Stand) -> None:
    node = stand.machine("node-01")
    stand.lease(60)
    node.round(1)
    for broken in ("[]", '{"boot": "x", "this_boot": 3, "powers": 7}', "{" * 5000):
        (node.folder / "state" / "guard-state.json").write_text(broken)
        assert "Wanted until" in node.round(2)


def test_a_full_disk_keeps_no_machine_running(stand: Stand) -> None:
    node = stand.machine("node-01", state_folder="/proc/nowhere")
    stand.lease(-1)
    for minute in (0, 9, 18):
        node.round(minute)
    assert stand.cloud.released == ["node-01"]


def test_a_disk_that_is_full_now_and_then_costs_no_idle_minute(stand: Stand) -> None:
    node = stand.machine("node-01")
    stand.lease(-1, idle=20)
    node.round(0)
    (node.folder / "state" / "guard-state.json").unlink()
    (node.folder / "state" / "guard.lock").unlink()
    (node.folder / "state").rmdir()
    (node.folder / "state").touch()  # nothing can be made in it
    for minute in (8, 16, 24):
        node.round(minute)
    assert stand.cloud.released == ["node-01"]


def test_a_lease_without_prices_does_not_stop_the_counting(stand: Stand) -> None:
    scheduler = stand.machine("scheduler", "scheduler")
    stand.lease(60)
    scheduler.round(1)
    before = read_meter(json.loads(stand.control.content("meter.json")))
    assert before is not None
    assert before.per_hour > 0
    stand._put("lease.json", lease_document(Lease("mila", datetime.now(UTC) + timedelta(hours=1), 10, 5.0, "USD", ())))
    time.sleep(1.1)
    scheduler.round(2)
    after = read_meter(json.loads(stand.control.content("meter.json")))
    assert after is not None
    assert after.per_hour == before.per_hour
    assert after.spent > before.spent


def test_nobody_can_wish_for_a_cluster_for_years(stand: Stand) -> None:
    node = stand.machine("node-01")
    stand.lease(60 * 24 * 365 * 50)
    latest = (datetime.now(UTC) + timedelta(days=15, minutes=1)).strftime("%Y-%m-%dT%H:%M")
    said = node.round(1)
    assert said.split("Wanted until ")[1][:16] <= latest


@pytest.mark.parametrize(("ahead_hours", "said"), [(0, "Wanted until"), (2, "Nobody has wanted"), (-2, "Wanted until")])
def test_a_machine_whose_clock_is_wrong_goes_by_the_servers(
    stand: Stand, papers: TlsPapers, ahead_hours: int, said: str
) -> None:
    node = stand.machine("node-01")
    date = email.utils.formatdate(time.time() + ahead_hours * 3600, usegmt=True)
    until = datetime.now(UTC) + timedelta(hours=1)
    lease = json.dumps(lease_document(Lease("mila", until, 10))).encode()
    steps = (answer(200, f"Date: {date}", lease), failure(404, "BlobNotFound", headers=f"Date: {date}"))
    with ScriptedServer(*steps, context=papers.server_context()) as server:
        node.changes = {"blob_endpoint": server.url.removesuffix("/box")}
        assert said in node.round(1)
    state = json.loads((node.folder / "state" / "guard-state.json").read_text())
    assert abs(state["offset_s"] - ahead_hours * 3600) < 5


def test_its_own_name_is_asked_for_where_nobody_configured_it(stand: Stand) -> None:
    node = stand.machine("node-01", machine_id="", group_id="", identity_client_id="1234")
    stand.lease(-1)
    node.round(9)
    node.round(12)
    assert (stand.cloud.released, set(stand.cloud.clients)) == (["node-01"], {"1234"})


def test_no_token_is_said_or_kept(stand: Stand) -> None:
    scheduler = stand.machine("scheduler", "scheduler")
    stand.lease(-1)
    said = scheduler.round(9) + scheduler.round(12)
    kept = (scheduler.folder / "state" / "guard-state.json").read_text()
    assert ("eyJ" in said, "eyJ" in kept, "Words that nobody logs" in said) == (False, False, False)


def test_without_a_configuration_it_says_so(stand: Stand) -> None:
    node = stand.machine("node-01", role="king")
    assert "The guard cannot work" in node.round(1, status=2)


@pytest.mark.skipif(not OLD_PYTHON.exists(), reason="no Python 3.8 here")
def test_it_works_on_python_3_8(stand: Stand) -> None:
    scheduler = stand.machine("scheduler", "scheduler")
    scheduler.python = str(OLD_PYTHON)
    stand.lease(-1)
    stand.heartbeat("node-01", 40)
    scheduler.round(9)
    scheduler.round(12)
    assert stand.cloud.released == ["scheduler"]
