"""A cluster's agent: how old it is, and putting a newer one there. On the loop's thread."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tiepoint.domain.errors import AgentTooNew, AgentTooOld, AgentUnavailable, ConnectionLost, OperationFailed
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.route import Route
from tiepoint.ports.agent_package import AgentPackage
from tiepoint.ports.remote import RemoteHosts, RunResult
from tiepoint.ports.scheduler import Scheduler
from tiepoint.services.operations import Report

_LONGEST_S: Final = 1200.0
_WHOLE_SCRIPT: Final = (
    'powershell -NoProfile -ExecutionPolicy Bypass -Command "& ([ScriptBlock]::Create([Console]::In.ReadToEnd()))"'
)
"""`-Command -` would take it line by line, as if typed: it would go on after an error and leave the last block out."""
_KEPT: Final = re.compile(r"^tiepoint: kept (/.+)$", re.MULTILINE)
_SAID: Final = re.compile(r"^([a-z_]+)=(.*)$", re.MULTILINE)


class AgentNeed(StrEnum):
    """What a cluster's agent needs before it can be spoken with, or to be as new as we are."""

    NOTHING = "nothing"
    UPDATE = "update"
    """It works, and is older than this program."""
    INSTALL = "install"
    """There is none."""
    TOO_OLD = "too-old"
    """It must be updated first."""
    TOO_NEW = "too-new"
    """This program must be updated first."""


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """A cluster's agent.

    Args:
        need: See `AgentNeed`.
        version: Its version; empty = there is none.
        ours: Version that would be installed.
        kept: After an installation, files there that somebody had changed: they stayed, the new ones lie beside them.
    """

    need: AgentNeed
    version: str = ""
    ours: str = ""
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _There:
    """What a machine says of itself.

    Args:
        home: Folder of the account there.
        python: Its Python's version, `3.12`; empty = none.
        has_engine: Whether the open engine is installed there, the agent with it.
    """

    home: str
    python: str
    has_engine: bool


async def status_of(scheduler: Scheduler, ours: str) -> AgentStatus:
    """Return how a cluster's agent is. Raises as `ports.remote` but for what the status says."""
    try:
        version = (await scheduler.hello()).agent
    except AgentTooOld:
        return AgentStatus(AgentNeed.TOO_OLD, "", ours)
    except AgentTooNew:
        return AgentStatus(AgentNeed.TOO_NEW, "", ours)
    except AgentUnavailable:
        return AgentStatus(AgentNeed.INSTALL, "", ours)
    need = AgentNeed.UPDATE if _numbers(version) < _numbers(ours) else AgentNeed.NOTHING
    return AgentStatus(need, version, ours)


async def install(
    hosts: RemoteHosts, route: Route, package: AgentPackage, address: str, report: Report
) -> tuple[str, ...]:
    """Put the agent there, or a newer one, and let it start once its jobs are over.

    Args:
        hosts: How the machine is reached.
        route: The way.
        package: Ours.
        address: Of Tiepoint's package, where the open engine is installed from one; empty = ours is sent.
        report: Is told how far it is.

    Returns:
        See `AgentStatus.kept`.

    Raises:
        OperationFailed: It did not work there; the summary has its last words.
        TiepointError: As `ports.remote`.
    """
    report(OperationProgress("look", message="Looking at the machine"))
    there = await _look(hosts, route)
    if there.has_engine and not address:
        raise OperationFailed(
            "The agent there came with the open engine, and this program does not know from which package.",
            remedy="Update it there: /opt/tiepoint/venv/bin/pip install --upgrade with your package.",
        )
    remote = ""
    if not there.has_engine:
        _require_python(there, route)
        file = await package.pack()
        separator = "\\" if route.is_windows else "/"
        remote = f"{there.home}{separator}tiepoint-agent.pyz"
        await hosts.put(
            route,
            file,
            f"/{remote}".replace("\\", "/") if route.is_windows else remote,  # as SFTP writes a Windows path
            lambda done, total: report(OperationProgress("copy", done, total, "bytes", message="Copying the agent")),
        )
    report(OperationProgress("install", message="Installing the agent"))
    script = package.script(is_windows=route.is_windows)
    end = await _run(hosts, route, script, remote, address if there.has_engine else "")
    _require(end, route)
    return tuple(_KEPT.findall(end.output))


async def _look(hosts: RemoteHosts, route: Route) -> _There:
    if route.is_windows:
        command = (
            'powershell -NoProfile -Command "'
            "'home=' + $env:USERPROFILE; 'python=' + (& py -3 -c 'import sys; print(sys.version[:4])'); 'engine='\""
        )
    else:
        command = (
            'echo "home=$HOME"; python=$(command -v python3) && echo "python=$(python3 -c '
            '\'import sys; print("%d.%d" % sys.version_info[:2])\')"; '
            'test -x "${DESTDIR:-}/opt/tiepoint/venv/bin/python" && echo engine=yes; true'
        )
    said = dict(_SAID.findall((await hosts.run(route, command)).output.replace("\r", "")))
    if not said.get("home"):
        raise ConnectionLost(
            f"The {route.target.title} runs no commands for {route.target.user}.",
            remedy="Look whether the account's shell is one that people sign in with.",
        )
    return _There(said["home"].strip(), said.get("python", "").strip(), bool(said.get("engine", "").strip()))


def _require_python(there: _There, route: Route) -> None:
    if _numbers(there.python) < (3, 11):
        found = f"Python {there.python}" if there.python else "no Python 3"
        raise OperationFailed(
            f"The {route.target.title} has {found}; the agent needs Python 3.11 or newer.",
            remedy="Install Python 3.11 or newer there, and try again.",
        )


async def _run(hosts: RemoteHosts, route: Route, script: str, remote: str, address: str) -> RunResult:
    if route.is_windows:
        data = f'$package = "{remote}"\r\n{script}'.encode()
        return await hosts.run(route, _WHOLE_SCRIPT, data=data, timeout_s=_LONGEST_S)
    words = ["sh", "-s", "--", remote, address]
    # With DESTDIR everything is put below another root and nothing is started: then nobody need be root.
    quoted = shlex.join(words)
    command = f'if [ "$(id -u)" = 0 ] || [ -n "${{DESTDIR:-}}" ]; then {quoted}; else sudo -n {quoted}; fi'
    return await hosts.run(route, command, data=script.encode(), timeout_s=_LONGEST_S)


def _require(end: RunResult, route: Route) -> None:
    if end.status == 0:
        return
    lines = [line.strip() for line in f"{end.output}\n{end.errors}".splitlines() if line.strip()]
    last = lines[-1] if lines else f"exit status {end.status}"
    remedy = "Try again; the details hold what the machine said."
    if "sudo" in last:
        remedy = f"The account {route.target.user} must be allowed to use sudo there without a password."
    raise OperationFailed(
        f"The agent could not be installed on the {route.target.title}: {last[:200]}",
        remedy=remedy,
        retryable=True,
        detail="\n".join(lines[-40:]),
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])
