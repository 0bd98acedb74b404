#!/usr/bin/env python3
"""The guard of one machine: it stops the money once nobody wants the cluster any more.

A systemd timer runs it each minute, for one round:

1. It reads what the panel wants (container `control`: lease.json, drain.json) and what the run has cost (meter.json).
2. It tells how this machine is (nodes/NAME.json, in the body and as metadata).
3. The scheduler's guard counts the meter, at the prices that the lease brings.
4. When the lease has lapsed or the budget is spent, and this machine has had no task for the minutes that the lease
   says, it deallocates itself. The scheduler's guard also deallocates nodes that hang, then jump boxes, then domain
   controllers, and itself last.

It may do no more than its managed identity allows: deallocate this machine (scheduler: those of the group), and write
the container `control`. It never stops a machine that is busy, and asks for a stop once, not again for ten minutes.
A lease that cannot be read for an hour counts as lapsed. Whatever is missing (network, driver, files), it goes on.

Standard library only, Python 3.8 or newer; it shares no code with the program. The shapes of the blobs are those of
app/tiepoint/domain/control_document.py. Times are counted by the Blob server's clock (its Date header) and by the
uptime, never by the clock of this machine alone.

Configuration: /etc/tiepoint/guard.json, see `Configuration`. Usage: guard.py [--config FILE]
"""

import argparse
import calendar
import contextlib
import email.utils
import fcntl
import http.client
import json
import math
import os
import re
import ssl
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Tuple

SCHEMA_VERSION = 1
COMPUTE_API = "2024-07-01"
BLOB_API = "2021-12-02"
ROUND_S = 75
"""A round ends by itself before the next one begins, or systemd ends it (TimeoutStartSec=90)."""
REQUEST_S = 10

FRESH_S = 180
"""A heartbeat this young says by itself that its machine runs: three rounds."""
SILENT_MINUTES = 15
"""A node that runs and has not been heard for so long hangs."""
SILENT_BUSY_MINUTES = 60
"""The same for one that was busy when it was heard last."""
OVERDUE_MINUTES = 10
"""A node so long over its time cannot stop itself: the scheduler does it."""
ASK_AGAIN_MINUTES = 10
GIVE_UP_MINUTES = 30
"""A jump box or domain controller that cannot be stopped holds the scheduler up no longer than this."""
GAP_MINUTES = 10
"""Nobody knows what a machine did while its guard did not run for so long: it counts as busy until now."""
LONGEST_WISH_DAYS = 15
"""Nobody can wish for a cluster for longer (the program allows 14 days): a lease that says so is broken."""
MARKER_HOURS = 24
"""A task's marker without a process id counts for so long after it was touched last."""
BUSY_LOAD = 0.7
BUSY_CORES = 0.3
"""Load alone also counts processes that hang in a lost mount; those use no processor time."""
BUSY_GPU_PERCENT = 5
MOST_SEGMENTS = 400
MOST_POWER_LOOKS = 40
MOST_BYTES = 16_000_000

NODE, SCHEDULER, JUMP_BOX, DIRECTORY = "node", "scheduler", "jump-box", "directory"
BILLED = ("starting", "running", "stopping", "stopped", "deallocating")
GOING = ("deallocating", "deallocated")


# --- What is known -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Configuration:
    """/etc/tiepoint/guard.json; it holds no secret.

    `role` and `name` of this machine; `blob_endpoint`, `arm_endpoint` and the audiences of their tokens; which managed
    identity (`identity_client_id`, empty = the machine's own); `machine_id` and `group_id` are read from Azure's
    metadata service where they are empty; `idle_minutes` count until a lease was read. The other keys are for tests.
    """

    role: str
    name: str
    blob_endpoint: str
    arm_endpoint: str = "https://management.azure.com"
    arm_audience: str = "https://management.azure.com/"
    storage_audience: str = "https://storage.azure.com/"
    identity_client_id: str = ""
    machine_id: str = ""
    group_id: str = ""
    idle_minutes: float = 30
    lapse_minutes: float = 60
    container: str = "control"
    state_folder: str = "/var/lib/tiepoint"
    run_folder: str = "/run/tiepoint"
    imds_endpoint: str = "http://169.254.169.254"
    ca_file: str = ""
    uptime_file: str = "/proc/uptime"
    loadavg_file: str = "/proc/loadavg"
    stat_file: str = "/proc/stat"
    boot_id_file: str = "/proc/sys/kernel/random/boot_id"


@dataclass(frozen=True)
class Lease:
    """Who wants the cluster: `until` in seconds since 1970; prices per hour by machine, `*` = everything else."""

    until: float
    idle_minutes: Optional[float] = None
    budget: Optional[float] = None
    currency: str = "USD"
    prices: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Heartbeat:
    """What another machine's guard said last; `time` in seconds since 1970. One that is stopping may be gone by now."""

    time: float
    is_busy: bool = False
    idle_minutes: float = 0.0
    is_stopping: bool = False
    message: str = ""


@dataclass(frozen=True)
class Machine:
    """A machine of the group; an empty power means that nobody knows."""

    name: str
    id: str
    role: str
    power: str = ""
    heartbeat: Optional[Heartbeat] = None


class Verdict(NamedTuple):
    """Whether somebody wants the cluster, and why or why not."""

    is_wanted: bool
    why: str


class Decision(NamedTuple):
    """What a guard is to do: machines to stop, whether itself, and one line for people."""

    stop: Tuple[Machine, ...]
    stops_itself: bool
    message: str


# --- Decisions: pure functions -----------------------------------------------------------------------------------


def verdict(
    lease: Optional[Lease],
    spent: float,
    now: float,
    unread_minutes: float,
    lapse_minutes: float,
    was_wanted: bool = True,
) -> Verdict:
    """Say whether somebody wants the cluster.

    Args:
        lease: As read in this round; None = it could not be read.
        spent: What the run has cost.
        now: Seconds since 1970, by the Blob server's clock.
        unread_minutes: For how long no lease could be read, or this machine runs without one.
        lapse_minutes: After so long an unreadable lease counts as lapsed.
        was_wanted: What the last lease that could be read said.
    """
    if lease is None:
        if unread_minutes >= lapse_minutes:
            return Verdict(False, f"No lease could be read for {unread_minutes:.0f} minutes.")
        if not was_wanted:
            return Verdict(False, "Nobody wanted the cluster when the lease could be read last.")
        left = math.ceil(lapse_minutes - unread_minutes)
        return Verdict(True, f"No lease can be read; that lasts {left} more minutes.")
    if lease.budget is not None and spent >= lease.budget:
        return Verdict(False, f"The budget of {lease.budget:.2f} {lease.currency} is spent.")
    if lease.until <= now:
        return Verdict(False, f"Nobody has wanted the cluster since {time_text(lease.until)}.")
    return Verdict(True, f"Wanted until {time_text(lease.until)}.")


