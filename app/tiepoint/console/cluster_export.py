"""`tiepoint cluster export`: a plan's template for a studio's IT. Needs no sign-in. On the loop's thread."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tiepoint.console.outcomes import EXIT_OK
from tiepoint.console.outlet import Outlet
from tiepoint.console.prices import tell_findings
from tiepoint.domain.cluster_plan import ClusterPlan, PlanFinding
from tiepoint.domain.errors import InputError
from tiepoint.domain.resource_names import SSH_PRIVATE_KEY
from tiepoint.services.program import Program

_ASKED: Final = ("firewallRules", "sshPublicKey")
"""They have empty defaults, so that the first step can do without; machines and people cannot."""


async def export(
    program: Program, outlet: Outlet, path: Path, *, output: Path | None = None, roles: Path | None = None
) -> int:
    """Write the template of a plan, and the custom roles where they are wanted.

    Args:
        program: The use cases.
        outlet: Where to say it.
        path: Of the plan.
        output: Of the template; None = the template is the answer.
        roles: Of the roles' template; None = it is not written.

    Raises:
        SetByOrganisation: The organisation's policy does not allow it.
        InputError: The plan cannot be read or not be deployed so, or a file cannot be written.
    """
    plan, findings = await program.azure.plans.read(path)
    tell_findings(outlet, findings)
    program.azure.plans.refuse_forbidden(plan)
    _refuse(plan, findings)
    composed = program.azure.templates.compose(plan)
    template = _text(composed.template)
    secrets = tuple(name for name in composed.secrets if name != SSH_PRIVATE_KEY)  # nothing in Azure reads that one
    written = []
    if output is not None:
        written.append(await asyncio.to_thread(_write, output, template))
    if roles is not None:
        written.append(await asyncio.to_thread(_write, roles, _text(program.azure.templates.role_definitions())))
    facts = {
        "state": "ok",
        "exit_code": EXIT_OK,
        "cluster": plan.name,
        "files": written,
        "secrets": list(secrets),
        "steps": [resource["name"] for resource in composed.template["resources"]],
        "missing_parameters": _missing(composed.template),
        **({} if output else {"template": composed.template}),
    }
    outlet.result(facts, _said(composed.template, written, secrets) if output else template.rstrip("\n"))
    return EXIT_OK


def _refuse(plan: ClusterPlan, findings: tuple[PlanFinding, ...]) -> None:
    """Whoever deploys gives addresses that a plan leaves open; everything else that forbids to deploy stops here."""
    for finding in findings:
        is_left_open = finding.key == "access.sources" and not plan.access.sources
        if finding.is_blocking and not is_left_open:
            raise InputError(f"{finding.key}: {finding.summary}", remedy=finding.remedy)


def _said(template: Mapping[str, Any], written: list[str], secrets: tuple[str, ...]) -> str:
    lines = [f"{path}" for path in written]
    lines.append(f"{len(template['resources'])} steps in order.")
    if secrets:
        lines.append(f"Before the second deployment the vault must hold: {', '.join(secrets)}.")
    if missing := _missing(template):
        lines.append(f"Give {', '.join(missing)} when you deploy it.")
    return "\n".join([*lines, "How to deploy it stands in infra/README.md."])


def _missing(template: Mapping[str, Any]) -> list[str]:
    """Return what only whoever deploys can say."""
    parameters = template["parameters"].items()
    return [
        name for name, body in parameters if "defaultValue" not in body or (name in _ASKED and not body["defaultValue"])
    ]


def _text(template: Mapping[str, Any]) -> str:
    return json.dumps(template, indent=2) + "\n"


def _write(path: Path, text: str) -> str:
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(
            f"{path} cannot be written: {error.strerror or error}.",
            remedy="Choose a folder that exists and that you may write to.",
        ) from error
    return str(path)
