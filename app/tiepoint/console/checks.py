"""The commands that look without changing anything: `check` and `doctor`.

Each returns an exit code and leaves every word to the outlet. On the loop's thread.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

from tiepoint.console.outcomes import EXIT_INPUT, EXIT_OK, EXIT_USAGE
from tiepoint.console.outlet import Outlet
from tiepoint.console.tables import table_text
from tiepoint.console.text import plain
from tiepoint.domain.capture import skipped_warnings
from tiepoint.domain.failure import Failure
from tiepoint.domain.photo import PhotoFacts, SetFinding
from tiepoint.services.doctor import Finding, Health
from tiepoint.services.program import Program

_EXCLUDED = "excluded"
_SIGNS = {Health.OK: "✓", Health.WARNING: "!", Health.FAILED: "✗"}


async def check(program: Program, outlet: Outlet, paths: Sequence[Path]) -> int:
    """Look at every photo, to its last pixel."""
    drop = await program.captures.scan_any(paths)
    for warning in skipped_warnings(drop.skipped):
        outlet.warning(warning)
    photos: list[PhotoFacts] = []
    findings: list[SetFinding] = []
    async with aclosing(program.captures.check(drop)) as checked:
        async for found in checked:
            if isinstance(found, SetFinding):
                findings.append(found)
                continue
            photos.append(found)
            outlet.advance("check", len(photos), len(drop.photos), "photos")
    outlet.close()
    for failure, names in (*_problems(photos), *_notes(photos, findings)):
        outlet.warning(failure, photos=list(names))
    return _judged(outlet, photos, findings)


def _problems(photos: Sequence[PhotoFacts]) -> list[tuple[Failure, list[str]]]:
    """Say what is wrong with single photos; many with the same fault are named in one sentence."""
    alike: dict[Failure, list[str]] = {}
    for facts in photos:
        if facts.problem is not None:
            alike.setdefault(facts.problem, []).append(facts.path)
    return [
        (_about(names[0] if len(names) == 1 else f"{len(names)} photos", problem), names)
        for problem, names in alike.items()
    ]


def _notes(photos: Sequence[PhotoFacts], findings: Sequence[SetFinding]) -> list[tuple[Failure, Sequence[str]]]:
    """Say what to know about photos that can be used, and about all of them together, each thing once."""
    together = {finding.kind for finding in findings}
    single = [
        (_about(facts.path, warning), [facts.path])
        for facts in photos
        for warning in facts.warnings
        if warning.kind not in together
    ]
    broken = {facts.path for facts in photos if facts.problem is not None}
    shown = [finding for finding in findings if finding.kind != _EXCLUDED or not broken.issuperset(finding.photos)]
    return [*single, *(_of_all(finding, broken) for finding in shown)]


def _of_all(finding: SetFinding, broken: Collection[str]) -> tuple[Failure, Sequence[str]]:
    names = [path for path in finding.photos if finding.kind != _EXCLUDED or path not in broken]
    if finding.kind != _EXCLUDED or len(finding.photos) == 1:
        return Failure(finding.kind, finding.summary, finding.remedy), names
    copies = "1 photo is an exact copy" if len(names) == 1 else f"{len(names)} photos are exact copies"
    return Failure("duplicate", f"{copies} of another one.", "Nothing needs to be done; the first one is used."), names


def _judged(outlet: Outlet, photos: Sequence[PhotoFacts], findings: Sequence[SetFinding]) -> int:
    excluded = {path for finding in findings if finding.kind == _EXCLUDED for path in finding.photos}
    broken = {facts.path for facts in photos if facts.problem is not None}
    usable = len(photos) - len(excluded | broken)
    is_hopeless = any(finding.severity == "error" for finding in findings)
    code = EXIT_INPUT if is_hopeless or broken else EXIT_OK
    facts: dict[str, Any] = {"state": "ok" if code == EXIT_OK else "failed", "exit_code": code, "usable": usable}
    facts |= {"photos_total": len(photos), "photos": list(photos), "findings": list(findings)}
    outlet.result(facts, _check_text(photos, excluded, usable))
    return code


def _check_text(photos: Sequence[PhotoFacts], excluded: Collection[str], usable: int) -> str:
    rows = [
        (
            "✗" if facts.problem else "–" if facts.path in excluded else "✓",
            plain(facts.path),
            f"{facts.width}×{facts.height}" if facts.width else "",
            plain(facts.camera or "").partition("@")[0],
            "GPS" if facts.lat is not None else "",
        )
        for facts in photos
    ]
    summary = f"{usable} of {len(photos)} photos can be used."
    return f"{table_text(('', 'PHOTO', 'PIXELS', 'CAMERA', 'POSITION'), rows)}\n{summary}" if rows else summary


def _about(what: str, failure: Failure) -> Failure:
    return dataclasses.replace(failure, summary=f"{what}: {failure.summary}")


async def doctor(program: Program, outlet: Outlet, *, try_graphics: bool = False) -> int:
    """Look at this computer.

    Args:
        program: Looks.
        outlet: Where words go.
        try_graphics: Forget that a graphics driver ended the program.
    """
    if try_graphics:
        await program.graphics.forgive()
    findings: list[Finding] = []
    async with aclosing(program.doctor.examine()) as examined:
        async for finding in examined:
            findings.append(finding)
            outlet.advance("doctor", len(findings), None, "checks")
    outlet.close()
    failed = any(finding.health is Health.FAILED for finding in findings)
    lines = [line for finding in findings for line in _finding_lines(finding)]
    code = EXIT_USAGE if failed else EXIT_OK
    state = "failed" if failed else "ok"
    outlet.result({"state": state, "exit_code": code, "findings": list(findings)}, "\n".join(lines))
    return code


def _finding_lines(finding: Finding) -> list[str]:
    lines = [f"{_SIGNS[finding.health]} {finding.name:<20} {plain(finding.text)}"]
    if finding.remedy:
        lines.append(f"  {'':<20} → {plain(finding.remedy)}")
    return lines
