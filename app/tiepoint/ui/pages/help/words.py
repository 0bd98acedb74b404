"""The words of the Help page: the first model, and photos that work. Plain data in the user's language."""

from __future__ import annotations

from tiepoint.ui.text import tr


def first_steps() -> tuple[tuple[str, str], ...]:
    """Return five steps from nothing to a model: what to do, and what happens."""
    return (
        (
            tr("Help", "Drop photos or a folder on the window"),
            tr("Help", "Or open the sample on the Photos page. Your files are copied, never changed."),
        ),
        (
            tr("Help", "Look at what the checks found"),
            tr("Help", "Blurred, dark or doubled photos come first; exclude what should not be used."),
        ),
        (
            tr("Help", "Choose a preset and press Reconstruct"),
            tr("Help", "Draft shows in minutes whether the photos fit together."),
        ),
        (
            tr("Help", "Watch it on the Jobs page, or close the window"),
            tr("Help", "The job goes on in the background; pausing and resuming lose nothing that is finished."),
        ),
        (
            tr("Help", "Turn, measure and export the model under Results"),
            tr("Help", "Distances need a scale: photos with positions have one, others say so."),
        ),
    )


def shooting_tips() -> tuple[tuple[str, str, str], ...]:
    """Return advice for taking photos: icon, what to do, and why."""
    return (
        (
            "layers",
            tr("Help", "Overlap by two thirds or more"),
            tr("Help", "Every point should be on at least three photos, taken from different places."),
        ),
        (
            "move-3d",
            tr("Help", "Move, do not just turn"),
            tr("Help", "Depth comes from a change of place. Walk around the object, then once more higher up."),
        ),
        (
            "focus",
            tr("Help", "Keep it sharp"),
            tr("Help", "Short exposure, a small aperture, no digital zoom; hold the focal length."),
        ),
        (
            "sun",
            tr("Help", "Use soft, steady light"),
            tr("Help", "An overcast sky is best; flash and moving shadows confuse the matching."),
        ),
        (
            "sparkles",
            tr("Help", "Avoid what shines or is blank"),
            tr("Help", "Glass, water, chrome and white walls give nothing to hold on to; let textured ground show."),
        ),
        (
            "map-pin",
            tr("Help", "Leave positions switched on"),
            tr("Help", "They give the model its scale and its place on the map."),
        ),
    )
