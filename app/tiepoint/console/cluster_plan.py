"""`tiepoint cluster plan` and `import`: a plan begun, changed, or taken over from somebody. Needs no sign-in.

On the loop's thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiepoint.console.outcomes import EXIT_OK
from tiepoint.console.outlet import Outlet
from tiepoint.console.prices import tell_findings
from tiepoint.console.text import plain
from tiepoint.domain.cluster_plan import ClusterPlan, PlanFinding, Profile
from tiepoint.domain.errors import UsageError
from tiepoint.services.program import Program


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What was typed.

    Args:
        profile: Name of a profile; empty = the usual one, or that of the file.
        name: Of the cluster; empty = as it is.
        region: Empty = as it is.
        changes: Each `nodes.count=8`.
        output: Where to write it; None = it is printed.
        replaces: Whether a file that is there may be written over.
    """

    profile: str = ""
    name: str = ""
    region: str = ""
    changes: tuple[str, ...] = ()
    output: Path | None = None
    replaces: bool = False


async def plan(program: Program, outlet: Outlet, path: Path | None, wanted: PlanRequest) -> int:
    """Begin a plan with a profile, or take one that is there; change, check, and write or print it.

    Args:
        program: The use cases.
        outlet: Where words go.
        path: A plan that is there; None = one is begun.
        wanted: What was typed.

    Raises:
        UsageError: There is no such profile or key, a value cannot be used, or the output is there already.
        SetByOrganisation: A policy has set another region, or does not allow the profile.
        InputError: A file cannot be read or written.
    """
    plans = program.azure.plans
    profile = _profile(wanted.profile)
    read: Sequence[PlanFinding] = ()
    if path is None:
        begun = plans.begin(profile)
    elif profile is not None:
        raise UsageError("A plan that is there has its profile already.", remedy="Leave --profile or the file out.")
    else:
        begun, read = await plans.read(path)
    changes = [f"cluster.name={wanted.name}"] if wanted.name else []
    changes += [f"cluster.region={wanted.region}"] if wanted.region else []
    changed = plans.changed(begun, [*changes, *wanted.changes])
    checked = plans.findings(changed)
    # What the file itself says wrongly stays wrong until somebody corrects it there.
    old = set(plans.findings(begun))
    findings = (*(each for each in read if each not in old and each not in checked), *checked)
    is_own_file = path is not None and wanted.output is not None and await _is_same(path, wanted.output)
    return await _given(program, outlet, changed, findings, wanted, is_own_file=is_own_file)


async def import_plan(program: Program, outlet: Outlet, path: Path, wanted: PlanRequest) -> int:
    """Take over somebody's `cluster.toml`, or a parameter file of the 2018 template, as a plan of today.

    Raises:
        UsageError: As `plan`.
        InputError: The file is neither.
    """
    taken, findings = await program.azure.plans.import_plan(path)
    return await _given(program, outlet, taken, findings, wanted)


async def _given(
    program: Program,
    outlet: Outlet,
    plan: ClusterPlan,
    findings: Sequence[PlanFinding],
    wanted: PlanRequest,
    *,
    is_own_file: bool = False,
) -> int:
    text = program.azure.plans.text(plan)
    output = wanted.output
    if output is not None:
        if not (wanted.replaces or is_own_file) and await asyncio.to_thread(output.exists):
            raise UsageError(f"{plain(str(output))} is there already.", remedy="Add --replace to write it over.")
        await program.azure.plans.write(output, plan)
    tell_findings(outlet, findings)
    facts: dict[str, Any] = {"state": "ok", "exit_code": EXIT_OK, "plan": plan, "findings": list(findings)}
    facts |= {"is_blocked": any(each.is_blocking for each in findings), "output": str(output) if output else None}
    outlet.result({**facts, "text": text}, _said(output, findings) if output else text.rstrip("\n"))
    return EXIT_OK


def _said(output: Path, findings: Sequence[PlanFinding]) -> str:
    where = plain(str(output))
    blocking = sum(each.is_blocking for each in findings)
    if not blocking:
        return f"Wrote {where}. See what it costs with: tiepoint cluster price {where}"
    what = "1 thing is" if blocking == 1 else f"{blocking} things are"
    return f"Wrote {where}. {what} to be settled before it can be deployed, see above."


def _profile(name: str) -> Profile | None:
    if not name:
        return None
    found = next((profile for profile in Profile if profile.value == name.strip().lower()), None)
    if found is None:
        known = ", ".join(profile.value for profile in Profile)
        raise UsageError(f"There is no profile {plain(name)!r}.", remedy=f"The profiles are {known}.")
    return found


async def _is_same(first: Path, second: Path) -> bool:
    return await asyncio.to_thread(lambda: first.resolve() == second.resolve())
