"""What the view says in its middle while there is no picture, and why. Pure but for the translation; GUI thread."""

from __future__ import annotations

from tiepoint.domain.graphics import Drawing
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewer.content import progress_text
from tiepoint.ui.viewer.start_gate import GATE
from tiepoint.ui.viewer.terms import LoadProgress, ViewerState


def waiting_words(state: ViewerState, *, is_opening: bool, progress: LoadProgress | None) -> tuple[str, str]:
    """Return title and text; empty when there is nothing to wait for.

    Args:
        state: Of the view.
        is_opening: Whether a model is loading and nothing else is to be seen.
        progress: Of that, as far as it is known.
    """
    if state is ViewerState.STARTING:
        return tr("Viewer", "Preparing the 3D view…"), ""
    if is_opening:
        return tr("Viewer", "Opening the model…"), progress_text(progress)
    return "", ""


def no_opengl_words(reason: str) -> tuple[str, str]:
    """Return title and text, why and what to do; what a trial found says both by itself."""
    title = tr("Viewer", "No 3D view here")
    if GATE.choice is not None and GATE.choice.drawing is Drawing.NONE:
        return title, tr("Viewer", "{reason} Everything else works.", reason=plain(reason))
    return title, tr(
        "Viewer",
        "{reason} Everything else works. Install or update the graphics driver, or start on a screen with "
        "OpenGL 3.2, to see models.",
        reason=reason,
    )
