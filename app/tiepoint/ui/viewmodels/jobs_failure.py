"""The report about a failed job for a person to copy: no photos, no passwords. Pure; any thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tiepoint import __version__
from tiepoint.domain.failure_card import FailureCard
from tiepoint.domain.failure_cause import cause_title, stage_or_job
from tiepoint.domain.job import Job
from tiepoint.domain.stages import stage_title
from tiepoint.protocol.events import LogLine
from tiepoint.ui.text import said_below, tr
from tiepoint.ui.viewmodels.log_lines import shown_line

_LAST_LINES: Final = 60


def said_title(kind: str, title: str, stage: str | None) -> str:
    """Return the title of a failure in the user's language.

    Args:
        kind: Family of its cause.
        title: As the layers below tell it.
        stage: Name of the stage in which it happened.
    """
    known = cause_title(kind)
    if known and title == known.format(stage=stage_or_job(stage)):
        named = tr("Stage", stage_title(stage)) if stage else tr("Below", stage_or_job(None))
        return tr("Below", known, stage=named)
    return said_below(title)


def failure_report(job: Job, card: FailureCard, lines: Sequence[LogLine]) -> str:
    """Return the report.

    Args:
        job: The job.
        card: Why it failed.
        lines: Its log, oldest first.
    """
    stages = [f"  {each.name}: {each.state.value}, {each.tasks.completed} of {each.tasks.total}" for each in job.stages]
    log = [shown_line(line).as_text() for line in lines[-_LAST_LINES:]]
    parts = (
        f"Tiepoint {__version__}: job {job.id}, preset {job.preset}, {job.photos} photos, {job.state.value}",
        f"{card.title}\n{card.explanation}".strip(),
        f"What to do: {card.remedy}",
        f"Kind: {card.kind}; stage: {card.stage or '-'}",
        "Stages:\n" + "\n".join(stages) if stages else "",
        f"Proof: {card.proof}" if card.proof else "",
        f"Raw text:\n{card.raw}" if card.raw else "",
        "End of the log:\n" + "\n".join(log) if log else "",
    )
    return "\n\n".join(part for part in parts if part) + "\n"
