"""All guards of a cluster together, minute by minute: whatever happens, the money stops, and no work is lost."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from guard_script import guard
from tiepoint.domain.control_document import read_meter

NODES = ("node-01", "node-02", "node-03")
ROLES = {"scheduler": "scheduler", **dict.fromkeys(NODES, "node"), "jump-linux": "jump-box", "dc-01": "directory"}
PRICES = {"*": 2.0, "scheduler": 0.5, **dict.fromkeys(NODES, 3.0), "jump-linux": 0.1, "dc-01": 0.2}
BEGIN = 1_800_000_000.0
IDLE_MINUTES = 10
LONGEST_SILENCE = 60
"""Minutes until a node that was busy when it fell silent is stopped."""


@dataclass
class Cluster:
    """A cluster without Azure: documents, powers, and what the test makes happen.

    Args:
        folder: For the guards' states.
        wanted_until: Minute of the lease's end.
        busy: Minutes in which each machine works.
        dies: Minute from which a machine's guard says nothing any more.
        unreachable: Minutes in which nobody reaches Blob or Azure.
        budget: Of the lease.
    """

    folder: Path
    wanted_until: int
    busy: dict[str, range] = field(default_factory=dict)
    dies: dict[str, int] = field(default_factory=dict)
    unreachable: range = range(0)
    budget: float | None = None

    def __post_init__(self) -> None:
        self.minute = 0
        self.powers = dict.fromkeys(ROLES, "running")
        self.stopped: list[tuple[str, int, str]] = []
        self.documents: dict[str, Any] = {}
        self.metadata: dict[str, dict[str, str]] = {}
        self.documents["lease.json"] = {
            "until": guard.time_text(BEGIN + self.wanted_until * 60),
            "idle_minutes": IDLE_MINUTES,
            "budget": self.budget,
            "prices": PRICES,
        }

    def now(self) -> float:
        return BEGIN + self.minute * 60

    def is_busy(self, name: str) -> bool:
        return self.minute in self.busy.get(name, range(0))

    def run(self, minutes: int) -> None:
        for self.minute in range(minutes):
            for name in ("scheduler", *NODES):
                if self.powers[name] == "running" and self.minute < self.dies.get(name, minutes):
                    self._round(name)

    def _round(self, name: str) -> None:
        configuration = guard.Configuration(ROLES[name], name, "https://nowhere", state_folder=str(self.folder / name))
        found = guard.Round.__new__(guard.Round)
        found._of = configuration
        found._here = Here(self, name)
        found._state = guard.State(configuration.state_folder, "this boot")
        found._azure = Azure(self, name)
        found._uptime_s, found._offset_s, found._notice = self.minute * 60.0, 0.0, ""
        found._azure.offset_s = self.now() - time.time()
        found.run()


@dataclass
class Here:
    """A machine as its guard sees it."""

    cluster: Cluster
    name: str

    def task_count(self) -> int:
        return int(self.cluster.is_busy(self.name))

    def load(self) -> float:
        return 0.0

    def cpu_s(self) -> None:
        return None

    def gpu_percent(self) -> None:
        return None

    def is_draining(self) -> bool:
        return False

    def mark_draining(self, drains: bool) -> bool:
        return drains


@dataclass
class Azure:
    """Azure as one guard sees it."""

    cluster: Cluster
    name: str
    offset_s: float = 0.0
    written: ClassVar[dict[str, float]] = {}

    def document(self, name: str) -> tuple[Any, str]:
        self._reach()
        return self.cluster.documents.get(name), "version"

    def put_document(self, name: str, content: Any, version: str | None = None, **metadata: str) -> bool:
        self._reach()
        self.cluster.documents[name], self.cluster.metadata[name] = content, metadata
        return True

    def heartbeats(self) -> dict[str, Any]:
        self._reach()
        found = {name: guard.read_heartbeat(told) for name, told in self.cluster.metadata.items() if "nodes/" in name}
        return {name[len("nodes/") : -len(".json")]: heard for name, heard in found.items()}

    def machines(self) -> list[Any]:
        self._reach()
        return [guard.Machine(name, f"/{name}", role) for name, role in ROLES.items()]

    def power(self, machine_id: str) -> str:
        self._reach()
        return self.cluster.powers[machine_id[1:]]

    def deallocate(self, machine_id: str) -> None:
        self._reach()
        name = machine_id.rsplit("/", 1)[-1]
        assert self.cluster.powers[name] == "running", "asked twice"
        self.cluster.powers[name] = "deallocated"
        self.cluster.stopped.append((name, self.cluster.minute, self.name))

    def id_of(self, name: str) -> str:
        return f"/{name}"

    def eviction(self) -> str:
        return ""

    def _reach(self) -> None:
        if self.cluster.minute in self.cluster.unreachable:
            raise guard.Unreachable("nobody answers")


@pytest.fixture(autouse=True)
def quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """What guards say is not of interest here."""


def test_a_closed_laptop_stops_everything_in_order(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, wanted_until=15, busy={"node-02": range(5, 40)})
    cluster.run(80)
    assert [(name, by) for name, _, by in cluster.stopped] == [
        ("node-01", "node-01"),
        ("node-03", "node-03"),
        ("node-02", "node-02"),
        ("jump-linux", "scheduler"),
        ("dc-01", "scheduler"),
        ("scheduler", "scheduler"),
    ]
    when = {name: minute for name, minute, _ in cluster.stopped}
    assert when["node-01"] == 15, "idle for long enough when the lease ended"
    assert when["node-02"] == 39 + IDLE_MINUTES
    assert when["scheduler"] <= 39 + IDLE_MINUTES + 8
    meter = read_meter(cluster.documents["meter.json"])
    assert meter.spent == pytest.approx(2.8 * 55 / 60 + 3 * (15 + 15 + 50) / 60, rel=0.1)


def test_nothing_stops_while_somebody_wants_it(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, wanted_until=10_000, unreachable=range(20, 70))
    cluster.run(120)
    assert cluster.stopped == []


def test_a_spent_budget_stops_it_while_it_is_wanted(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, wanted_until=10_000, budget=4.0)
    cluster.run(60)
    assert set(cluster.powers.values()) == {"deallocated"}
    assert read_meter(cluster.documents["meter.json"]).spent < 4.0 + 2.8 * 10 / 60


ranges = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: range(min(pair), max(pair)))
_folders = itertools.count()


@settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    wanted_until=st.integers(0, 40),
    busy=st.dictionaries(st.sampled_from(["scheduler", *NODES]), ranges),
    dies=st.dictionaries(st.sampled_from(NODES), st.integers(0, 60)),
    unreachable=ranges,
)
def test_the_money_always_stops_and_no_work_is_lost(
    tmp_path_factory: pytest.TempPathFactory,
    wanted_until: int,
    busy: dict[str, range],
    dies: dict[str, int],
    unreachable: range,
) -> None:
    folder = tmp_path_factory.getbasetemp() / f"cluster-{next(_folders)}"
    cluster = Cluster(folder, wanted_until, busy, dies, unreachable)
    cluster.run(60 + IDLE_MINUTES + LONGEST_SILENCE + 20)
    assert set(cluster.powers.values()) == {"deallocated"}
    assert cluster.stopped[-1][0] == "scheduler"
    for name, minute, by in cluster.stopped:
        assert minute >= wanted_until
        if by == name:
            assert minute not in busy.get(name, range(0))
        elif name in NODES:
            assert name in dies, "the scheduler leaves nodes alone whose guards work"
