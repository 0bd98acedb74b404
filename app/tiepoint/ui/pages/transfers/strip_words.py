"""What the strip says of all transfers together. Pure; any thread."""

from __future__ import annotations

from collections.abc import Sequence

from tiepoint.domain.transfer import Transfer
from tiepoint.ui.text import grouped, tr
from tiepoint.ui.viewmodels.jobs_words import range_text
from tiepoint.ui.viewmodels.transfers_parts import Totals
from tiepoint.ui.viewmodels.transfers_words import amount_of, summary_line


def subtitle_of(transfers: Sequence[Transfer], sums: Totals) -> str:
    """Count them, and say that closing the window does not stop them."""
    goes_on = tr("Transfers", "goes on when this window is closed") if sums.active else ""
    return " · ".join(part for part in (summary_line(transfers), goes_on) if part)


def facts_of(sums: Totals, *, is_stale: bool) -> tuple[tuple[str, str], ...]:
    """Return files, bytes, what is left and what failed, each where there is something to say."""
    facts = []
    if sums.active:
        files = tr("Transfers", "{done} of {all}", done=grouped(sums.files_done), all=grouped(sums.files))
        facts.append((tr("Transfers", "Files"), files))
    if sums.active and sums.size_bytes:
        facts.append((tr("Transfers", "Bytes"), amount_of(sums.done_bytes, sums.size_bytes)))
    if sums.left is not None and not is_stale:
        facts.append((tr("Transfers", "Left"), range_text(sums.left)))
    if sums.failed:
        facts.append((tr("Transfers", "Failed"), grouped(sums.failed)))
    return tuple(facts)