def node_decision(
    wanted: Verdict, is_busy: bool, idle_minutes: float, needed_minutes: float, asked_minutes_ago: Optional[float]
) -> Decision:
    """Say what a node does with itself.

    Args:
        wanted: By anybody?
        is_busy: Whether it has a task of its own.
        idle_minutes: For how long it has had none.
        needed_minutes: How long it waits without one.
        asked_minutes_ago: When its stop was asked for last; None = not since it started.
    """
    if is_busy:
        return Decision((), False, "Working. " + wanted.why)
    if wanted.is_wanted:
        return Decision((), False, "Idle. " + wanted.why)
    if idle_minutes < needed_minutes:
        left = math.ceil(needed_minutes - idle_minutes)
        return Decision((), False, f"Stops in {left} minutes unless there is a task. {wanted.why}")
    if asked_minutes_ago is not None and asked_minutes_ago < ASK_AGAIN_MINUTES:
        return Decision((), False, "Is being stopped. " + wanted.why)
    return Decision((), True, "Stops now. " + wanted.why)


def hangs(
    machine: Machine, now: float, seen_minutes: float, needed_minutes: float, unwanted_minutes: float = math.inf
) -> bool:
    """Say whether a node is paid for and cannot be expected to stop itself.

    Args:
        machine: A node.
        now: Seconds since 1970.
        seen_minutes: For how long the scheduler has seen it running.
        needed_minutes: How long a node waits without a task.
        unwanted_minutes: For how long nobody has wanted the cluster.
    """
    if machine.power == "stopped":
        return True  # switched off from within: no guard runs, and it bills
    if machine.power not in ("running", "starting"):
        return False
    heard = machine.heartbeat
    if heard is None:
        return seen_minutes >= SILENT_MINUTES
    silent_minutes = min((now - heard.time) / 60, seen_minutes)
    if silent_minutes >= (SILENT_BUSY_MINUTES if heard.is_busy else SILENT_MINUTES):
        return True
    is_idle = not heard.is_busy and now - heard.time <= FRESH_S
    overdue_minutes = min(heard.idle_minutes - needed_minutes, unwanted_minutes)
    return is_idle and overdue_minutes >= OVERDUE_MINUTES


def scheduler_decision(
    wanted: Verdict,
    is_busy: bool,
    idle_minutes: float,
    needed_minutes: float,
    machines: Iterable[Machine],
    now: float,
    past: "Past",
    me: str = SCHEDULER,
) -> Decision:
    """Say what the scheduler's guard does: nodes that hang, jump boxes, domain controllers, and itself last.

    Args:
        wanted: The cluster, by anybody?
        is_busy: Whether the scheduler has a task of its own.
        idle_minutes: For how long it has had none.
        needed_minutes: How long machines wait without a task.
        machines: All of the group that are known.
        now: Seconds since 1970.
        past: What earlier rounds have seen and done.
        me: Name of this machine.
    """
    own = node_decision(wanted, is_busy, idle_minutes, needed_minutes, past.asked.get(me))
    if wanted.is_wanted:
        return own
    others = [each for each in machines if each.name != me and may_run(each, now)]
    nodes = [each for each in others if each.role == NODE]
    hanging = [each for each in nodes if hangs(each, now, past.seen.get(each.name, 0.0), needed_minutes, past.unwanted)]
    if nodes:
        stop = past.not_asked(hanging)
        names = ", ".join(sorted(each.name for each in stop))
        said = f"Stops {names}, which cannot be expected to do it. " if stop else ""
        return Decision(stop, False, f"{said}Nodes that run still: {len(nodes)}. {wanted.why}")
    if is_busy or idle_minutes < needed_minutes:
        return own
    for role, words in ((JUMP_BOX, "the jump boxes"), (DIRECTORY, "the domain controllers")):
        left = [each for each in others if each.role == role]
        left = [each for each in left if past.tried.get(each.name, 0.0) < GIVE_UP_MINUTES]
        if left:
            return Decision(past.not_asked(left), False, f"Stops {words} before itself. {wanted.why}")
    return own


class Past(NamedTuple):
    """What earlier rounds have seen and done, in minutes ago, by machine.

    `seen` running since; `asked` to stop last; `tried` to stop first; `unwanted` by anybody since.
    """

    seen: Mapping[str, float]
    asked: Mapping[str, float]
    tried: Mapping[str, float]
    unwanted: float = math.inf

    def not_asked(self, machines: Iterable[Machine]) -> Tuple[Machine, ...]:
        """Return those whose stop was not asked for lately."""
        return tuple(each for each in machines if self.asked.get(each.name, math.inf) >= ASK_AGAIN_MINUTES)


def may_run(machine: Machine, now: float) -> bool:
    """Whether a machine runs or is paid for; where nobody knows its power, whether it was heard lately."""
    if machine.power:
        return machine.power not in GOING
    return machine.heartbeat is not None and now - machine.heartbeat.time < SILENT_MINUTES * 60


def busy_reason(tasks: int, load: Optional[float], used_cores: Optional[float], gpu_percent: Optional[float]) -> str:
    """Say why a machine is busy; empty = it is not.

    Args:
        tasks: Markers of running tasks.
        load: Load average of the last minute.
        used_cores: Processor time used since the last round, in cores; None = unknown.
        gpu_percent: The busiest graphics card's use; None = there is none, or it does not say.
    """
    if tasks:
        return f"tasks: {tasks}"
    if load is not None and load >= BUSY_LOAD and (used_cores is None or used_cores >= BUSY_CORES):
        return f"load {load:.1f}"
    if gpu_percent is not None and gpu_percent >= BUSY_GPU_PERCENT:
        return f"graphics card at {gpu_percent:.0f} %"
    return ""


