"""`tiepoint policy`: what an organisation has set on this computer, from where, and what of it cannot be used."""

from __future__ import annotations

from dataclasses import asdict

from tiepoint.console.outcomes import EXIT_OK, EXIT_USAGE
from tiepoint.console.outlet import Outlet
from tiepoint.console.tables import table_text
from tiepoint.console.text import plain
from tiepoint.domain.failure import Failure
from tiepoint.domain.policy import VALUES
from tiepoint.services.policy_report import policy_lines, problem_text
from tiepoint.services.program import Program


async def policy(program: Program, outlet: Outlet) -> int:
    """Tell the policy; 2 when something in it cannot be used."""
    found = program.preferences.policy
    for problem in found.problems:
        outlet.warning(Failure("policy", problem_text(problem), problem.remedy))
    rows = [(line.name, plain(line.value), plain(line.place)) for line in policy_lines(found)]
    text = table_text(("VALUE", "IS", "FROM"), rows) if rows else "No policy is set; all settings are your own."
    code = EXIT_USAGE if found.problems else EXIT_OK
    facts = {
        "state": "failed" if found.problems else "ok",
        "exit_code": code,
        "policy": {name: getattr(found, name) for name in VALUES},
        "places": dict(found.places),
        "unusable": sorted(found.unusable),
        "problems": [asdict(problem) for problem in found.problems],
    }
    outlet.result(facts, text)
    return code
