"""What the strip says about a photo set. Pure words; the GUI thread for `tr` alone."""

from __future__ import annotations

from tiepoint.domain.photo_set import PhotoSet
from tiepoint.domain.space import size_text
from tiepoint.ui.pages.photos.footer import progress_words
from tiepoint.ui.text import day_text, grouped, plain, tr, tr_count
from tiepoint.ui.viewmodels.photos_text import NOTHING, sampling_text, taken_moment


def state_words(photo_set: PhotoSet) -> tuple[str, str]:
    """Return state and words of the pill: `Checked, 3 left out`."""
    counts = photo_set.counts
    if photo_set.is_working:
        return "running", progress_words(photo_set)
    if photo_set.trouble is not None:
        return "warning", tr("Photos", "Checks stopped")
    if not counts.photos:
        return "warning", tr("Photos", "No photos")
    if counts.checked < counts.photos:
        return "paused", tr(
            "Photos", "{done} of {all} checked", done=grouped(counts.checked), all=grouped(counts.photos)
        )
    if counts.left_out:
        left = tr("Photos", "Checked, {count} left out", count=grouped(counts.left_out))
        return "warning", left
    if counts.suggested:
        return "warning", tr_count("Photos", "Checked, 1 to look at", "Checked, {count} to look at", counts.suggested)
    return "ok", tr("Photos", "Checked")


def subtitle(photo_set: PhotoSet) -> str:
    """Return cameras, day and size: `DJI FC300S · 23 June 2016 · 68 MB`."""
    facts, parts = photo_set.facts, []
    if facts.cameras:
        more = len(facts.cameras) - 1
        body = plain(facts.cameras[0][0], limit=60)
        parts.append(body if not more else tr("Photos", "{body} and {more} more", body=body, more=more))
    moment = taken_moment(facts.taken_first_utc)
    if moment is not None:
        parts.append(day_text(moment))
    if photo_set.counts.size_bytes:
        parts.append(size_text(photo_set.counts.size_bytes))
    return " · ".join(parts)


def facts_of(photo_set: PhotoSet) -> tuple[tuple[str, str], ...]:
    """Return the facts, the most important first."""
    counts, photo_map = photo_set.counts, photo_set.facts.map
    gsd = photo_map.gsd_m if photo_map else None
    return (
        (
            tr("Photos", "Photos"),
            tr("Photos", "{included} of {all}", included=grouped(counts.included), all=grouped(counts.photos)),
        ),
        (tr("Photos", "Ground sampling"), NOTHING if gsd is None else sampling_text(gsd)),
        (tr("Photos", "Position"), _position(photo_set)),
    )


def _position(photo_set: PhotoSet) -> str:
    counts = photo_set.counts
    if not counts.located:
        is_known = counts.listed >= counts.photos and not photo_set.is_working
        return tr("Photos", "none") if is_known else NOTHING
    if counts.located == counts.photos:
        return tr("Photos", "GPS, all {count}", count=grouped(counts.located))
    return tr("Photos", "GPS, {count} of {all}", count=grouped(counts.located), all=grouped(counts.photos))
