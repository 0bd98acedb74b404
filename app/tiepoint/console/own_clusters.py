"""The commands about own clusters and paths: `cluster add`, `cluster remove`, `cluster doctor`.

Each returns an exit code and leaves every word to the outlet. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tiepoint.console.outcomes import EXIT_FAILED, EXIT_OK
from tiepoint.console.outlet import Outlet
from tiepoint.console.requests import full_path
from tiepoint.console.sites import site_of
from tiepoint.console.tables import table_text
from tiepoint.console.text import plain
from tiepoint.domain.errors import InputError, UsageError
from tiepoint.domain.own_cluster import OwnCluster
from tiepoint.domain.path_view import PathReport, PathView
from tiepoint.domain.route import Hop, HostKey, read_host_keys
from tiepoint.domain.space import size_text
from tiepoint.services.program import Program

_PLACE: Final = re.compile(r"(?:(?P<user>[^@\s]+)@)?(?P<host>\[[0-9a-fA-F:]+\]|[^:@\s]+)(?::(?P<port>\d{1,5}))?")
_MOST_KEY_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class OwnWish:
    """What was typed.

    Args:
        name: Of the cluster.
        scheduler: `[USER@]HOST[:PORT]`.
        jumps: The same, in order of the way.
        key_files: Private keys.
        host_keys: File of public keys; None = none are known.
        captures: Container, or empty.
        products: Container, or empty.
        command: What joins the agent; empty = the usual one.
        is_windows: Whether the scheduler is a Windows machine.
    """

    name: str
    scheduler: str
    jumps: tuple[str, ...] = ()
    key_files: tuple[Path, ...] = ()
    host_keys: Path | None = None
    captures: str = ""
    products: str = ""
    command: str = ""
    is_windows: bool = False


async def add(program: Program, outlet: Outlet, wish: OwnWish) -> int:
    """Keep an own cluster after its scheduler was reached.

    Raises:
        UsageError: An address makes no sense.
        InputError: The file of keys cannot be read.
        TiepointError: As `RemoteSites.add`.
    """
    lines = await asyncio.to_thread(_read_keys, wish.host_keys)
    jumps = tuple(
        hop_of("jump box" if len(wish.jumps) == 1 else f"jump box {number}", text, lines)
        for number, text in enumerate(wish.jumps, start=1)
    )
    cluster = OwnCluster(
        wish.name,
        hop_of("scheduler", wish.scheduler, lines),
        jumps,
        wish.captures,
        wish.products,
        tuple(full_path(path) for path in wish.key_files),
        wish.command,
        wish.is_windows,
    )
    program.remote.remote.start()
    site = await program.remote.remote.add(cluster)
    said = f"{plain(site.name)} is added. See: tiepoint nodes --cluster {plain(site.name)}"
    outlet.result({"state": "ok", "exit_code": EXIT_OK, "cluster": site.name, "site": site.id}, said)
    return EXIT_OK


async def remove(program: Program, outlet: Outlet, name: str) -> int:
    """Forget an own cluster.

    Raises:
        UsageError: There is none.
    """
    program.remote.remote.start()
    await program.remote.remote.remove(name)
    said = f"{plain(name)} is forgotten; nothing there was touched."
    outlet.result({"state": "ok", "exit_code": EXIT_OK, "cluster": name}, said)
    return EXIT_OK


async def examine(program: Program, outlet: Outlet, cluster: str, capture: str, path: str) -> int:
    """Look at a file or folder from everywhere; the exit code says whether it breaks somewhere."""
    site = await site_of(program, cluster)
    report = PathReport()
    async with contextlib.aclosing(program.remote.path_doctor.examine(site.id, capture, path)) as reports:
        async for report in reports:
            asked = sum(view.is_there is not None or view.failure is not None for view in report.views)
            outlet.advance("look", asked, len(report.views), "viewers")
    outlet.close()
    broken = report.first_break
    code = EXIT_OK if broken is None else EXIT_FAILED
    rows = [_view_row(view) for view in report.views]
    lines = [table_text(("WHO", "NAME", "PATH", "SEES IT", "WRITES", "FREE", "WRONG"), rows)] if rows else []
    if broken is not None and broken.failure is not None:
        lines += ["", f"It breaks first at {broken.viewer.value} {plain(broken.name)}: {plain(broken.failure.summary)}"]
        lines += [plain(broken.failure.remedy)] if broken.failure.remedy else []
    facts = {"state": "ok" if broken is None else "failed", "exit_code": code, "views": list(report.views)}
    outlet.result({**facts, "first_break": broken}, "\n".join(lines) or "There was nobody to ask.")
    return code


def hop_of(title: str, text: str, keys: dict[str, tuple[HostKey, ...]]) -> Hop:
    """Read `[USER@]HOST[:PORT]`, with the keys that were given for it.

    Raises:
        UsageError: It is no address.
    """
    found = _PLACE.fullmatch(text)
    port = int(found["port"] or 22) if found else 0
    if found is None or not 0 < port < 65536:
        raise UsageError(f"“{text}” is no address of a machine.", remedy="Write it as USER@HOST or USER@HOST:PORT.")
    host = found["host"].strip("[]")
    pinned = keys.get(f"[{host}]:{port}") or keys.get(host) or ()
    return Hop(title, host, port, found["user"] or "azureuser", pinned)


def _read_keys(file: Path | None) -> dict[str, tuple[HostKey, ...]]:
    """Read lines of known_hosts by machine."""
    if file is None:
        return {}
    try:
        with file.open("rb") as read:
            text = read.read(_MOST_KEY_BYTES).decode("utf-8", "replace")
    except OSError as error:
        raise InputError(
            f"The file of keys {file} cannot be read: {error.strerror or error}.", remedy="Name another file."
        ) from error
    found: dict[str, tuple[HostKey, ...]] = {}
    for line in text.splitlines():
        names, _, _ = line.strip().partition(" ")
        keys = read_host_keys(line)
        for name in names.split(",") if keys and not names.startswith(("#", "@")) else ():
            found[name] = (*found.get(name, ()), *keys)
    if not found:
        raise InputError(
            f"There is no public key in {file}.",
            remedy="Write what ssh-keyscan HOST prints, once you compared it on the machine with: ssh-keygen -lf "
            "/etc/ssh/ssh_host_ed25519_key.pub",
        )
    return found


def _view_row(view: PathView) -> tuple[str, ...]:
    there = {None: "not asked", True: "yes", False: "no"}[view.is_there]
    if view.size_bytes is not None and view.is_there:
        there += f", {size_text(view.size_bytes)}"
    wrote = {None: "", True: "yes", False: "no"}[view.can_write]
    free = size_text(view.free_bytes) if view.free_bytes is not None else ""
    wrong = plain(view.failure.summary) if view.failure is not None else ""
    return view.viewer.value, plain(view.name), plain(view.path), there, wrote, free, wrong
