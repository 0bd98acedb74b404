"""What is said of nodes that could be parked, and of those that are. Pure; any thread."""

from __future__ import annotations

from tiepoint.domain.estimate import TimeRange
from tiepoint.domain.parked_nodes import ParkedNodes
from tiepoint.domain.parking import ParkingAdvice
from tiepoint.domain.stages import stage_title
from tiepoint.ui.text import grouped, tr, tr_count
from tiepoint.ui.viewmodels.jobs_words import range_text
from tiepoint.ui.viewmodels.money import number_text, rate_text, sign_of


def advice_words(advice: ParkingAdvice, *, has_gpu: bool) -> tuple[str, str]:
    """Return a title and a sentence: `7 GPU nodes idle at 18.00 $/h`, and what parking them saves."""
    count, rate = len(advice.nodes), rate_text(advice.per_hour, advice.currency)
    one, many = (
        ("{count} GPU node idle", "{count} GPU nodes idle") if has_gpu else ("{count} node idle", "{count} nodes idle")
    )
    title = tr("Parking", "{nodes} at {rate}", nodes=tr_count("Parking", one, many, count), rate=rate)
    return title, " ".join(part for part in (_why(advice), _when(advice), _saves(advice)) if part)


def park_words(advice: ParkingAdvice) -> str:
    """Say what the button does: `Park 7 until Texture`."""
    count = grouped(len(advice.nodes))
    if not advice.until:
        return tr("Parking", "Park {count}", count=count)
    return tr("Parking", "Park {count} until {stage}", count=count, stage=_stage(advice.until))


def parked_words(parked: ParkedNodes) -> tuple[str, str]:
    """Return a title and a sentence about nodes that are parked, or wake up."""
    count, rate = len(parked.nodes), rate_text(parked.per_hour, parked.currency)
    if parked.is_waking:
        title = tr_count("Parking", "{count} parked node wakes up", "{count} parked nodes wake up", count)
        return title, tr("Parking", "They take tasks again as soon as the scheduler hears them, in 4 to 6 minutes.")
    title = tr_count("Parking", "{count} node is parked", "{count} nodes are parked", count)
    saved = tr("Parking", "That saves {rate}.", rate=rate)
    if not parked.until:
        return title, saved
    wakes = tr("Parking", "They are woken so that they are up for {stage}.", stage=_stage(parked.until))
    return title, f"{wakes} {saved}"


def _why(advice: ParkingAdvice) -> str:
    return tr("Parking", "{stage} uses 1 node.", stage=_stage(advice.stage))


def _when(advice: ParkingAdvice) -> str:
    if not advice.until:
        return tr("Parking", "No later stage needs them.")
    waking = range_text(TimeRange(advice.waking_s * 0.8, advice.waking_s * 1.2))
    if advice.wait is None:
        return tr("Parking", "{stage} needs them, nobody knows when; waking takes {waking}.",
                   stage=_stage(advice.until), waking=waking)  # fmt: skip
    wait = range_text(advice.wait)
    return tr("Parking", "{stage} needs them in {wait}, waking takes {waking}:",
              stage=_stage(advice.until), wait=wait, waking=waking)  # fmt: skip


def _saves(advice: ParkingAdvice) -> str:
    if advice.saves is None:
        return ""
    low, high = (number_text(each, decimals=0 if advice.saves[1] >= 10 else 2) for each in advice.saves)
    amount = f"{high}" if low == high else f"{low}–{high}"
    amount = f"{amount}\u202f{sign_of(advice.currency)}"
    is_new_sentence = not advice.until or advice.wait is None
    if is_new_sentence:
        return tr("Parking", "That saves {amount}.", amount=amount)
    return tr("Parking", "saves {amount}.", amount=amount)


def _stage(name: str) -> str:
    return tr("Stage", stage_title(name))
