"""The command `updates`: whether there is a newer version. It gets and installs nothing. On the loop's thread."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from typing import Any

from tiepoint.console.outcomes import EXIT_OK
from tiepoint.console.outlet import Outlet
from tiepoint.console.text import plain
from tiepoint.domain.release import Release, fitting, note_lines
from tiepoint.domain.space import size_text
from tiepoint.services.program import Program
from tiepoint.services.updates import UpdateSnapshot, UpdateState


async def updates(program: Program, outlet: Outlet) -> int:
    """Look for a newer version."""
    snapshot = await program.updates.look()
    if snapshot.state is UpdateState.FAILED and snapshot.failure is not None:
        raise snapshot.failure.as_error()
    if snapshot.failure is not None:
        outlet.warning(snapshot.failure)
    facts: dict[str, Any] = {
        "state": snapshot.state.value,
        "exit_code": EXIT_OK,
        "version": program.version,
        "address": program.updates.address,
        "looked": snapshot.looked.isoformat() if snapshot.looked is not None else None,
        "releases": [_facts(release) for release in snapshot.releases],
    }
    outlet.result(facts, _text(program, snapshot))
    return EXIT_OK


def _facts(release: Release) -> dict[str, Any]:
    return {
        "version": release.version,
        "published": release.published.isoformat(),
        "notes": release.notes,
        "security": release.is_security,
        "downloads": list(release.downloads),
    }


def _text(program: Program, snapshot: UpdateSnapshot) -> str:
    if snapshot.state is UpdateState.OFF:
        return _off_text(program)
    if snapshot.state is UpdateState.NO_ADDRESS:
        policy = program.preferences.policy
        if "update_address" in policy.unusable:
            where = plain(policy.place_of("update_address"))
            return f"Your organisation has set an address for updates that cannot be used ({where}); nobody was asked."
        return "This program came without an address for updates; set the one your studio gave you in Settings."
    if not snapshot.releases:
        return f"Tiepoint {program.version} is the newest version."
    newest = snapshot.releases[0]
    lines = [f"Tiepoint {newest.version} is available; this is {program.version}."]
    for release in snapshot.releases:
        security = ", closes a security hole" if release.is_security else ""
        lines += ["", f"{release.version}  ({release.published:%Y-%m-%d}{security})", *_note_lines(release)]
    return "\n".join([*lines, "", *_file_lines(newest), "Nothing was downloaded, nothing was installed."])


def _off_text(program: Program) -> str:
    policy = program.preferences.policy
    if "updates" not in policy.locked:
        return "Looking for updates is switched off in Settings; nobody was asked."
    place = policy.places.get("updates", "")
    where = f" ({plain(place)})" if place else ""
    return f"Your organisation has switched off looking for updates{where}; nobody was asked."


def _note_lines(release: Release) -> Sequence[str]:
    lines = ((plain(line), is_point) for line, is_point in note_lines(release.notes))
    told = [f"  • {line}" if is_point else f"  {line}" for line, is_point in lines if line]
    return told or ["  Nothing is said about what is new."]


def _file_lines(release: Release) -> Sequence[str]:
    here = fitting(release.downloads, platform.system(), platform.machine())
    if not here:
        return ["There is no file of it for this computer.", ""]
    lines = []
    for each in here:
        lines += [f"{plain(each.address)}  ({size_text(each.size_bytes)})", f"  SHA-256 {each.sha256}"]
    return [*lines, ""]
