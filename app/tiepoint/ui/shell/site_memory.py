"""Shows the site that was shown when the panel was left, as soon as it is there again. The GUI thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiepoint.services.program import Program

KEY = "site"
"""In the extras of the panel's state; `Sites` keeps it there."""


class SiteMemory:
    """Waits for the remembered site; once another one was chosen it is forgotten.

    Args:
        program: The sites and the panel's state.
    """

    def __init__(self, program: Program) -> None:
        self._sites = program.remote.sites
        self._wanted = str(program.panel_state.state.extras.get(KEY, ""))
        self._end = self._sites.changed.subscribe(lambda _: self._look())
        self._look()

    def shut(self) -> None:
        """Wait no more."""
        self._end()

    def _look(self) -> None:
        if not self._sites.shown.is_computer:
            self._wanted = ""
        elif self._wanted and self._sites.get(self._wanted) is not None:
            wanted, self._wanted = self._wanted, ""
            self._sites.show(wanted)