def rate_of(prices: Mapping[str, float], machines: Iterable[Machine]) -> float:
    """Return what is billed per hour: everything besides machines, and every machine that is not released."""
    return prices.get("*", 0.0) + sum(prices.get(each.name, 0.0) for each in machines if each.power in BILLED)


def counted(
    meter: Optional[Mapping[str, Any]],
    now: float,
    rate: float,
    resting_rate: float,
    currency: str,
    booted: float = -math.inf,
) -> Dict[str, Any]:
    """Return the meter, counted up to now.

    Args:
        meter: As read; None = there is none yet, a run begins.
        now: Seconds since 1970.
        rate: Per hour, at present.
        resting_rate: Per hour while all machines are released.
        currency: Of the rates.
        booted: When the scheduler started, seconds since 1970: before that, machines are taken to have rested.
    """
    since = parsed_time((meter or {}).get("since"))
    if meter is None or since is None:
        return meter_document(now, now, rate, 0.0, currency, [])
    until = parsed_time(meter.get("counted")) or since
    spent = number(meter.get("spent")) or 0.0
    segments = [each for each in listed(meter.get("segments")) if isinstance(each, dict)]
    if now <= until:
        return meter_document(since, until, rate, spent, currency, segments)
    began = min(max(until, math.floor(booted)), now) if math.isfinite(booted) else until
    for start, end, price in ((until, began, resting_rate), (began, now, rate)):
        if end > start:
            spent += price * (end - start) / 3600
            segments = extended(segments, start, end, price)
    return meter_document(since, now, rate, spent, currency, segments)


def extended(segments: List[Dict[str, Any]], start: float, end: float, price: float) -> List[Dict[str, Any]]:
    """Return stretches with one more; at the price of the last, it makes that longer. Many old ones become one."""
    last = segments[-1] if segments else None
    if last and last.get("end") == time_text(start) and abs((number(last.get("per_hour")) or 0.0) - price) < 1e-9:
        return segments[:-1] + [dict(last, end=time_text(end))]
    added = segments + [{"start": time_text(start), "end": time_text(end), "per_hour": price}]
    return added if len(added) <= MOST_SEGMENTS else [joined(added[:2])] + added[2:]


def joined(pair: List[Dict[str, Any]]) -> Dict[str, Any]:
    """Return one stretch for two, which costs the same."""
    ends = [(parsed_time(each.get("start")), parsed_time(each.get("end"))) for each in pair]
    hours = [max(0.0, (end or 0.0) - (start or 0.0)) / 3600 if end else 0.0 for start, end in ends]
    cost = sum(length * (number(each.get("per_hour")) or 0.0) for length, each in zip(hours, pair))
    whole = ((ends[1][1] or 0.0) - (ends[0][0] or 0.0)) / 3600
    return {"start": pair[0].get("start"), "end": pair[1].get("end"), "per_hour": cost / whole if whole > 0 else 0.0}


def spent_now(meter: Optional[Mapping[str, Any]], now: float) -> float:
    """Return what a run has cost up to now, also when the scheduler's guard has counted nothing for a while."""
    if not meter:
        return 0.0
    until = parsed_time(meter.get("counted")) or parsed_time(meter.get("since"))
    spent, rate = number(meter.get("spent")) or 0.0, number(meter.get("per_hour")) or 0.0
    missing_s = min(max(0.0, now - until), 3600.0) if until is not None else 0.0
    return spent + rate * missing_s / 3600


# --- Documents ---------------------------------------------------------------------------------------------------


def read_lease(content: Any) -> Optional[Lease]:
    """Read lease.json; None = it is none, or does not say until when."""
    if not isinstance(content, dict):
        return None
    until = parsed_time(content.get("until"))
    if until is None:
        return None
    prices = content.get("prices")
    known = {str(name): number(value) for name, value in prices.items()} if isinstance(prices, dict) else {}
    currency = content.get("currency")
    return Lease(
        until,
        number(content.get("idle_minutes")),
        number(content.get("budget")),
        currency if isinstance(currency, str) and currency else "USD",
        {name: price for name, price in known.items() if price is not None},
    )


def limited(lease: Lease, written: Optional[float]) -> Lease:
    """Return a lease that ends in time, however far away its own end is: garbage, or a clock years ahead."""
    longest = math.inf if written is None else written + LONGEST_WISH_DAYS * 24 * 3600
    return lease if lease.until <= longest else replace(lease, until=longest)


def read_drain(content: Any) -> List[str]:
    """Read drain.json: names of machines that are to take no new task."""
    names = content.get("names") if isinstance(content, dict) else None
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def read_heartbeat(metadata: Mapping[str, str]) -> Optional[Heartbeat]:
    """Read a heartbeat's metadata; None = it does not say when."""
    known = {name.lower(): value for name, value in metadata.items()}
    told = parsed_time(known.get("time"))
    if told is None:
        return None
    return Heartbeat(
        told,
        str(known.get("busy", "")).lower() in ("true", "1"),
        number(known.get("idle_minutes")) or 0.0,
        str(known.get("stopping", "")).lower() in ("true", "1"),
        urllib.parse.unquote(known.get("message") or ""),
    )


def heartbeat_metadata(content: Mapping[str, Any]) -> Dict[str, str]:
    """Return a heartbeat as metadata: ASCII on one line."""
    return {
        "time": content["time"],
        "booted": content["booted"],
        "busy": str(content["busy"]).lower(),
        "draining": str(content["draining"]).lower(),
        "idle_minutes": f"{content['idle_minutes']:.1f}",
        "stopping": str(content["stopping"]).lower(),
        "message": urllib.parse.quote(content["message"], safe=" ,.:;()-")[:400],
    }


def heartbeat_document(
    name: str,
    now: float,
    uptime_s: float,
    is_busy: bool,
    is_draining: bool,
    idle_minutes: float,
    message: str,
    is_stopping: bool = False,
) -> Dict[str, Any]:
    """Return what is told about this machine."""
    return {
        "schema_version": SCHEMA_VERSION,
        "name": name,
        "time": time_text(now),
        "booted": time_text(now - uptime_s),
        "busy": is_busy,
        "draining": is_draining,
        "idle_minutes": round(idle_minutes, 1),
        "stopping": is_stopping,
        "message": " ".join(message.split()),
    }


