"""The words of the question on closing about rounds on clusters: what goes on by itself, and what waits. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tiepoint.domain.remote_round import Round, RoundState, RoundStep
from tiepoint.ui.text import plain, tr, tr_count

_THERE: Final = (RoundStep.FETCH, RoundStep.PROCESS, RoundStep.PUBLISH)
"""Steps that the cluster does by itself."""


def under_way(rounds: Sequence[Round]) -> tuple[Round, ...]:
    """Return the rounds that are not over."""
    return tuple(each for each in rounds if not each.state.is_over)


def rounds_title(rounds: Sequence[Round]) -> str:
    """Say how many there are; empty when none is under way."""
    if not rounds:
        return ""
    return tr_count(
        "Closing", "A round on a cluster is under way", "{count} rounds on clusters are under way", len(rounds)
    )


def round_name(each: Round) -> str:
    """Name a round with its step."""
    name = plain(each.name, limit=60)
    if each.state is RoundState.WAITING:
        return tr("Closing", "{name} (waits)", name=name)
    steps = {
        RoundStep.UPLOAD: tr("Closing", "{name} (photos go up)", name=name),
        RoundStep.DOWNLOAD: tr("Closing", "{name} (products come down)", name=name),
    }
    return steps.get(each.step, tr("Closing", "{name} (on the cluster)", name=name))


def rounds_text(rounds: Sequence[Round]) -> str:
    """Say what becomes of them when the window closes."""
    parts = []
    steps = {each.step for each in rounds}
    if steps & set(_THERE):
        parts.append(tr("Closing", "The cluster goes on by itself, to the products in Blob."))
    if RoundStep.UPLOAD in steps:
        parts.append(
            tr("Closing", "Photos go on moving while this computer is on; the job is handed in at the next start.")
        )
    if RoundStep.SUBMIT in steps:
        parts.append(tr("Closing", "A job that is not handed in yet is handed in at the next start."))
    if steps & {*_THERE, RoundStep.DOWNLOAD}:
        parts.append(tr("Closing", "What has not come down yet comes down at the next start."))
    return " ".join(parts)
