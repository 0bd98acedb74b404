"""The commands that look without changing anything: `check` and `doctor`.

Each returns an exit code and leaves every word to the outlet. On the loop's thread.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
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
            for failure in (*found.warnings, *([found.problem] if found.problem else [])):
                outlet.warning(_about(found, failure), photos=[found.path])
    outlet.close()
    return _judged(outlet, photos, findings)


def _judged(outlet: Outlet, photos: Sequence[PhotoFacts], findings: Sequence[SetFinding]) -> int:
    for finding in findings:
        outlet.warning(Failure(finding.kind, finding.summary, finding.remedy), photos=list(finding.photos))
    usable = sum(facts.problem is None for facts in photos)
    is_hopeless = any(finding.severity == "error" for finding in findings)
    code = EXIT_INPUT if is_hopeless or usable < len(photos) else EXIT_OK
    facts: dict[str, Any] = {"state": "ok" if code == EXIT_OK else "failed", "exit_code": code, "usable": usable}
    facts |= {"photos_total": len(photos), "photos": list(photos), "findings": list(findings)}
    outlet.result(facts, _check_text(photos, usable))
    return code


def _check_text(photos: Sequence[PhotoFacts], usable: int) -> str:
    rows = [
        (
            "✗" if facts.problem else "✓",
            plain(facts.path),
            f"{facts.width}×{facts.height}" if facts.width else "",
            plain(facts.camera or ""),
            "GPS" if facts.lat is not None else "",
        )
        for facts in photos
    ]
    summary = f"{usable} of {len(photos)} photos can be used."
    return f"{table_text(('', 'PHOTO', 'PIXELS', 'CAMERA', 'POSITION'), rows)}\n{summary}" if rows else summary


def _about(facts: PhotoFacts, failure: Failure) -> Failure:
    return dataclasses.replace(failure, summary=f"{facts.path}: {failure.summary}")


async def doctor(program: Program, outlet: Outlet) -> int:
    """Look at this computer."""
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