def meter_document(
    since: float, until: float, rate: float, spent: float, currency: str, segments: List[Dict[str, Any]]
) -> Dict[str, Any]:
    """Return meter.json."""
    return {
        "schema_version": SCHEMA_VERSION,
        "since": time_text(since),
        "counted": time_text(until),
        "per_hour": rate,
        "spent": spent,
        "currency": currency,
        "segments": segments,
    }


def time_text(moment: float) -> str:
    """Return 2026-11-26T02:16:05Z."""
    return datetime.fromtimestamp(int(moment), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def parsed_time(text: Any) -> Optional[float]:
    """Read an ISO time as seconds since 1970; without an offset it is UTC. None = it is none."""
    if not isinstance(text, str):
        return None
    # Before 3.11 fromisoformat knows neither Z nor fractions of any length.
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?", text.strip())
    if found is None:
        return None
    try:
        zone = "+00:00" if found.group(4) in (None, "Z") else found.group(4)
        moment = datetime.fromisoformat(f"{found.group(1)}T{found.group(2)}{zone}")
        return calendar.timegm(moment.utctimetuple()) + float(found.group(3) or 0)
    except (ValueError, OverflowError):
        return None


def number(value: Any) -> Optional[float]:
    """Return a finite number from 0 on, also from a text; None = it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and found >= 0 else None


def listed(value: Any) -> List[Any]:
    """Return a list; anything else counts as an empty one."""
    return value if isinstance(value, list) else []


# --- This machine ------------------------------------------------------------------------------------------------


class Here:
    """This machine: its uptime, its tasks, its load. Whatever cannot be read is unknown, never an error."""

    def __init__(self, configuration: Configuration) -> None:
        self._of = configuration

    def uptime_s(self) -> float:
        """Seconds since it started."""
        found = first_number(self._of.uptime_file)
        return time.monotonic() if found is None else found

    def boot_id(self) -> str:
        """Another text after each start."""
        return read_text(self._of.boot_id_file).strip() or "unknown"

    def task_count(self) -> int:
        """Markers of tasks that run: a file each, with the process id in it or nothing."""
        count, folder = 0, Path(self._of.run_folder) / "tasks"
        with contextlib.suppress(OSError):
            if not folder.exists():
                folder.mkdir(parents=True)
                folder.chmod(0o1777)  # whoever does the work here makes its own marker
            for marker in folder.iterdir():
                with contextlib.suppress(OSError):
                    count += marker.is_file() and is_alive(marker)
        return count

    def load(self) -> Optional[float]:
        """Load average of the last minute."""
        return first_number(self._of.loadavg_file)

    def cpu_s(self) -> Optional[float]:
        """Processor time used since the start, seconds of one core."""
        fields = read_text(self._of.stat_file).split("\n")[0].split()
        try:
            user, nice, system = (float(each) for each in fields[1:4])
            return (user + nice + system) / os.sysconf("SC_CLK_TCK")
        except (ValueError, IndexError, OSError):
            return None

    def gpu_percent(self) -> Optional[float]:
        """Use of the busiest graphics card."""
        command = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits"]
        try:
            told = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=10, check=False)
            return max(float(line) for line in told.stdout.decode("ascii", "replace").split())
        except (OSError, ValueError, subprocess.SubprocessError):
            return None

    def mark_draining(self, drains: bool) -> bool:
        """Tell the software here whether to take new tasks (RUN_FOLDER/drain); return whether it is told not to."""
        marker = Path(self._of.run_folder) / "drain"
        try:
            if drains:
                marker.parent.mkdir(parents=True, exist_ok=True)
                marker.touch()
            elif marker.exists():
                marker.unlink()
        except OSError as error:
            say(f"The marker {marker} cannot be changed: {error}")
        return marker.exists()

    def is_draining(self) -> bool:
        """Whether the software here is told to take no new task."""
        return (Path(self._of.run_folder) / "drain").exists()


def is_alive(marker: Path) -> bool:
    """Whether the task of a marker runs: its process does, or the marker was touched within a day."""
    with marker.open(errors="replace") as file:
        text = file.read(20).strip()
    if not (text.isascii() and text.isdigit() and int(text)):
        return time.time() - marker.stat().st_mtime < MARKER_HOURS * 3600
    try:
        os.kill(int(text), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True  # it runs as somebody else
    return True


def read_text(path: str) -> str:
    """Return a file's text; empty = it cannot be read."""
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""


def first_number(path: str) -> Optional[float]:
    """Return the first number in a file of /proc."""
    fields = read_text(path).split()
    return number(fields[0]) if fields else None


def state_path(folder: str) -> str:
    """Return where the state is kept."""
    return os.path.join(folder, "guard-state.json")


class State:
    """What one round leaves for the next: a JSON file. What belongs to this start of the machine is dropped with it.

    Where the disk is full, it lies in the run folder, which is memory: without any state no machine would ever seem
    idle for long enough, and none would stop.
    """

    def __init__(self, folder: str, boot: str, spare_folder: str = "") -> None:
        self._paths = [Path(state_path(each)) for each in (folder, spare_folder) if each]
        self.kept: Dict[str, Any] = {}
        for path in sorted(self._paths, key=changed_last):
            with contextlib.suppress(OSError, ValueError, RecursionError):
                content = json.loads(path.read_text())
                self.kept = content if isinstance(content, dict) else {}
        this_boot = self.kept.get("this_boot")
        if self.kept.get("boot") != boot or not isinstance(this_boot, dict):
            self.kept.update(boot=boot, this_boot={})

    def get(self, name: str) -> Optional[float]:
        """Return a number of this start of the machine."""
        return number(self.kept["this_boot"].get(name))

    def put(self, name: str, value: float) -> None:
        """Remember a number until the machine starts again."""
        self.kept["this_boot"][name] = value

    def drop(self, name: str) -> None:
        """Forget a number."""
        self.kept["this_boot"].pop(name, None)

    def names(self, name: str) -> Dict[str, float]:
        """Return numbers by machine, of this start."""
        found = self.kept["this_boot"].get(name)
        known = found if isinstance(found, dict) else {}
        return {str(key): float(value) for key, value in known.items() if number(value) is not None}

    def put_names(self, name: str, values: Mapping[str, float]) -> None:
        """Remember numbers by machine."""
        self.kept["this_boot"][name] = dict(values)

    def save(self) -> None:
        """Write the file in one step, in the first place that takes it."""
        for path in self._paths:
            try:
                write_whole(path, json.dumps(self.kept))
            except OSError as error:
                say(f"The state cannot be kept in {path.parent}: {error}")
            else:
                return


def changed_last(path: Path) -> float:
    """Return when a file was written, seconds since 1970; 0 = it is not there."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def write_whole(path: Path, text: str) -> None:
    """Write a file in one step.

    Raises:
        OSError: It could not be; nothing of it is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(prefix=".guard-state.", dir=str(path.parent))
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        os.replace(part, str(path))
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise


# --- Azure -------------------------------------------------------------------------------------------------------


class Unreachable(Exception):
    """No answer, or one that makes no sense."""


class Reply(NamedTuple):
    """An answer; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body's JSON; None = it is none."""
        try:
            return json.loads(self.body.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            return None


class Azure:
    """Azure as this machine's managed identity may use it. Tokens are kept in memory for one round only."""

    def __init__(self, configuration: Configuration, known_offset_s: float = 0.0) -> None:
        self._of = configuration
        self._known_offset_s = known_offset_s
        self._deadline = time.monotonic() + ROUND_S
        self._tokens: Dict[str, str] = {}
        context = trusted(configuration.ca_file)
        self._web = urllib.request.build_opener(NoRedirect, urllib.request.HTTPSHandler(context=context))
        # The metadata service is asked directly, whatever proxy the machine uses (Azure's rule).
        self._metadata = urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler({}))
        self.written: Dict[str, float] = {}
        """When documents that were read here had been written, seconds since 1970, by the Blob server's clock."""
        self.offset_s: Optional[float] = None
        """How far the Blob server's clock is ahead of this machine's, seconds."""

    def blob(
        self, method: str, path: str, body: Optional[bytes] = None, headers: Optional[Dict[str, str]] = None
    ) -> Reply:
        """Ask Blob for something below the container."""
        url = "{}/{}{}".format(self._of.blob_endpoint.rstrip("/"), self._of.container, path)
        began = time.time()
        offset_s = self._known_offset_s if self.offset_s is None else self.offset_s
        date = email.utils.formatdate(began + offset_s, usegmt=True)
        sent = {"x-ms-version": BLOB_API, "x-ms-date": date, **(headers or {})}
        reply = self._asked(method, url, self._of.storage_audience, body, sent)
        with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError):
            told = email.utils.parsedate_to_datetime(reply.headers["date"])
            self.offset_s = told.timestamp() - (began + time.time()) / 2
        return reply

    def document(self, name: str) -> Tuple[Any, str]:
        """Return a document and its version; None = there is none, or it is broken.

        Raises:
            Unreachable: Nobody can say.
        """
        reply = self.blob("GET", "/" + name)
        if reply.status == 404:
            return None, ""
        if reply.status != 200:
            raise Unreachable(f"{name}: {refusal(reply)}")
        with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError):
            self.written[name] = email.utils.parsedate_to_datetime(reply.headers["last-modified"]).timestamp()
        return reply.json(), reply.headers.get("etag", "")

    def put_document(
        self, name: str, content: Mapping[str, Any], version: Optional[str] = None, **metadata: str
    ) -> bool:
        """Write a document; with a version only if it is still that one (empty = if there is none).

        Returns:
            Whether it was written.

        Raises:
            Unreachable: It could not be.
        """
        headers = {"x-ms-blob-type": "BlockBlob", "Content-Type": "application/json"}
        headers.update({"x-ms-meta-" + key: value for key, value in metadata.items()})
        if version is not None:
            headers.update({"If-Match": version} if version else {"If-None-Match": "*"})
        reply = self.blob("PUT", "/" + name, json.dumps(content).encode(), headers)
        if reply.status in (409, 412):
            return False
        if reply.status != 201:
            raise Unreachable(f"{name}: {refusal(reply)}")
        return True

    def heartbeats(self) -> Dict[str, Heartbeat]:
        """Return what all machines said last, by name: one list, no blob is read."""
        found: Dict[str, Heartbeat] = {}
        marker = ""
        while True:
            query = {
                "restype": "container",
                "comp": "list",
                "prefix": "nodes/",
                "include": "metadata",
                "marker": marker,
            }
            reply = self.blob(
                "GET", "?" + urllib.parse.urlencode({key: value for key, value in query.items() if value})
            )
            if reply.status != 200:
                raise Unreachable(f"heartbeats: {refusal(reply)}")
            root = parsed_xml(reply.body)
            for blob in root.iter("Blob"):
                name = re.fullmatch(r"nodes/(.+)\.json", blob.findtext("Name") or "")
                metadata = blob.find("Metadata")
                heard = read_heartbeat({each.tag: each.text or "" for each in metadata or ()})
                if name and heard:
                    found[name.group(1)] = heard
            marker = root.findtext("NextMarker") or ""
            if not marker:
                return found

    def machines(self) -> List[Machine]:
        """Return the group's machines, powers unknown."""
        found = []
        url = "{}{}/providers/Microsoft.Compute/virtualMachines?api-version={}".format(
            self._of.arm_endpoint.rstrip("/"),
            self.group_id(),
            COMPUTE_API,
        )
        while url:
            reply = self._asked("GET", url, self._of.arm_audience)
            content = reply.json()
            if reply.status != 200 or not isinstance(content, dict):
                raise Unreachable(f"machines: {refusal(reply)}")
            for each in listed(content.get("value")):
                tags = each.get("tags") if isinstance(each, dict) else None
                role = str((tags or {}).get("tiepoint-role", ""))
                if role and each.get("id") and each.get("name"):
                    found.append(Machine(str(each["name"]), str(each["id"]), role))
            url = str(content.get("nextLink") or "")
        return found

    def power(self, machine_id: str) -> str:
        """Return a machine's power state; empty = nobody can say."""
        url = "{}{}/instanceView?api-version={}".format(self._of.arm_endpoint.rstrip("/"), machine_id, COMPUTE_API)
        reply = self._asked("GET", url, self._of.arm_audience)
        content = reply.json() if reply.status == 200 else None
        for status in listed(content.get("statuses")) if isinstance(content, dict) else ():
            code = str(status.get("code", "")) if isinstance(status, dict) else ""
            if code.lower().startswith("powerstate/"):
                return code.split("/", 1)[1].lower()
        return ""

    def deallocate(self, machine_id: str) -> None:
        """Ask for a machine's release; returns once Azure has accepted that.

        Raises:
            Unreachable: It has not.
        """
        url = "{}{}/deallocate?api-version={}".format(self._of.arm_endpoint.rstrip("/"), machine_id, COMPUTE_API)
        reply = self._asked("POST", url, self._of.arm_audience, b"")
        if reply.status not in (200, 202, 204, 409):  # 409: something does it already
            raise Unreachable(f"deallocate: {refusal(reply)}")

    def id_of(self, name: str) -> str:
        """Return the resource id of a machine of this group.

        Raises:
            Unreachable: Nobody says which group this is.
        """
        return f"{self.group_id()}/providers/Microsoft.Compute/virtualMachines/{name}"

    def group_id(self) -> str:
        """Return the resource group's id: as configured, or that of this machine.

        Raises:
            Unreachable: Nobody says.
        """
        own = self._of.group_id or self._of.machine_id or str(self._instance().get("resourceId") or "")
        if not own:
            raise Unreachable("Azure's metadata service does not say which group this is")
        return own.split("/providers/")[0]

    def eviction(self) -> str:
        """Return when Azure takes this Spot machine back; empty = it does not, as far as is known."""
        try:
            reply = self._imds("/metadata/scheduledevents?api-version=2020-07-01")
        except Unreachable:
            return ""
        content = reply.json() if reply.status == 200 else None
        for event in listed(content.get("Events")) if isinstance(content, dict) else ():
            if not isinstance(event, dict) or event.get("EventType") != "Preempt":
                continue
            if self._of.name in listed(event.get("Resources")):
                return str(event.get("NotBefore") or "at once")
        return ""

    def _instance(self) -> Mapping[str, Any]:
        content = self._imds("/metadata/instance/compute?api-version=2021-02-01&format=json").json()
        return content if isinstance(content, dict) else {}

    def _token(self, audience: str) -> str:
        if audience not in self._tokens:
            query = {"api-version": "2018-02-01", "resource": audience}
            if self._of.identity_client_id:
                query["client_id"] = self._of.identity_client_id
            reply = self._imds("/metadata/identity/oauth2/token?" + urllib.parse.urlencode(query))
            content = reply.json()
            token = content.get("access_token") if isinstance(content, dict) and reply.status == 200 else None
            if not isinstance(token, str) or not token:
                raise Unreachable(f"no token for {audience}: HTTP {reply.status}")
            self._tokens[audience] = token
        return self._tokens[audience]

    def _imds(self, path: str) -> Reply:
        return self._sent(self._metadata, "GET", self._of.imds_endpoint.rstrip("/") + path, {"Metadata": "true"}, None)

    def _asked(
        self,
        method: str,
        url: str,
        audience: str,
        body: Optional[bytes] = None,
        headers: Optional[Dict[str, str]] = None,
    ) -> Reply:
        if not url.lower().startswith("https://"):
            raise Unreachable("a token is sent over https only")
        sent = {"Authorization": "Bearer " + self._token(audience), **(headers or {})}
        return self._sent(self._web, method, url, sent, body)

    def _sent(
        self,
        opener: urllib.request.OpenerDirector,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Optional[bytes],
    ) -> Reply:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise Unreachable("the round has taken too long")
        request = urllib.request.Request(url, data=body, headers=dict(headers), method=method)
        place = urllib.parse.urlsplit(url)
        try:
            with opener.open(request, timeout=min(REQUEST_S, left)) as answer:
                return Reply(answer.status, lower_keys(answer.headers), answer.read(MOST_BYTES))
        except urllib.error.HTTPError as error:
            with error:
                try:
                    return Reply(error.code, lower_keys(error.headers), error.read(MOST_BYTES))
                except OSError as broken:
                    raise Unreachable(f"{method} {place.netloc}: {broken}") from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise Unreachable(f"{method} {place.netloc}: {error}") from None


