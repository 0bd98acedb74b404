"""From what trials found to what the panel does, in words for people. Pure; any thread."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from tiepoint.domain.graphics import OLDEST_OPENGL, Drawing, GraphicsChoice, GraphicsFacts, Trouble

_NEEDED: Final = "{}.{}".format(*OLDEST_OPENGL)
_DRIVER: Final = "Install the newest driver of the graphics card, and start Tiepoint again."
_REMOTE: Final = "Start Tiepoint at the computer itself, or in a remote desktop that passes OpenGL on."


def choice_of(
    system: GraphicsFacts, software: GraphicsFacts | None = None, ended: Collection[Drawing] = ()
) -> GraphicsChoice:
    """Return what the panel does.

    Args:
        system: What the system's own way of drawing came to.
        software: The same for Mesa's or Windows' drawing by the processor; None = not tried.
        ended: Ways of drawing that took the program down before.
    """
    if system.trouble is Trouble.NOT_TRIED and Drawing.SYSTEM not in ended:
        return GraphicsChoice(Drawing.SYSTEM)  # nothing speaks against it, and the view itself says what it meets
    if system.is_fine and Drawing.SYSTEM not in ended:
        return GraphicsChoice(Drawing.SYSTEM, *_words_when_slow(system))
    why = why_not(system) if not system.is_fine else _ended(system)
    if software is not None and software.is_fine and Drawing.SOFTWARE not in ended:
        summary = f"{why} The processor draws the 3D view instead; big models turn slowly."
        return GraphicsChoice(Drawing.SOFTWARE, summary, remedy_of(system))
    return GraphicsChoice(Drawing.NONE, why, remedy_of(system))


def why_not(facts: GraphicsFacts) -> str:
    """Say in one sentence why a way of drawing does not work."""
    if facts.trouble is Trouble.CRASHED:
        return "The graphics driver of this computer crashed in a trial."
    if facts.trouble is Trouble.HUNG:
        return "The graphics driver of this computer did not answer in a trial."
    if facts.trouble is Trouble.NO_SCREEN:
        return "No window can be shown here, so the graphics were not tried."
    if facts.trouble is Trouble.NOT_TRIED:
        return "The graphics could not be tried."
    if facts.version is not None and facts.version < OLDEST_OPENGL:
        return f"This screen offers OpenGL {facts.version[0]}.{facts.version[1]}, and the 3D view needs {_NEEDED}."
    if facts.is_remote:
        return "This screen is on another computer and has no OpenGL for the 3D view."
    return "OpenGL does not start on this screen."


def remedy_of(facts: GraphicsFacts) -> str:
    """Say in one sentence what a person can do for better."""
    if facts.trouble is Trouble.NO_SCREEN:
        return "See what is said of the window."
    if facts.trouble is Trouble.NOT_TRIED:
        return "Try again; if it happens again, report it with the log."
    if facts.is_remote and facts.trouble not in {Trouble.CRASHED, Trouble.HUNG}:
        return _REMOTE
    return _DRIVER


def words_of(facts: GraphicsFacts) -> str:
    """Say what draws: `OpenGL 4.6, NVIDIA RTX A4000`."""
    if facts.version is None:
        return facts.problem or "OpenGL did not start"
    by = ", drawn by the processor" if facts.is_software else ""
    remote = ", on a remote screen" if facts.is_remote else ""
    return f"OpenGL {facts.version[0]}.{facts.version[1]}, {facts.renderer or 'unknown'}{by}{remote}"


def _words_when_slow(facts: GraphicsFacts) -> tuple[str, str]:
    if not facts.is_software:
        return "", ""
    if facts.is_remote:
        summary = "On this remote screen the processor draws the 3D view; big models turn slowly."
        return summary, _REMOTE
    summary = "No graphics card is in use: the processor draws the 3D view, and big models turn slowly."
    return summary, "If this computer has a graphics card, install its driver; without one there is nothing to do."


def _ended(facts: GraphicsFacts) -> str:
    name = f" ({facts.renderer})" if facts.renderer else ""
    return f"The graphics driver{name} ended Tiepoint or held it up the last time a model was shown."
