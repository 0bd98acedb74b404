"""A page for a person: what there is, and buttons for what can go wrong. No sign-in; it is the double's own."""

from __future__ import annotations

import html
from collections.abc import Callable

from azure_double.entra.pages import page
from azure_double.exchange import Request, Response
from azure_double.faults import Faults
from azure_double.routing import Route
from azure_double.world import World

_BUTTONS: dict[str, tuple[str, dict[str, object]]] = {
    "Throttle the next five requests (429)": ("429", {"times": 5, "retry_after": 2}),
    "Be unavailable for the next three requests (503)": ("503", {"times": 3}),
    "Break off the next two connections": ("drop", {"times": 2}),
    "No capacity for node-03, once": ("allocation", {"name": "node-03"}),
    "No capacity for node-03, always": ("allocation", {"name": "node-03", "times": -1}),
    "Size not available for the next machine": ("sku", {}),
    "Let making Lustre fail once": (
        "fail",
        {"path": "amlFilesystems", "code": "CreateFailed", "message": "Subnet full."},
    ),
    "Demand MFA for every change": ("claims", {"path": "(?i)deployments|start|deallocate", "times": -1}),
    "Say once that the token has ended": ("expired", {}),
    "Everything of Compute takes five minutes longer, ten times": (
        "slow",
        {"path": "machine|compute", "seconds": 300.0, "times": 10},
    ),
}


class ControlPage:
    """See the module.

    Args:
        world: The state.
        faults: What goes wrong.
        end_sessions: Refuses everybody's refresh tokens from now on.
    """

    def __init__(self, world: World, faults: Faults, end_sessions: Callable[[], None]) -> None:
        self._world, self._faults, self._end_sessions = world, faults, end_sessions

    def routes(self) -> list[Route]:
        """Its answers."""
        return [Route("GET", "/double", self._show), Route("POST", "/double", self._press)]

    def _show(self, request: Request) -> Response:
        machines = "".join(
            f"<li>{html.escape(each.id.group)} / {html.escape(each.name)}: {html.escape(each.power or each.state)}</li>"
            for each in self._world.of_type("Microsoft.Compute/virtualMachines")
        )
        groups = "".join(f"<li>{html.escape(each.name)}: {each.state}</li>" for each in self._world.groups.values())
        labels = [*_BUTTONS, "End all sign-ins", "Let nothing go wrong any more"]
        buttons = "".join(
            f'<button name=what value="{html.escape(each)}">{html.escape(each)}</button>' for each in labels
        )
        return Response(
            200,
            page(
                "The Azure double",
                f"<h2>Let something go wrong</h2><form method=post action=/double>{buttons}</form>"
                f"<h2>Groups</h2><ul>{groups}</ul><h2>Machines</h2><ul>{machines}</ul>",
            ),
        )

    def _press(self, request: Request) -> Response:
        what = request.form().get("what", "")
        if what in _BUTTONS:
            kind, more = _BUTTONS[what]
            self._faults.add(kind, **more)
        elif what.startswith("End"):
            self._end_sessions()
        else:
            self._faults.clear()
        return Response(303, "", {"Location": "/double"})