def trusted(ca_file: str) -> ssl.SSLContext:
    """Return whom to believe: the certificates of a file, or the system's; also the system's when the file is lost."""
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        say(f"{ca_file} cannot be used: {error}")
        return ssl.create_default_context()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token must not travel to where a redirection points."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""
        return


def lower_keys(headers: Any) -> Dict[str, str]:
    """Return headers by their names in lower case."""
    return {str(name).lower(): str(value) for name, value in headers.items()}


def parsed_xml(body: bytes) -> ElementTree.Element:
    """Return a list's root.

    Raises:
        Unreachable: It is no XML.
    """
    try:
        return ElementTree.fromstring(body.decode("utf-8-sig"))
    except (ElementTree.ParseError, ValueError) as error:
        raise Unreachable(f"heartbeats: {error}") from None


def refusal(reply: Reply) -> str:
    """Return what an answer says besides its status: Azure's code, never a body."""
    code = reply.headers.get("x-ms-error-code", "")
    content = reply.json() if not code else None
    if isinstance(content, dict) and isinstance(content.get("error"), dict):
        code = str(content["error"].get("code", ""))
    return f"HTTP {reply.status} {code[:80]}".strip()


def say(text: str) -> None:
    """Write a line to the journal."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


# --- One round ---------------------------------------------------------------------------------------------------


class Round:
    """One round of the guard, in order; whatever fails is said and left to the next one."""

    def __init__(self, configuration: Configuration) -> None:
        self._of = configuration
        self._here = Here(configuration)
        self._state = State(configuration.state_folder, self._here.boot_id(), configuration.run_folder)
        offset = self._state.kept.get("offset_s")
        self._offset_s = float(offset) if isinstance(offset, (int, float)) and math.isfinite(offset) else 0.0
        self._azure = Azure(configuration, self._offset_s)
        self._uptime_s = self._here.uptime_s()
        self._notice = ""

    def run(self) -> None:
        """Look, count, tell, decide, act."""
        busy = self._busy()
        idle_minutes = self._idle_minutes(bool(busy))
        lease = self._lease()
        meter, version = self._meter()
        now = self._now()
        machines: List[Machine] = []
        if self._of.role == SCHEDULER:
            machines, is_whole = self._machines(now)
            meter = self._count(meter, version, machines, is_whole, now)
        wanted = self._verdict(lease, meter, now)
        drains = self._drain()
        decision = self._decision(wanted, bool(busy), idle_minutes, self._needed_minutes(lease), machines, now)
        message = self._message(decision.message, busy)
        is_stopping = decision.stops_itself or self._of.name in self._state.names("asked")
        self._tell(
            heartbeat_document(
                self._of.name, now, self._uptime_s, bool(busy), drains, idle_minutes, message, is_stopping
            )
        )
        say(message)
        self._act(decision)
        self._state.put("last_round", self._uptime_s)
        self._state.save()

    def _now(self) -> float:
        if self._azure.offset_s is not None:
            self._offset_s = self._state.kept["offset_s"] = self._azure.offset_s
        return time.time() + self._offset_s

    def _busy(self) -> str:
        """Say why this machine is busy; empty = it is not."""
        used, last, cpu_s = None, self._state.get("last_round"), self._here.cpu_s()
        before = self._state.get("cpu_s")
        if cpu_s is not None:
            if before is not None and last is not None and self._uptime_s > last:
                used = max(0.0, cpu_s - before) / (self._uptime_s - last)
            self._state.put("cpu_s", cpu_s)
        return busy_reason(self._here.task_count(), self._here.load(), used, self._here.gpu_percent())

    def _idle_minutes(self, is_busy: bool) -> float:
        """Return for how long there has been no task; time in which no guard looked counts as work."""
        last_busy = self._state.get("last_busy") or 0.0
        if is_busy or self._uptime_s - (self._state.get("last_round") or 0.0) > GAP_MINUTES * 60:
            last_busy = self._uptime_s
        self._state.put("last_busy", last_busy)
        return max(0.0, self._uptime_s - last_busy) / 60

    def _lease(self) -> Optional[Lease]:
        try:
            lease = read_lease(self._azure.document("lease.json")[0])
        except Unreachable as error:
            say(f"The lease cannot be read: {error}")
            return None
        if lease is not None:
            lease = limited(lease, self._azure.written.get("lease.json"))
            self._state.put("lease_read", self._uptime_s)
            if lease.prices:  # without any, what was known goes on counting: a budget must not be lost with a price
                self._state.kept["prices"], self._state.kept["currency"] = dict(lease.prices), lease.currency
            if lease.idle_minutes is not None:
                self._state.put("idle_minutes", lease.idle_minutes)
        return lease

    def _verdict(self, lease: Optional[Lease], meter: Optional[Mapping[str, Any]], now: float) -> Verdict:
        unread_minutes = (self._uptime_s - (self._state.get("lease_read") or 0.0)) / 60
        was_wanted = self._state.get("was_wanted") != 0
        found = verdict(lease, spent_now(meter, now), now, unread_minutes, self._of.lapse_minutes, was_wanted)
        if lease is not None:
            self._state.put("was_wanted", 1 if found.is_wanted else 0)
        unwanted_since = self._state.get("unwanted_since")
        self._state.put("unwanted_since", self._uptime_s if unwanted_since is None else unwanted_since)
        if found.is_wanted:  # a new run: what was asked for in the last one is over
            self._state.drop("unwanted_since")
            self._state.put_names("asked", {})
            self._state.put_names("tried", {})
        return found

    def _needed_minutes(self, lease: Optional[Lease]) -> float:
        if lease is not None and lease.idle_minutes is not None:
            return lease.idle_minutes
        known = self._state.get("idle_minutes")
        return self._of.idle_minutes if known is None else known

    def _meter(self) -> Tuple[Optional[Dict[str, Any]], Optional[str]]:
        """Return the meter and its version; version None = nobody can say, so it must not be written."""
        try:
            content, version = self._azure.document("meter.json")
        except Unreachable as error:
            say(f"The meter cannot be read: {error}")
            return None, None
        return content if isinstance(content, dict) else None, version

    def _machines(self, now: float) -> Tuple[List[Machine], bool]:
        """Return the group's machines with their powers, and whether that is all of them."""
        heard: Dict[str, Heartbeat] = {}
        if self._uptime_s - (self._state.get("last_round") or 0.0) > GAP_MINUTES * 60:
            self._state.put_names("seen", {})
        try:
            heard = self._azure.heartbeats()
        except Unreachable as error:
            say(f"Heartbeats cannot be read: {error}")
            # Who cannot listen must not take others for silent: their time begins anew.
            self._state.put_names("seen", {})
        try:
            known = self._azure.machines()
        except Unreachable as error:
            say(f"Machines cannot be listed: {error}")
            names = [name for name in heard if name != self._of.name]
            return [Machine(name, "", NODE, "", heard[name]) for name in names], False
        machines = [Machine(each.name, each.id, each.role, "", heard.get(each.name)) for each in known]
        return self._with_powers(machines, now), True

    def _with_powers(self, machines: List[Machine], now: float) -> List[Machine]:
        """Ask Azure for the powers that heartbeats do not tell, those first that were asked for longest ago."""
        kept = self._state.kept.get("powers")
        known: Dict[str, str] = {str(key): str(value) for key, value in kept.items()} if isinstance(kept, dict) else {}
        looked, asked = self._state.names("looked"), self._state.names("asked")
        waiting = []
        for each in machines:
            heard = each.heartbeat
            runs_by_itself = heard is not None and now - heard.time <= FRESH_S and not heard.is_stopping
            if each.name == self._of.name or (runs_by_itself and each.name not in asked):
                known[each.name], looked[each.name] = "running", self._uptime_s
            else:
                waiting.append(each)
        for each in sorted(waiting, key=lambda one: looked.get(one.name, -1.0))[:MOST_POWER_LOOKS]:
            try:
                known[each.name] = self._azure.power(each.id)
            except Unreachable as error:
                say(f"The power of {each.name} cannot be read: {error}")
                break
            looked[each.name] = self._uptime_s
        names = {each.name for each in machines}
        seen = self._state.names("seen")
        runs = {name for name in names if known.get(name) in ("running", "starting")}
        self._state.put_names("seen", {name: seen.get(name, self._uptime_s) for name in runs})
        self._state.put_names("looked", {name: value for name, value in looked.items() if name in names})
        self._state.kept["powers"] = {name: value for name, value in known.items() if name in names}
        return [Machine(each.name, each.id, each.role, known.get(each.name, ""), each.heartbeat) for each in machines]

    def _count(
        self,
        meter: Optional[Dict[str, Any]],
        version: Optional[str],
        machines: List[Machine],
        is_whole: bool,
        now: float,
    ) -> Optional[Dict[str, Any]]:
        """Count the meter; one that the panel has begun anew in between is left to the next round."""
        kept = self._state.kept.get("prices")
        known = kept if isinstance(kept, dict) else {}
        prices = {name: number(price) or 0.0 for name, price in known.items()}
        if not prices or version is None:
            return meter
        rate = rate_of(prices, machines) if is_whole else number((meter or {}).get("per_hour"))
        if rate is None:
            return meter
        currency = str(self._state.kept.get("currency") or "USD")
        fresh = counted(meter, now, rate, prices.get("*", 0.0), currency, now - self._uptime_s)
        try:
            return fresh if self._azure.put_document("meter.json", fresh, version) else meter
        except Unreachable as error:
            say(f"The meter cannot be written: {error}")
            return fresh

    def _drain(self) -> bool:
        """Follow what the panel asks, and take no task that Azure would end; return whether none is taken."""
        self._notice = self._azure.eviction() if self._of.role == NODE else ""
        try:
            asked = self._of.name in read_drain(self._azure.document("drain.json")[0])
        except Unreachable as error:
            say(f"Who is to drain cannot be read: {error}")
            return self._here.mark_draining(bool(self._notice) or self._here.is_draining())
        return self._here.mark_draining(asked or bool(self._notice))

    def _decision(
        self,
        wanted: Verdict,
        is_busy: bool,
        idle_minutes: float,
        needed_minutes: float,
        machines: List[Machine],
        now: float,
    ) -> Decision:
        unwanted_s = self._uptime_s - (self._state.get("unwanted_since") or 0.0)
        past = Past(*(self._minutes_ago(name) for name in ("seen", "asked", "tried")), unwanted=unwanted_s / 60)
        if self._of.role == SCHEDULER:
            return scheduler_decision(wanted, is_busy, idle_minutes, needed_minutes, machines, now, past, self._of.name)
        return node_decision(wanted, is_busy, idle_minutes, needed_minutes, past.asked.get(self._of.name))

    def _minutes_ago(self, name: str) -> Dict[str, float]:
        return {key: max(0.0, self._uptime_s - at) / 60 for key, at in self._state.names(name).items()}

    def _message(self, text: str, busy: str) -> str:
        if self._notice:
            return f"Azure takes this Spot machine back: {self._notice}."
        return f"{text} ({busy})" if busy else text

    def _tell(self, content: Mapping[str, Any]) -> None:
        name = f"nodes/{urllib.parse.quote(self._of.name)}.json"
        try:
            self._azure.put_document(name, content, None, **heartbeat_metadata(content))
        except Unreachable as error:
            say(f"The heartbeat cannot be written: {error}")

    def _act(self, decision: Decision) -> None:
        for machine in decision.stop:
            self._stop(machine.name, machine.id)
        if not decision.stops_itself:
            return
        if self._here.task_count():
            say("A task has begun at the last moment: it goes on.")
            return
        self._stop(self._of.name, self._of.machine_id)

    def _stop(self, name: str, machine_id: str) -> None:
        """Ask for one machine's release; that it was asked for is kept first, so that no crash asks twice."""
        asked, tried = self._state.names("asked"), self._state.names("tried")
        before = dict(asked)
        self._state.put_names("asked", {**asked, name: self._uptime_s})
        self._state.put_names("tried", {name: self._uptime_s, **tried})
        self._state.save()
        try:
            self._azure.deallocate(machine_id or self._azure.id_of(name))
            say(f"Azure was asked to release {name}.")
        except Unreachable as error:
            say(f"{name} cannot be stopped: {error}")
            self._state.put_names("asked", before)


def read_configuration(path: str) -> Configuration:
    """Read the configuration.

    Raises:
        UnusableConfiguration: It cannot be used; the text says why.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise UnusableConfiguration(f"{path} cannot be read: {error}") from error
    known = content if isinstance(content, dict) else {}
    fields: Dict[str, Any] = {}
    for name, usual in Configuration.__dataclass_fields__.items():
        value = known.get(name)
        if value is None:
            continue
        fields[name] = number(value) if usual.type in (float, "float") else value
        if fields[name] is None or (usual.type in (str, "str") and not isinstance(value, str)):
            raise UnusableConfiguration(f"{path}: {name} cannot be {str(value)[:80]}")
    for name in ("role", "name", "blob_endpoint"):
        if not fields.get(name):
            raise UnusableConfiguration(f"{path} does not say {name}")
    if fields["role"] not in (NODE, SCHEDULER):
        raise UnusableConfiguration(f"{path}: the role is {NODE} or {SCHEDULER}")
    return Configuration(**fields)


class UnusableConfiguration(Exception):
    """Without it the guard does not know what it guards."""


@contextlib.contextmanager
def only_one(folder: str) -> Iterator[bool]:
    """Keep other rounds away; gives whether there was none. Without a folder to lock in, there is no lock."""
    with contextlib.ExitStack() as stack:
        try:
            Path(folder).mkdir(parents=True, exist_ok=True)
            file = stack.enter_context(open(os.path.join(folder, "guard.lock"), "w"))
        except OSError as error:
            say(f"There is no lock: {error}")
            yield True
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def main() -> int:
    """Run one round; the exit code is 2 when the configuration cannot be used."""
    parser = argparse.ArgumentParser(description="Stops this machine once nobody wants the cluster any more.")
    parser.add_argument("--config", default="/etc/tiepoint/guard.json")
    arguments = parser.parse_args()
    try:
        configuration = read_configuration(arguments.config)
    except UnusableConfiguration as error:
        say(f"The guard cannot work: {error}")
        return 2
    with only_one(configuration.state_folder) as is_alone:
        if not is_alone:
            say("Another round is still at work.")
            return 0
        return one_round(configuration)


def one_round(configuration: Configuration) -> int:
    """Run a round; what nobody thought of must not stop the next one, so what was kept is dropped then."""
    try:
        Round(configuration).run()
    except Exception:  # noqa: BLE001
        say("This round failed, and begins anew without what earlier ones knew:\n" + traceback.format_exc())
        for folder in (configuration.state_folder, configuration.run_folder):
            with contextlib.suppress(OSError):
                os.unlink(state_path(folder))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
